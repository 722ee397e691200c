"""
One NotificationChannel: what it gives to the Alertmanager configuration, and its status.

An invalid edit, a missing Secret or a malformed value keeps the last good one.
What takes something away on purpose acts when it is seen: a revoked consent, `suspend`,
deletion.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from tocsin.api.condition import Condition
from tocsin.api.meta import ObjectRef
from tocsin.api.notification_channel import NotificationChannelSpec
from tocsin.api.parse import parse_spec
from tocsin.api.problem import Problem, Reason, Rejection
from tocsin.compile.alertmanager import ChannelInput
from tocsin.compile.base.existing import receiver_problem
from tocsin.compile.channels import (
    SecretUse,
    check_channel,
    check_secret_value,
    clean_secret_value,
    secret_uses,
)
from tocsin.errors import ClusterError
from tocsin.reconcile.awaiting import LOAD_DEADLINE
from tocsin.reconcile.entries import ALERTMANAGER, ChannelEntry, SecretValue, unpack
from tocsin.reconcile.outside import Outside, publish_status
from tocsin.reconcile.permissions import with_present_permissions
from tocsin.reconcile.queue import Urgency, WorkQueue
from tocsin.reconcile.record import spec_document
from tocsin.reconcile.secrets import SecretAnswer, SecretReader
from tocsin.reconcile.smtp import uses_platform_relay
from tocsin.reconcile.snapshot import Snapshot
from tocsin.reconcile.status import APPLIED, broken, channel_status, conclude, condition_of, good

_REREAD, _REREAD_MAX = 60.0, 280.0
"""Seconds between two looks at a channel's Secrets; a rotation is seen within five minutes."""
_CHANNELS_PER_SECOND = 5.0
_FAULT_REREAD, _FAULT_REREAD_MAX = 2.0, 30.0
_USE_INTERVAL = 280.0
"""Seconds between two counts of who uses a channel."""
_PENDING_NEWS = 6.0
"""Seconds until the status says that the Secret is still to be written."""


@dataclass(slots=True)
class _Values:
    """Secret values by file, and the problems of those that could not be had."""

    found: dict[str, SecretValue] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    complete: bool = True
    fault: ClusterError | None = None
    """Why a Secret could not be looked at just now; it says nothing about the Secret."""


class ChannelReconciler:
    """Reconciles NotificationChannels, one at a time."""

    def __init__(
        self, outside: Outside, snapshot: Snapshot, queue: WorkQueue, secrets: SecretReader
    ) -> None:
        self._outside = outside
        self._snapshot = snapshot
        self._queue = queue
        self._secrets = secrets
        self._fresh: dict[ObjectRef, tuple[int, _Values]] = {}
        """What was read moments ago, by the version it was read for, while the write is awaited."""

    async def reconcile(self, ref: ObjectRef) -> str:
        """Reconcile one channel; gives the result for the metric."""
        entry = self._snapshot.channels.get(ref)
        fresh = self._fresh.pop(ref, None)
        if entry is None:
            return "success"
        generation = entry.generation  # the feed may move it on while we read Secrets
        version = entry.version
        spec, problems = self._judge_spec(ref, entry)
        if fresh is not None and fresh[0] == version:
            values = fresh[1]
        else:
            values = await self._read_values(ref, spec) if spec is not None else _Values()
        if self._snapshot.channels.get(ref) is not entry:
            return "success"  # went away while we read
        if values.fault is not None:
            if not entry.judged:  # after a start: what is live stays until we can look
                self._take(ref, entry, spec, values)
            raise values.fault
        self._take(ref, entry, spec, values)
        entry.judged = True
        entry.rejected = problems[0].reason if problems else None
        self._queue.add_after(ref, self._look_again(entry, values))
        secret = self._snapshot.secret
        refused = str(ref) in secret.refused_channels or str(ref) in secret.beyond_share
        lost = self._lost_receiver(entry) is not None
        settled = bool(problems) or not values.complete or refused or lost
        if self._is_pending(ref, entry, settled=settled):
            self._fresh[ref] = (version, values)
            return "waiting"
        await self._publish(ref, entry, generation, problems, values)
        return "stalled" if problems else "success" if values.complete else "waiting"

    def _look_again(self, entry: ChannelEntry, values: _Values) -> float:
        """
        Give the seconds until the Secrets are read again; nobody tells us when they change.

        Soon where something is wrong with one, so that the mend is seen soon; else each
        minute, or less often where there are so many channels that ten reads a second
        would not do.
        """
        entry.secret_faults = entry.secret_faults + 1 if values.problems else 0
        crowd = len(self._snapshot.channels) / _CHANNELS_PER_SECOND
        if entry.secret_faults:
            pause = _FAULT_REREAD * 2.0 ** min(entry.secret_faults - 1, 5)
            return max(min(pause, _FAULT_REREAD_MAX), crowd)
        return min(max(_REREAD, crowd), _REREAD_MAX) * random.uniform(0.8, 1.0)  # noqa: S311 jitter

    def _judge_spec(
        self, ref: ObjectRef, entry: ChannelEntry
    ) -> tuple[NotificationChannelSpec | None, tuple[Problem, ...]]:
        """Give the spec that is live (the last good one where the object's own is not) and why."""
        spec = parse_spec(ref, unpack(entry.spec))
        problems = self._problems(ref, entry, spec)
        if not problems and isinstance(spec, NotificationChannelSpec):
            entry.effective_generation = entry.generation
            return spec, ()
        return self._last_good(ref, entry), problems

    def _last_good(self, ref: ObjectRef, entry: ChannelEntry) -> NotificationChannelSpec | None:
        """Give the spec that was good before: as we remember it, else as it is on record."""
        present = unpack(entry.spec)
        if entry.effective is not None:
            return with_present_permissions(ref, spec_document(entry.effective), present)
        record = self._snapshot.secret.record.channels.get(str(ref))
        if record is None or record.uid != entry.uid:
            return None
        spec = with_present_permissions(ref, record.spec, present)
        if spec is None or check_channel(ref, spec, self._snapshot.config):
            return None
        entry.effective_generation = record.generation
        return spec

    def _problems(self, ref: ObjectRef, entry: ChannelEntry, spec: object) -> tuple[Problem, ...]:
        if isinstance(spec, Rejection):
            return spec.problems
        if not isinstance(spec, NotificationChannelSpec):
            raise TypeError(f"{ref} is not a NotificationChannel")
        limit = self._snapshot.config.limits.channels_per_namespace
        siblings = [
            (other.created, one.name)
            for one, other in self._snapshot.channels.items()
            if one.namespace == ref.namespace
        ]
        if len(siblings) > limit and (entry.created, ref.name) not in sorted(siblings)[:limit]:
            message = (
                f"namespace {ref.namespace} has more than {limit} NotificationChannels and this "
                "is one of the newest; delete some, or ask the platform to raise "
                "limits.channelsPerNamespace"
            )
            return (Problem(Reason.QUOTA_EXCEEDED, "", message),)
        return check_channel(ref, spec, self._snapshot.config)

    async def _read_values(self, ref: ObjectRef, spec: NotificationChannelSpec) -> _Values:
        values = _Values()
        for use in secret_uses(ref, spec):
            try:
                answer = await self._secrets.read(ref.namespace, use.ref.name)
            except ClusterError as error:
                values.fault = error
                answer = SecretAnswer(None)
            problem = answer.problem
            if problem is None and answer.data is not None:
                value = answer.data.get(use.ref.key)
                problem = _value_problem(use, spec, value)
                if problem is None and value is not None:
                    values.found[use.file] = SecretValue(clean_secret_value(value.reveal()))
                    continue
            if problem is not None:
                values.problems.append(
                    Problem(problem.reason, problem.field or use.field, problem.message)
                )
            revoked = problem is not None and problem.reason == Reason.FORBIDDEN
            last = None if revoked else self._last_value(ref, use.file)
            if last is not None:
                values.found[use.file] = last
            else:
                values.complete = False
        return values

    def _last_value(self, ref: ObjectRef, file: str) -> SecretValue | None:
        """Give the value that Alertmanager uses now, if the channel is on record."""
        entry = self._snapshot.channels.get(ref)
        if entry is not None and file in entry.values:
            return entry.values[file]
        record = self._snapshot.secret.record.channels.get(str(ref))
        data = self._snapshot.secret.data or {}
        if record is None or entry is None or record.uid != entry.uid or file not in data:
            return None
        return SecretValue(data[file])

    def _take(
        self,
        ref: ObjectRef,
        entry: ChannelEntry,
        spec: NotificationChannelSpec | None,
        values: _Values,
    ) -> None:
        """Hand the channel to the routing tree, and wake who depends on it."""
        given = None
        if spec is not None:
            usable = values.complete and receiver_problem(spec, self._snapshot.base.good) is None
            given = ChannelInput(ref, spec, usable=usable)
        changed = self._snapshot.set_channel_input(ref, given)
        found: Mapping[str, SecretValue] = values.found if spec is not None else {}
        if changed or found != entry.values or not entry.judged:
            self._queue.add(ALERTMANAGER)
        entry.effective, entry.values = spec, found
        if changed and self._snapshot.complete:
            self._queue.add_all(list(self._snapshot.rules_told_by(ref)), Urgency.REPAIR)

    def _is_pending(self, ref: ObjectRef, entry: ChannelEntry, *, settled: bool) -> bool:
        """Tell whether to await the Secret's next write, which wakes us, before saying `Ready`."""
        since = self._snapshot.awaited.pop(ref)
        if settled or (self._is_written(ref, entry) and self._is_loaded(ref, entry, since)):
            entry.pending_since = None
            return False
        now = self._outside.clock.monotonic()
        if entry.pending_since is None:
            entry.pending_since = now
        left = entry.pending_since + _PENDING_NEWS - now
        if left > 0:
            self._queue.add_after(ref, left)
        return left > 0

    def _is_written(self, ref: ObjectRef, entry: ChannelEntry) -> bool:
        """Tell whether the Secret holds the channel as it is now."""
        record = self._snapshot.secret.record.channels.get(str(ref))
        spec = entry.effective
        return (
            record is not None
            and spec is not None
            and (record.uid, record.spec) == (entry.uid, spec_document(spec))
        )

    def _is_loaded(self, ref: ObjectRef, entry: ChannelEntry, since: float | None) -> bool:
        """
        Tell whether Alertmanager has the receiver; what it holds is not seen.

        What was ready stays so, and where Alertmanager is not seen nobody waits.
        """
        loaded, spec = self._snapshot.secret.loaded, entry.effective
        expected = str(ref) in self._snapshot.secret.channels
        own = spec is not None and spec.existing is None
        if loaded is None or not expected or not own or str(ref) in loaded.receivers:
            return True
        if condition_of(unpack(entry.status), "Ready").get("status") == "True":
            return True
        now = self._outside.clock.monotonic()
        waited = self._snapshot.awaited.put(ref, since, now)
        if waited < LOAD_DEADLINE:
            self._queue.add_after(ref, LOAD_DEADLINE - waited)
        return False

    async def _publish(
        self,
        ref: ObjectRef,
        entry: ChannelEntry,
        generation: int,
        problems: tuple[Problem, ...],
        values: _Values,
    ) -> None:
        links = [broken("Valid", problems) if problems else good("Valid")]
        relay = self._snapshot.relay_problem
        if relay is not None and uses_platform_relay(entry.effective):
            values.problems.append(relay)
        if values.problems:
            links.append(broken("SecretResolved", values.problems))
        elif entry.effective is not None:
            links.append(good("SecretResolved"))
        lost = self._lost_receiver(entry)
        if lost is not None:
            links.append(broken(APPLIED, (lost,)))
        elif (beyond := self._snapshot.secret.beyond_share.get(str(ref))) is not None:
            links.append(broken(APPLIED, (beyond,)))
        elif str(ref) in self._snapshot.secret.refused_channels:
            links.append(_no_room(self._snapshot))
        elif entry.pending_since is not None:
            links.append(self._pending(ref, entry))
        suspended = entry.effective is not None and entry.effective.suspend
        ready = good("Ready", "live")
        if suspended:
            ready = good("Ready", "delivers nothing, as the spec asks", Reason.SUSPENDED)
        status = channel_status(
            unpack(entry.status),
            conclude(links, ready),
            generation=generation,
            type_=entry.effective.type if entry.effective is not None else "",
            used_by=self._used_by(ref, entry),
            suspended=suspended,
            now=self._outside.clock.now(),
        )
        if await publish_status(self._outside, ref, entry, status):
            self._queue.spent(ref)

    def _pending(self, ref: ObjectRef, entry: ChannelEntry) -> Condition:
        """Say what is still to come: the write, or that Alertmanager loads it."""
        now = self._outside.clock.monotonic()
        waited = self._snapshot.awaited.waited(ref, now)
        reason = Reason.ROUTE_PENDING
        if waited is None or not self._is_written(ref, entry):
            message = self._snapshot.secret.failure
            message = message or "the Alertmanager configuration is about to be written"
        elif waited < LOAD_DEADLINE:
            message = "waiting for Alertmanager to load the receiver: up to a minute and a half"
        else:
            reason = Reason.ROUTE_NOT_LOADED
            message = (
                "Alertmanager has not loaded the receiver for two minutes: look at its log and at "
                "alertmanager_config_last_reload_successful"
            )
        return broken(APPLIED, (Problem(reason, "", message),))

    def _lost_receiver(self, entry: ChannelEntry) -> Problem | None:
        """Say that the base has no such receiver, for a channel that stands for one."""
        spec = entry.effective
        return None if spec is None else receiver_problem(spec, self._snapshot.base.good)

    def _used_by(self, ref: ObjectRef, entry: ChannelEntry) -> int:
        """Count the rules that tell this channel; a change is shown about once in five minutes."""
        shown = unpack(entry.status).get("usedByCount")
        now = self._outside.clock.monotonic()
        fresh = now - entry.use_counted_at < _USE_INTERVAL
        if shown and (fresh or not self._snapshot.settled):
            return int(shown)
        entry.use_counted_at = now
        entry.shown_use = self._snapshot.use_of(ref, default=_is_default(entry))
        return entry.shown_use


def _is_default(entry: ChannelEntry) -> bool:
    return entry.effective is not None and entry.effective.default is not None


def _value_problem(
    use: SecretUse, spec: NotificationChannelSpec, value: SecretValue | None
) -> Problem | None:
    if value is None:
        message = (
            f"Secret {use.ref.name} has no key {use.ref.key!r}; add the key to the Secret, or "
            "correct it here"
        )
        return Problem(Reason.SECRET_KEY_NOT_FOUND, use.field, message)
    return check_secret_value(use, spec, value.reveal())


def _no_room(snapshot: Snapshot) -> Condition:
    message = (
        f"the Alertmanager Secret has no room for this channel ({snapshot.secret.usage}); ask the "
        "platform to make room (alertmanager.maxSecretBytes)"
    )
    return broken(APPLIED, (Problem(Reason.SIZE_LIMIT, "", message),))
