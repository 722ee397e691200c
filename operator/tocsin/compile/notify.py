"""
Notify blocks: what an object's `notify` asks of the routing tree, as one small value.

A block is known by the digest of its namespace and its content with all names made
absolute; alerts carry that digest as `tocsin_route`. Rules that notify alike share
a block, and a channel's content never enters. The digest is frozen by golden files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.api.duration import PATTERN, milliseconds, write_duration
from tocsin.api.notify import ChannelRef, Notify
from tocsin.compile.names import canonical_json, digest_of

_DIGEST_DIGITS = 16
"""64 bits: a tenant who searches for a block with another tenant's digest finds none."""

_ANY = re.compile(".*")
_LABEL = re.compile("[a-zA-Z_][a-zA-Z0-9_]*")
_DURATION = re.compile(PATTERN)
_CHANNEL_FIELDS = {"namespace", "name", "minSeverity"}
_RECORD_FIELDS = {
    "namespace",
    "channels",
    "toDefaults",
    "groupBy",
    "groupWait",
    "groupInterval",
    "repeatInterval",
}


@dataclass(frozen=True, slots=True)
class RouteChannel:
    """One channel of a block, by its absolute name, with the reference's own floor."""

    namespace: str
    name: str
    min_severity: str | None = None


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

    def to_record(self) -> dict[str, Any]:
        """Give the block as JSON-able data; the digest follows from the rest."""
        return _record(
            self.namespace,
            self.channels,
            self.group_by,
            (self.group_wait, self.group_interval, self.repeat_interval),
            to_defaults=self.to_defaults,
        )

    @classmethod
    def from_record(cls, record: Any) -> RouteBlock:
        """Read what `to_record` wrote; anything else raises ValueError."""
        if not isinstance(record, Mapping) or set(record) - _RECORD_FIELDS:
            raise ValueError("not a notify block")
        channels = tuple(_channel_from(one) for one in _sequence(record.get("channels", [])))
        if len({(one.namespace, one.name) for one in channels}) != len(channels):
            raise ValueError("a channel stands twice")
        group_by = tuple(_text(one, _LABEL) for one in _sequence(record.get("groupBy", [])))
        waits = [
            None if record.get(name) is None else _text(record[name], _DURATION)
            for name in ("groupWait", "groupInterval", "repeatInterval")
        ]
        if any(wait is not None and not milliseconds(wait) for wait in waits[1:]):
            raise ValueError("an interval is zero")
        return _block(
            _text(record.get("namespace")),
            channels,
            group_by,
            (waits[0], waits[1], waits[2]),
            to_defaults=record.get("toDefaults") is True,
        )


def route_block(namespace: str, notify: Notify | None) -> RouteBlock | None:
    """
    Give the block that an object of `namespace` asks for; None where it has none of its own.

    The order of channels and of groupBy does not matter, nor does the spelling of
    durations (`60s`, `1m`): an edit of these moves no alert.
    """
    if notify is None:
        return None
    to_defaults = "channels" not in notify.model_fields_set
    waits = (
        _spelled(notify.group_wait),
        _spelled(notify.group_interval),
        _spelled(notify.repeat_interval),
    )
    if to_defaults and not notify.group_by and waits == (None, None, None):
        return None
    channels = tuple(_absolute(namespace, channel) for channel in notify.channels)
    return _block(namespace, channels, notify.group_by, waits, to_defaults=to_defaults)


def _absolute(namespace: str, ref: ChannelRef) -> RouteChannel:
    return RouteChannel(ref.namespace or namespace, ref.name, ref.min_severity)


def _spelled(duration: str | None) -> str | None:
    return None if duration is None else write_duration(milliseconds(duration))


def _order(channel: RouteChannel) -> tuple[str, str, str]:
    return channel.namespace, channel.name, channel.min_severity or ""


def _block(
    namespace: str,
    channels: tuple[RouteChannel, ...],
    group_by: tuple[str, ...],
    waits: tuple[str | None, str | None, str | None],
    *,
    to_defaults: bool,
) -> RouteBlock:
    channels = tuple(sorted(set(channels), key=_order))
    group_by = tuple(sorted(set(group_by)))
    record = _record(namespace, channels, group_by, waits, to_defaults=to_defaults)
    digest = digest_of(("notify", canonical_json(record)), _DIGEST_DIGITS)
    return RouteBlock(namespace, digest, channels, group_by, *waits, to_defaults)


def _record(
    namespace: str,
    channels: tuple[RouteChannel, ...],
    group_by: tuple[str, ...],
    waits: tuple[str | None, str | None, str | None],
    *,
    to_defaults: bool,
) -> dict[str, Any]:
    record: dict[str, Any] = {
        "namespace": namespace,
        "channels": [
            {"namespace": one.namespace, "name": one.name}
            | ({} if one.min_severity is None else {"minSeverity": one.min_severity})
            for one in channels
        ],
    }
    if to_defaults:
        record["toDefaults"] = True
    if group_by:
        record["groupBy"] = list(group_by)
    names = ("groupWait", "groupInterval", "repeatInterval")
    record.update({name: wait for name, wait in zip(names, waits, strict=True) if wait is not None})
    return record


def _channel_from(record: Any) -> RouteChannel:
    if not isinstance(record, Mapping) or set(record) - _CHANNEL_FIELDS:
        raise ValueError("not a channel of a notify block")
    floor = record.get("minSeverity")
    return RouteChannel(
        _text(record.get("namespace")),
        _text(record.get("name")),
        None if floor is None else _text(floor),
    )


def _sequence(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError("not a list")  # noqa: TRY004 one kind of error for every bad record
    return value


def _text(value: Any, pattern: re.Pattern[str] = _ANY) -> str:
    if not isinstance(value, str) or not value or not pattern.fullmatch(value):
        raise ValueError("not the text that was expected")
    return value
