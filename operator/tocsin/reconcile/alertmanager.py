"""
The one Alertmanager configuration: all channels and routes, in one Secret.

Written only when everything was listed and judged, after a second of quiet (five
at most), never empty, never deleted, and only when it differs. prometheus-operator
answers a missing Secret with a configuration that drops every notification, so
a Secret that vanishes is put back at once.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Mapping

from tocsin.api.meta import NOTIFICATION_CHANNEL, ObjectRef
from tocsin.api.problem import Reason
from tocsin.compile.base.documents import read_verbatim
from tocsin.errors import ClusterError
from tocsin.reconcile.budget import size_of
from tocsin.reconcile.entries import ALERTMANAGER, decode_data
from tocsin.reconcile.outside import SECRETS, Outside
from tocsin.reconcile.plan import Plan, Planner
from tocsin.reconcile.queue import Urgency, WorkQueue
from tocsin.reconcile.record import CONFIG_KEY, STATE_KEY, read_record
from tocsin.reconcile.secrets import SecretReader
from tocsin.reconcile.smtp import SMTPSecret
from tocsin.reconcile.snapshot import Snapshot

LOG = logging.getLogger("tocsin.reconcile")

_QUIET = 1.0
_QUIET_AT_MOST = 5.0
_SLACK = 0.01


class AlertmanagerReconciler:
    """Reconciles the Alertmanager Secret; one key, never two at once."""

    def __init__(
        self, outside: Outside, snapshot: Snapshot, queue: WorkQueue, secrets: SecretReader
    ) -> None:
        self._smtp = SMTPSecret(outside, snapshot, queue, secrets)
        self._planner = Planner(outside.clock, snapshot, queue)
        self._outside = outside
        self._snapshot = snapshot
        self._queue = queue
        self._first_wish: float | None = None
        self._last_wish = 0.0

    async def prepare(self) -> None:
        """Read what channels are judged with: the platform's mail relay."""
        await self._smtp.refresh()
        self._snapshot.base.recall(self._snapshot.secret.data)

    async def reconcile(self, _ref: ObjectRef) -> str:
        """Bring the Secret to what everything together asks."""
        if not self._snapshot.settled:
            return "waiting"  # the start-up pass asks again when it is through
        if self._snapshot.secret.data and (pause := self._pause()) > 0:
            self._queue.add_after(ALERTMANAGER, pause)
            return "waiting"
        self._first_wish = None
        if why := self._snapshot.base.must_wait():
            self._failed(why)
            LOG.error("the Alertmanager Secret is left as it is: %s", why)
            return "stalled"
        await self._smtp.refresh()
        plan = self._planner.plan(self._smtp.values())
        budget = self._snapshot.config.alertmanager.max_secret_bytes
        self._snapshot.secret.used, self._snapshot.secret.budget = size_of(plan.data), budget
        self._outside.telemetry.alertmanager_secret(size_of(plan.data), budget)
        fault = self._fault(plan)
        if fault:
            self._failed(fault)
            LOG.error("the Alertmanager Secret is left as it is: %s", fault)
            return "stalled"
        if not self._holds(plan):
            await self._write(plan)
        self._conclude(plan)
        return "success"

    def _fault(self, plan: Plan) -> str:
        """Say why the plan may not be written; empty where nothing speaks against it."""
        secret, at = self._snapshot.secret, self._snapshot.config.alertmanager.secret
        if secret.foreign:
            return (
                f"Secret {at.namespace}/{at.name} holds a configuration that Tocsin did not make; "
                "name another Secret in alertmanager.secret, and in the Alertmanager object's "
                "configSecret, or delete this one"
            )
        if plan.faults:
            return "the compiled configuration is unsound: " + "; ".join(plan.faults[:3])
        budget = self._snapshot.config.alertmanager.max_secret_bytes
        if size_of(plan.data) > budget and secret.data:
            return (
                "the configuration is beyond its budget and what is live cannot shrink by itself; "
                "delete channels or raise alertmanager.maxSecretBytes"
            )
        return ""

    def _pause(self) -> float:
        """
        Give the seconds still to wait for quiet.

        Every change brings a call here, and so does the end of the pause; a call
        within the pause is a change.
        """
        now = self._outside.clock.monotonic()
        if self._first_wish is None:
            self._first_wish = self._last_wish = now
        elif now - self._last_wish < _QUIET - _SLACK:
            self._last_wish = now
        if now - self._first_wish >= _QUIET_AT_MOST:
            return 0.0
        pause = self._last_wish + _QUIET - now
        return pause if pause > _SLACK else 0.0

    # -- writing -----------------------------------------------------------

    def _holds(self, plan: Plan) -> bool:
        """Tell whether the live Secret holds the plan; the record is compared by content."""
        data = self._snapshot.secret.data
        if data is None:
            return False
        wanted = plan.data
        if any(data.get(name) != value for name, value in wanted.items() if name != STATE_KEY):
            return False
        if _stray(data, wanted):
            return False
        return read_record(data.get(STATE_KEY)) == plan.record

    async def _write(self, plan: Plan) -> None:
        secret, at = self._snapshot.secret, self._snapshot.config.alertmanager.secret
        document = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {
                "name": at.name,
                "namespace": at.namespace,
                "labels": {"app.kubernetes.io/managed-by": "tocsin"},
            },
            "data": {
                name: base64.b64encode(value).decode() for name, value in sorted(plan.data.items())
            },
        }
        if read_verbatim(plan.data[CONFIG_KEY].decode(), ours=True) != plan.document:
            raise RuntimeError("the Alertmanager configuration does not read back as written")
        try:
            answer = await self._outside.cluster.apply(SECRETS, document)
            stray = _stray(answer.get("data") or {}, plan.data)
            if stray:  # put there by somebody else: an apply leaves it alone
                change = {"data": dict.fromkeys(stray)}
                answer = await self._outside.cluster.patch(SECRETS, at.namespace, at.name, change)
        except ClusterError as error:
            self._failed(
                f"the Alertmanager Secret {at.namespace}/{at.name} could not be written "
                f"({error.status} {error.reason}); see to the operator's rights and the API server"
            )
            raise
        self._outside.telemetry.wrote("secrets", "apply")
        secret.data = decode_data(answer.get("data") or {})

    def _failed(self, why: str) -> None:
        """Note why nothing is written, and let the rules that await a route say so."""
        secret = self._snapshot.secret
        if secret.failure != why:
            secret.failure = why
            self._queue.add_all(self._snapshot.rules_saying(Reason.ROUTE_PENDING), Urgency.REPAIR)

    def _conclude(self, plan: Plan) -> None:
        """Note what is in the Secret now, and wake whom that concerns."""
        secret = self._snapshot.secret
        before = (secret.written, secret.channels, secret.refused, secret.refused_channels)
        recorded = secret.record.channels
        secret.failure = ""
        secret.record = plan.record
        secret.written = plan.record.digests
        secret.channels = plan.channels
        refused = plan.refused
        secret.refused = _of("route:", refused) | _of("inhibit:", refused)
        secret.refused_channels = _of("channel:", refused)
        told, secret.beyond_share = secret.beyond_share, plan.beyond_share
        for name in sorted(told.keys() | secret.beyond_share.keys()):
            if told.get(name) != secret.beyond_share.get(name):
                self._queue.add(_channel(name), Urgency.REPAIR)
        self._snapshot.forget_blocks(plan.record.routes)
        self._wake(before[0] | before[2], before[1], before[3])
        for name in recorded.keys() | plan.record.channels.keys():
            if recorded.get(name) != plan.record.channels.get(name):
                self._queue.add(_channel(name), Urgency.REPAIR)

    def _wake(
        self, digests: frozenset[str], channels: frozenset[str], refused: frozenset[str]
    ) -> None:
        secret = self._snapshot.secret
        for name in sorted(channels ^ secret.channels):
            told = list(self._snapshot.rules_told_by(_channel(name)))
            self._queue.add_all(told, Urgency.REPAIR)
        for name in sorted(refused ^ secret.refused_channels):
            self._queue.add(_channel(name), Urgency.REPAIR)
        for digest in sorted(digests ^ (secret.written | secret.refused)):
            self._queue.add_all(self._snapshot.rules_of(digest), Urgency.EDIT)


def _stray(data: Mapping[str, object], wanted: Mapping[str, bytes]) -> list[str]:
    """Name the keys that bear our prefix and are not wanted (any more)."""
    return sorted(name for name in data if name.startswith("tocsin-") and name not in wanted)


def _channel(name: str) -> ObjectRef:
    namespace, _, short = name.partition("/")
    return ObjectRef(NOTIFICATION_CHANNEL, namespace, short)


def _of(prefix: str, names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name.removeprefix(prefix) for name in names if name.startswith(prefix))
