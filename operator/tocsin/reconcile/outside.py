"""The outside world as one bundle of ports, and the few requests that several reconcilers make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.api.kinds import BY_KIND
from tocsin.api.meta import ObjectRef
from tocsin.api.problem import Reason
from tocsin.errors import ClusterError
from tocsin.reconcile.entries import Entry, pack, unpack
from tocsin.reconcile.ports import (
    AlertmanagerObserver,
    Clock,
    Cluster,
    Events,
    ExpressionJudge,
    RuleTester,
    Telemetry,
)

PROMETHEUS_RULES = ("monitoring.coreos.com", "v1", "prometheusrules")
SECRETS = ("", "v1", "secrets")
NAMESPACES = ("", "v1", "namespaces")


def resource_of(kind: str) -> tuple[str, str, str]:
    """Give the API resource of one of our kinds."""
    table = BY_KIND[kind]
    return table.group, table.version, table.plural


@dataclass(frozen=True, slots=True)
class Outside:
    """Every port that reconciling uses."""

    cluster: Cluster
    judge: ExpressionJudge
    observer: AlertmanagerObserver
    events: Events
    telemetry: Telemetry
    clock: Clock
    tester: RuleTester | None = None


async def publish_status(
    outside: Outside, ref: ObjectRef, entry: Entry, status: Mapping[str, Any]
) -> bool:
    """
    Write the status if it differs from the one that is there; tells whether it wrote.

    An event follows where the reason of `Ready` changed: the same news is told once.
    """
    if pack(status) == entry.status:
        return False
    old = unpack(entry.status)
    removed = {name: None for name in old if name not in status}
    entry.writing = pack(status)
    try:
        answer = await outside.cluster.patch_status(
            resource_of(ref.kind), ref.namespace, ref.name, {**removed, **status}
        )
    except ClusterError as error:
        if error.status == 404:  # noqa: PLR2004 the object went away meanwhile
            return False
        raise
    finally:
        entry.writing = b""
    outside.telemetry.wrote(BY_KIND[ref.kind].plural, "status")
    metadata = answer.get("metadata") or {}
    version = int(metadata.get("resourceVersion") or 0)
    if metadata.get("uid") == entry.uid and version >= entry.version:
        entry.status, entry.version = pack(answer.get("status") or {}), version
    await _tell(outside, ref, entry, old, status)
    return True


_PASSING = frozenset({Reason.ROUTE_PENDING, Reason.TESTS_RUNNING, Reason.RECONCILING})
"""Reasons that end by themselves within seconds: a status, and no event."""


async def _tell(
    outside: Outside,
    ref: ObjectRef,
    entry: Entry,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
) -> None:
    before, now = _ready(old), _ready(new)
    if (
        now is None
        or now["reason"] in _PASSING
        or (
            before is not None
            and (before["status"], before["reason"]) == (now["status"], now["reason"])
            and (now["status"] == "True" or before["message"] == now["message"])
        )
    ):
        return
    await outside.events.record(
        ref,
        entry.uid,
        type="Normal" if now["status"] == "True" else "Warning",
        reason=now["reason"],
        message=now["message"],
    )


def _ready(status: Mapping[str, Any]) -> Mapping[str, Any] | None:
    for condition in status.get("conditions") or ():
        if condition.get("type") == "Ready":
            return dict(condition)
    return None
