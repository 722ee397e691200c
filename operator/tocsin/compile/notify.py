"""
Notify blocks: what an object's `notify` asks of the routing tree, as one small value.

A block is known by the digest of its namespace and its content with all names made
absolute; alerts carry that digest as `tocsin_route`. Rules that notify alike share
a block, and a channel's content never enters. The digest is frozen by golden files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tocsin.api.duration import PATTERN, milliseconds, write_duration
from tocsin.api.notify import ActiveTime, ChannelRef, Notify
from tocsin.compile.active_times import canonical_times, read_times, write_times
from tocsin.compile.names import canonical_json, digest_of

_DIGEST_DIGITS = 16
"""64 bits: a tenant who searches for a block with another tenant's digest finds none."""

_ANY = re.compile(".*")
_LABEL = re.compile("[a-zA-Z_][a-zA-Z0-9_]*")
_DURATION = re.compile(PATTERN)
_CHANNEL_FIELDS = {"namespace", "name", "minSeverity", "activeTimes"}
_STEP_FIELDS = {"after", "channels"}
_RECORD_FIELDS = {
    "namespace",
    "channels",
    "escalation",
    "toDefaults",
    "groupBy",
    "groupWait",
    "groupInterval",
    "repeatInterval",
    "maxPerHour",
}
_MOST_PER_HOUR = 60


@dataclass(frozen=True, slots=True)
class RouteChannel:
    """One channel of a block, by its absolute name, with the reference's own floor and hours."""

    namespace: str
    name: str
    min_severity: str | None = None
    active_times: tuple[ActiveTime, ...] = ()
    """In canonical order; empty means always."""

    @property
    def key(self) -> tuple[str, str]:
        """The channel's namespace and name."""
        return self.namespace, self.name


@dataclass(frozen=True, slots=True)
class RouteStep:
    """An escalation step of a block: who hears of what has gone on for about `after`."""

    after: str
    channels: tuple[RouteChannel, ...]


@dataclass(frozen=True, slots=True)
class RouteBlock:
    """
    One distinct notify block of one namespace.

    `to_defaults` marks a block that sets only how messages are batched and leaves
    the hearers to the namespace's default channels; without it, no channels mean
    nobody, on purpose. Durations are in Prometheus' own spelling, None where the
    block names none.
    """

    namespace: str
    digest: str
    channels: tuple[RouteChannel, ...] = ()
    group_by: tuple[str, ...] = ()
    group_wait: str | None = None
    group_interval: str | None = None
    repeat_interval: str | None = None
    to_defaults: bool = False
    escalation: tuple[RouteStep, ...] = ()
    max_per_hour: int | None = None

    @property
    def everyone(self) -> tuple[RouteChannel, ...]:
        """Every channel that the block names, those of its escalation steps too."""
        return (*self.channels, *(one for step in self.escalation for one in step.channels))

    def to_record(self) -> dict[str, Any]:
        """Give the block as JSON-able data; the digest follows from the rest."""
        return _record(self)

    @classmethod
    def from_record(cls, record: Any) -> RouteBlock:
        """Read what `to_record` wrote; anything else raises ValueError."""
        if not isinstance(record, Mapping) or set(record) - _RECORD_FIELDS:
            raise ValueError("not a notify block")
        waits = [
            None if record.get(name) is None else _text(record[name], _DURATION)
            for name in ("groupWait", "groupInterval", "repeatInterval")
        ]
        if any(wait is not None and not milliseconds(wait) for wait in waits[1:]):
            raise ValueError("an interval is zero")
        block = _finished(
            RouteBlock(
                _text(record.get("namespace")),
                "",
                tuple(_channel_from(one) for one in _sequence(record.get("channels", []))),
                tuple(_text(one, _LABEL) for one in _sequence(record.get("groupBy", []))),
                waits[0],
                waits[1],
                waits[2],
                to_defaults=record.get("toDefaults") is True,
                escalation=tuple(
                    _step_from(one) for one in _sequence(record.get("escalation", []))
                ),
                max_per_hour=_most_per_hour(record.get("maxPerHour")),
            )
        )
        if len({one.key for one in block.everyone}) != len(block.everyone):
            raise ValueError("a channel stands twice")
        if block.max_per_hour is not None and (block.group_by or block.group_interval):
            raise ValueError("not a notify block: maxPerHour stands alone")
        return block


def route_block(namespace: str, notify: Notify | None) -> RouteBlock | None:
    """
    Give the block that an object of `namespace` asks for; None where it has none of its own.

    The order of channels and of groupBy does not matter, nor does the spelling of
    durations (`60s`, `1m`): an edit of these moves no alert.
    """
    if notify is None:
        return None
    block = RouteBlock(
        namespace,
        "",
        tuple(_absolute(namespace, channel) for channel in notify.channels),
        notify.group_by,
        _spelled(notify.group_wait),
        _spelled(notify.group_interval),
        _spelled(notify.repeat_interval),
        to_defaults="channels" not in notify.model_fields_set,
        escalation=tuple(
            RouteStep(step.after, tuple(_absolute(namespace, one) for one in step.channels))
            for step in notify.escalation
        ),
        max_per_hour=notify.max_per_hour,
    )
    if block == RouteBlock(namespace, "", to_defaults=True):
        return None
    return _finished(block)


def _absolute(namespace: str, ref: ChannelRef) -> RouteChannel:
    return RouteChannel(
        ref.namespace or namespace, ref.name, ref.min_severity, canonical_times(ref.active_times)
    )


def _spelled(duration: str | None) -> str | None:
    return None if duration is None else write_duration(milliseconds(duration))


def _finished(block: RouteBlock) -> RouteBlock:
    """Put everything that has no order of its own into one, and give the block its digest."""
    steps: dict[int, list[RouteChannel]] = {}
    for step in block.escalation:
        steps.setdefault(milliseconds(step.after), []).extend(step.channels)
    block = replace(
        block,
        channels=_ordered(block.channels),
        group_by=tuple(sorted(set(block.group_by))),
        escalation=tuple(
            RouteStep(write_duration(after), _ordered(channels))
            for after, channels in sorted(steps.items())
        ),
    )
    digest = digest_of(("notify", canonical_json(_record(block))), _DIGEST_DIGITS)
    return replace(block, digest=digest)


def _ordered(channels: Iterable[RouteChannel]) -> tuple[RouteChannel, ...]:
    return tuple(sorted(set(channels), key=_order))


def _order(channel: RouteChannel) -> tuple[str, str, str]:
    return channel.namespace, channel.name, channel.min_severity or ""


def _record(block: RouteBlock) -> dict[str, Any]:
    """Write a block; what it does not set does not stand in it, so that digests last."""
    record: dict[str, Any] = {
        "namespace": block.namespace,
        "channels": [_written(one) for one in block.channels],
    }
    if block.escalation:
        record["escalation"] = [
            {"after": step.after, "channels": [_written(one) for one in step.channels]}
            for step in block.escalation
        ]
    if block.to_defaults:
        record["toDefaults"] = True
    if block.group_by:
        record["groupBy"] = list(block.group_by)
    more = {
        "groupWait": block.group_wait,
        "groupInterval": block.group_interval,
        "repeatInterval": block.repeat_interval,
        "maxPerHour": block.max_per_hour,
    }
    record.update({name: value for name, value in more.items() if value is not None})
    return record


def _written(channel: RouteChannel) -> dict[str, Any]:
    record: dict[str, Any] = {"namespace": channel.namespace, "name": channel.name}
    if channel.min_severity is not None:
        record["minSeverity"] = channel.min_severity
    if channel.active_times:
        record["activeTimes"] = write_times(channel.active_times)
    return record


def _channel_from(record: Any) -> RouteChannel:
    if not isinstance(record, Mapping) or set(record) - _CHANNEL_FIELDS:
        raise ValueError("not a channel of a notify block")
    floor = record.get("minSeverity")
    return RouteChannel(
        _text(record.get("namespace")),
        _text(record.get("name")),
        None if floor is None else _text(floor),
        read_times(record["activeTimes"]) if "activeTimes" in record else (),
    )


def _step_from(record: Any) -> RouteStep:
    if not isinstance(record, Mapping) or set(record) != _STEP_FIELDS:
        raise ValueError("not an escalation step")
    after = _text(record["after"], _DURATION)
    channels = tuple(_channel_from(one) for one in _sequence(record["channels"]))
    if not channels or not milliseconds(after):
        raise ValueError("not an escalation step")
    return RouteStep(after, channels)


def _most_per_hour(value: Any) -> int | None:
    if value is None:
        return None
    if type(value) is not int or not 1 <= value <= _MOST_PER_HOUR:
        raise ValueError("not a number of messages an hour")
    return value


def _sequence(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError("not a list")  # noqa: TRY004 one kind of error for every bad record
    return value


def _text(value: Any, pattern: re.Pattern[str] = _ANY) -> str:
    if not isinstance(value, str) or not value or not pattern.fullmatch(value):
        raise ValueError("not the text that was expected")
    return value
