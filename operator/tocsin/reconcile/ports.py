"""
Ports: what reconciling needs from the outside world, as Protocols.

Adapters satisfy them structurally; an entry point wires them together and mypy
checks the match there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

from tocsin.api.meta import ObjectRef
from tocsin.compile.loaded import Loaded
from tocsin.compile.rule_tests.answer import Answer
from tocsin.compile.rule_tests.plan import TestPlan
from tocsin.promql.confined import Confined
from tocsin.promql.verdict import Verdict

Document = dict[str, Any]
"""A Kubernetes object as JSON gives it."""


class Cluster(Protocol):
    """
    The API server. `resource` is `(group, version, plural)`; group "" is core.

    Every method raises `tocsin.errors.ClusterError` and nothing else.
    """

    async def read(
        self, resource: tuple[str, str, str], namespace: str, name: str
    ) -> Document | None:
        """Read one object; None where there is none."""
        ...

    async def list_metadata(self, resource: tuple[str, str, str]) -> list[Document]:
        """List the metadata of all objects of a resource, in the namespaces watched."""
        ...

    async def list_objects(self, resource: tuple[str, str, str]) -> list[Document]:
        """List all objects of a resource, in the namespaces watched."""
        ...

    async def apply(
        self, resource: tuple[str, str, str], document: Document, *, body: bytes | None = None
    ) -> Document:
        """Apply server-side (fieldManager tocsin, force) and give the object as it now is."""
        ...

    async def patch_status(
        self, resource: tuple[str, str, str], namespace: str, name: str, status: Mapping[str, Any]
    ) -> Document:
        """Merge-patch the status sub-resource; a None value removes a field."""
        ...

    async def patch(
        self, resource: tuple[str, str, str], namespace: str, name: str, change: Mapping[str, Any]
    ) -> Document:
        """Merge-patch an object; lists are replaced whole."""
        ...

    async def delete(
        self, resource: tuple[str, str, str], namespace: str, name: str, *, uid: str
    ) -> None:
        """Delete one object if it still has this uid; gone already is no error."""
        ...


class ExpressionJudge(Protocol):
    """Judges PromQL in a limited child process."""

    async def judge_many(self, expressions: Sequence[str]) -> Mapping[str, Verdict]:
        """Give a verdict for each expression; never raises for bad input."""
        ...

    async def confine_many(
        self, expressions: Sequence[str], namespace: str
    ) -> Mapping[str, Confined]:
        """Confine each expression to the series of a namespace; never raises for bad input."""
        ...


class AlertmanagerObserver(Protocol):
    """Sees which configuration every Alertmanager replica has loaded."""

    async def loaded(self) -> Loaded | None:
        """
        Give the routes and receivers of ours that every replica has loaded.

        None where no replica is configured or one cannot be reached: unknown.
        """
        ...


class Clock(Protocol):
    """Time, so that tests and laws can hold it."""

    def monotonic(self) -> float:
        """Seconds that only grow."""
        ...

    def now(self) -> str:
        """Wall clock, RFC 3339 in UTC, whole seconds."""
        ...


class Telemetry(Protocol):
    """The operator's own series; labels are bounded, never names from users but namespaces."""

    def reconciled(self, kind: str, result: str, seconds: float) -> None:
        """Count one reconcile; result is success, stalled, waiting or error."""
        ...

    def wrote(self, resource: str, verb: str) -> None:
        """Count one write request."""
        ...

    def failed(self, kind: str, reason: str) -> None:
        """Count one error of a request or a bug."""
        ...

    def queue(self, depth: int, oldest_seconds: float) -> None:
        """Show the work queue's depth and the age of its oldest key."""
        ...

    def rejected(self, kind: str, by_reason: Mapping[str, int]) -> None:
        """Show how many objects are rejected now, by reason."""
        ...

    def full_pass(self, at_monotonic: float) -> None:
        """Note that every object was listed and judged."""
        ...

    def alertmanager_base(self, *, valid: bool) -> None:
        """Show whether the existing configuration, as it is now, is the one that is merged."""
        ...

    def alertmanager_secret(self, used_bytes: int, budget_bytes: int) -> None:
        """Show the size of the Alertmanager Secret and its budget."""
        ...


class Events(Protocol):
    """Kubernetes Events of our own: curated, aggregated, never a reason to fail."""

    async def record(
        self,
        ref: ObjectRef,
        uid: str,
        *,
        type: Literal["Normal", "Warning"],  # noqa: A002 the API's own field name
        reason: str,
        message: str,
    ) -> None:
        """Tell the object's readers what happened; the same again only counts up."""
        ...


class RuleTester(Protocol):
    """promtool, which runs the tests of AlertRules."""

    @property
    def version(self) -> str:
        """The program's version, empty where there is none."""
        ...

    @property
    def processes(self) -> int:
        """How many runs there may be at once."""
        ...

    async def run(self, plans: Sequence[TestPlan]) -> list[Answer]:
        """Run the tests of each plan and give the answers in their order; never raises."""
        ...


class Feed(Protocol):
    """What the watches say. Cheap, synchronous, and the only way into the snapshot."""

    def seen(self, kind: str, event_type: str | None, document: Mapping[str, Any]) -> None:
        """
        Take one object of a kind in AlertRule, HealthCheck, NotificationChannel,
        PrometheusRule or Namespace.

        `event_type` is ADDED, MODIFIED or DELETED, or None from a listing.
        """
        ...

    def secret_seen(self, document: Mapping[str, Any] | None) -> None:
        """Take the Alertmanager Secret as it is now; None where there is none."""
        ...
