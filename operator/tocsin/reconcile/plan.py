"""
What the Alertmanager Secret should hold, from the snapshot: the plan before the write.

Channels and routes on record go first; growth that does not fit the budget is
left out, and a channel whose edit does not fit stays as it is on record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tocsin.api.meta import ObjectRef
from tocsin.api.problem import Problem
from tocsin.compile.alertmanager import AlertmanagerInputs, ChannelInput, compile_alertmanager
from tocsin.compile.channels import secret_uses
from tocsin.compile.routing import check_document
from tocsin.reconcile.budget import fit, size_of
from tocsin.reconcile.entries import ALERTMANAGER
from tocsin.reconcile.permissions import with_present_permissions
from tocsin.reconcile.ports import Clock
from tocsin.reconcile.queue import WorkQueue
from tocsin.reconcile.record import (
    CONFIG_KEY,
    STATE_KEY,
    ChannelRecord,
    InhibitionRecord,
    Record,
    RouteRecord,
    spec_document,
    write_record,
)
from tocsin.reconcile.share import beyond_shares
from tocsin.reconcile.snapshot import Snapshot

RETIRED_FOR = timedelta(hours=1)
"""A route without users stays this long, so that resolutions still arrive; an inhibition too:
Alertmanager holds alerts with the old digest for minutes, which would no longer be muted."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the Secret should hold, and the growth that was refused."""

    data: Mapping[str, bytes]
    record: Record
    channels: frozenset[str]
    """Channels with a receiver, as `namespace/name`."""
    faults: tuple[str, ...]
    """Why Alertmanager would refuse the configuration; never to be written then."""
    document: Mapping[str, Any]
    refused: tuple[str, ...] = ()
    beyond_share: Mapping[str, Problem] = field(default_factory=dict)
    """Channels (`namespace/name`) whose growth passes their namespace's share, and why."""


class Planner:
    """Plans the Secret."""

    def __init__(self, clock: Clock, snapshot: Snapshot, queue: WorkQueue) -> None:
        self._clock = clock
        self._snapshot = snapshot
        self._queue = queue

    def plan(self, more: Mapping[str, bytes]) -> Plan:
        """Plan the Secret; `more` are keys that are always in it."""
        routes, muting = self._routes(), self._inhibitions()
        channels = self._snapshot.inputs().channels
        beyond = beyond_shares(self._snapshot, [channels[at] for at in self._by_age(channels)])
        out = frozenset(f"channel:{ref}" for ref in beyond)
        growth = [one for one in self._growth(routes, muting) if one not in out]
        budget = self._snapshot.config.alertmanager.max_secret_bytes

        def build(left_out: frozenset[str]) -> Plan:
            return self._build(routes, muting, left_out | out, more)

        def fits(plan: Plan) -> bool:
            return not plan.faults and size_of(plan.data) <= budget

        plan, refused = fit(growth, build, fits)
        told = {str(ref): problem for ref, problem in beyond.items()}
        return replace(plan, refused=refused, beyond_share=told)

    def _growth(
        self, routes: Mapping[str, RouteRecord], muting: Mapping[str, InhibitionRecord]
    ) -> list[str]:
        """
        Name what is not on record, the oldest first: it gives way where room is short.

        A channel that is suspended or not usable takes no room, and what was live of
        it must go at once.
        """
        known = self._snapshot.secret.record
        live = self._snapshot.inputs().channels
        channels = [at for at in self._by_age(live) if self._may_grow(live[at])]
        return [
            *(f"channel:{namespace}/{name}" for namespace, name in channels),
            *(f"route:{digest}" for digest in routes if digest not in known.routes),
            *(f"inhibit:{digest}" for digest in muting if digest not in known.inhibitions),
        ]

    def _build(
        self,
        routes: Mapping[str, RouteRecord],
        muting: Mapping[str, InhibitionRecord],
        left_out: frozenset[str],
        more: Mapping[str, bytes],
    ) -> Plan:
        kept = {d: one for d, one in routes.items() if f"route:{d}" not in left_out}
        mutes = {d: one for d, one in muting.items() if f"inhibit:{d}" not in left_out}
        channels, values = self._channels(left_out)
        output = compile_alertmanager(
            AlertmanagerInputs(
                channels=channels,
                blocks={digest: one.block for digest, one in kept.items()},
                namespaces=self._snapshot.namespaces,
                config=self._snapshot.config,
                inhibitions={digest: one.block for digest, one in mutes.items()},
                base=self._snapshot.base.good,
            )
        )
        in_tree = frozenset(f"{namespace}/{name}" for namespace, name in output.channels)
        record = Record(self._channel_records(channels), kept, mutes)
        files = {
            use.file: values[use.file]
            for given in channels.values()
            if str(given.ref) in in_tree
            for use in secret_uses(given.ref, given.spec)
        }
        data = {
            **self._snapshot.base.keys(),
            **more,
            **files,
            **{name: text.encode() for name, text in output.files.items()},
            CONFIG_KEY: output.text.encode(),
            STATE_KEY: write_record(record),
        }
        return Plan(data, record, in_tree, check_document(output.own), output.document)

    def _channels(
        self, left_out: frozenset[str]
    ) -> tuple[dict[tuple[str, str], ChannelInput], dict[str, bytes]]:
        """Give the channels that are to be in it, and their secret values by file."""
        channels: dict[tuple[str, str], ChannelInput] = {}
        values: dict[str, bytes] = {}
        for at, given in self._snapshot.inputs().channels.items():
            if f"channel:{at[0]}/{at[1]}" not in left_out:
                channels[at] = given
                values |= self._values(given.ref)
            elif (before := self._before(given)) is not None:
                channels[at] = before[0]
                values |= before[1]
        return channels, values

    def _values(self, ref: ObjectRef) -> dict[str, bytes]:
        entry = self._snapshot.channels.get(ref)
        values = entry.values if entry is not None else {}
        return {file: value.reveal() for file, value in values.items()}

    def _before(self, given: ChannelInput) -> tuple[ChannelInput, dict[str, bytes]] | None:
        """Give the channel as it is on record, with its live values; None if it is new."""
        record = self._snapshot.secret.record.channels.get(str(given.ref))
        entry = self._snapshot.channels.get(given.ref)
        if record is None or entry is None or record.uid != entry.uid:
            return None
        spec = with_present_permissions(given.ref, record.spec, spec_document(given.spec))
        if spec is None:
            return None
        data = self._snapshot.secret.data
        held = self._values(given.ref) if data is None else data  # one that vanished is put back
        files = {use.file: held.get(use.file, b"") for use in secret_uses(given.ref, spec)}
        return ChannelInput(given.ref, spec, usable=all(files.values())), files

    def _channel_records(
        self, channels: Mapping[tuple[str, str], ChannelInput]
    ) -> dict[str, ChannelRecord]:
        records: dict[str, ChannelRecord] = {}
        known = self._snapshot.secret.record.channels
        for given in channels.values():
            entry = self._snapshot.channels.get(given.ref)
            if entry is None or not given.usable:
                continue
            raw = spec_document(given.spec)
            old = known.get(str(given.ref))
            same = old is not None and (old.uid, old.spec) == (entry.uid, raw)
            generation = old.generation if same and old else entry.effective_generation
            records[str(given.ref)] = ChannelRecord(entry.uid, generation, raw)
        return records

    def _routes(self) -> dict[str, RouteRecord]:
        """Give the routes in use and the lately retired; the others are let go."""
        routes = {d: RouteRecord(block) for d, block in self._snapshot.blocks_in_use().items()}
        carried = self._snapshot.digests_on_children()
        for digest, one in self._snapshot.secret.record.routes.items():
            retired_at = self._retired_at(one.retired_at, carried=digest in carried)
            if digest not in routes and retired_at is not None:
                routes[digest] = RouteRecord(one.block, retired_at)
        return dict(sorted(routes.items()))

    def _inhibitions(self) -> dict[str, InhibitionRecord]:
        """Give the inhibitions in use and the lately retired."""
        in_use = self._snapshot.inhibitions.in_use()
        muting = {digest: InhibitionRecord(block) for digest, block in in_use.items()}
        carried = self._snapshot.inhibitions.on_children()
        for digest, one in self._snapshot.secret.record.inhibitions.items():
            retired_at = self._retired_at(one.retired_at, carried=digest in carried)
            if digest not in muting and retired_at is not None:
                muting[digest] = InhibitionRecord(one.block, retired_at)
        return dict(sorted(muting.items()))

    def _retired_at(self, before: str, *, carried: bool) -> str | None:
        """Give when a block without users retired, empty while carried, None once it may go."""
        if carried:
            return ""
        retired_at = before or self._clock.now()
        left = RETIRED_FOR - (_parse(self._clock.now()) - _parse(retired_at))
        if left <= timedelta(0):
            return None
        self._queue.add_after(ALERTMANAGER, left.total_seconds() + 1)
        return retired_at

    def _by_age(self, channels: Mapping[tuple[str, str], ChannelInput]) -> list[tuple[str, str]]:
        def age(at: tuple[str, str]) -> tuple[str, tuple[str, str]]:
            entry = self._snapshot.channels.get(channels[at].ref)
            return (entry.created if entry is not None else "", at)

        return sorted(channels, key=age)

    def _may_grow(self, given: ChannelInput) -> bool:
        if given.spec.suspend or not given.usable:
            return False
        record = self._snapshot.secret.record.channels.get(str(given.ref))
        return record is None or dict(record.spec) != spec_document(given.spec)


def _parse(moment: str) -> datetime:
    try:
        parsed = datetime.fromisoformat(moment)
    except ValueError:
        parsed = datetime(1970, 1, 1, tzinfo=UTC)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)  # a record may be damaged
