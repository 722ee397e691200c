"""
The last good record beside the configuration, in the Alertmanager Secret.

It holds each channel's last good spec and each route that is, or lately was, in
use, so that neither an invalid edit nor a restart of the operator takes
something away that worked. The children keep the rules' part themselves, in an
annotation (`tocsin.dev/last-good`).
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tocsin.api.notification_channel import NotificationChannelSpec
from tocsin.compile.inhibitions.block import InhibitBlock
from tocsin.compile.notify import RouteBlock

STATE_KEY = "tocsin-state.json.gz"
CONFIG_KEY = "alertmanager.yaml"

_FORMAT = 1
_LARGEST = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ChannelRecord:
    """A channel's last good spec as its user wrote it, and the object it came from."""

    uid: str
    generation: int
    spec: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RouteRecord:
    """A route in the tree; `retired_at` (RFC 3339) is set once no rule asks for it."""

    block: RouteBlock
    retired_at: str = ""


@dataclass(frozen=True, slots=True)
class InhibitionRecord:
    """What mutes rules; `retired_at` as of a route: muted alerts may fire on for a while."""

    block: InhibitBlock
    retired_at: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """What was live when the Secret was last written."""

    channels: Mapping[str, ChannelRecord] = field(default_factory=dict)
    routes: Mapping[str, RouteRecord] = field(default_factory=dict)
    inhibitions: Mapping[str, InhibitionRecord] = field(default_factory=dict)

    @property
    def digests(self) -> frozenset[str]:
        """Every digest that alerts may carry: of routes and of inhibitions."""
        return frozenset(self.routes) | frozenset(self.inhibitions)

    def to_document(self) -> dict[str, Any]:
        """Give the record as JSON-able data."""
        return {
            "format": _FORMAT,
            "channels": {
                name: {"uid": one.uid, "generation": one.generation, "spec": one.spec}
                for name, one in sorted(self.channels.items())
            },
            "routes": {
                digest: {"block": one.block.to_record(), "retiredAt": one.retired_at}
                for digest, one in sorted(self.routes.items())
            },
            "inhibitions": {
                digest: {"block": one.block.to_record(), "retiredAt": one.retired_at}
                for digest, one in sorted(self.inhibitions.items())
            },
        }


def spec_document(spec: NotificationChannelSpec) -> dict[str, Any]:
    """Give a channel's spec as its user wrote it, as JSON-able data."""
    return spec.model_dump(mode="json", by_alias=True, exclude_unset=True)


def write_record(record: Record) -> bytes:
    """Compress the record; equal records give equal bytes."""
    text = json.dumps(
        record.to_document(), sort_keys=True, separators=(",", ":"), ensure_ascii=True
    )
    return gzip.compress(text.encode(), compresslevel=6, mtime=0)


def read_record(data: bytes | None) -> Record:
    """
    Read a record; what cannot be read counts as absent.

    A record can only be damaged by hand, and then the live objects are the
    better source: part by part, so that one damaged route costs only itself.
    """
    if not data:
        return Record()
    try:
        inflate = zlib.decompressobj(wbits=31)
        document = json.loads(inflate.decompress(data, _LARGEST))
    except (zlib.error, ValueError, RecursionError):
        return Record()
    if not isinstance(document, dict) or document.get("format") != _FORMAT:
        return Record()
    return Record(
        _channels(document.get("channels")),
        _routes(document.get("routes")),
        _inhibitions(document.get("inhibitions")),
    )


def _channels(part: Any) -> dict[str, ChannelRecord]:
    records: dict[str, ChannelRecord] = {}
    for name, one in part.items() if isinstance(part, dict) else ():
        try:
            records[name] = ChannelRecord(
                str(one["uid"]), int(one["generation"]), dict(one["spec"])
            )
        except (KeyError, TypeError, ValueError):
            continue
    return records


def _routes(part: Any) -> dict[str, RouteRecord]:
    records: dict[str, RouteRecord] = {}
    for digest, one in part.items() if isinstance(part, dict) else ():
        try:
            block = RouteBlock.from_record(one["block"])
            retired = str(one.get("retiredAt", ""))
        except (KeyError, TypeError, ValueError):
            continue
        if block.digest == digest:
            records[digest] = RouteRecord(block, retired)
    return records


def _inhibitions(part: Any) -> dict[str, InhibitionRecord]:
    records: dict[str, InhibitionRecord] = {}
    for digest, one in part.items() if isinstance(part, dict) else ():
        try:
            block = InhibitBlock.from_record(one["block"])
            retired = str(one.get("retiredAt", ""))
        except (KeyError, TypeError, ValueError, AttributeError):
            continue
        if block.digest == digest:
            records[digest] = InhibitionRecord(block, retired)
    return records
