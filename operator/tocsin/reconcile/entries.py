"""
What the snapshot keeps of each object: little, because there are ten thousand of them.

Specs and statuses are kept as compact JSON bytes (a parsed document costs about
five times as much), children as fingerprints. Secret values live in a type that
does not print.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tocsin.api.meta import ObjectRef
from tocsin.api.notification_channel import NotificationChannelSpec
from tocsin.api.problem import Reason
from tocsin.compile.notify import RouteBlock


def pack(document: Any) -> bytes:
    """Write a document as compact JSON with sorted keys."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(
        "utf-8", "surrogatepass"
    )


def unpack(packed: bytes) -> Any:
    """Read what `pack` wrote; nothing is the empty document."""
    return json.loads(packed) if packed else {}


def decode_data(data: Mapping[str, str | None]) -> dict[str, bytes]:
    """Decode a Secret's data; what is not base64 (the API refuses it) counts as empty."""
    decoded: dict[str, bytes] = {}
    for name, text in data.items():
        try:
            decoded[name] = base64.b64decode(text or "", validate=True)
        except binascii.Error:
            decoded[name] = b""
    return decoded


@dataclass(slots=True)
class Entry:
    """One of our resources as it was last seen."""

    uid: str
    version: int
    """The resourceVersion, to pass over events older than our own last write."""
    generation: int
    created: str
    spec: bytes
    status: bytes
    writing: bytes = b""
    """The status that is being written: its event may be here before the answer."""
    judged: bool = False
    """Whether it was reconciled since the operator started."""
    rejected: Reason | None = None


@dataclass(slots=True)
class RuleEntry(Entry):
    """An AlertRule, with what its effective spec asks of the routing tree."""

    block: RouteBlock | None = None
    severities: tuple[str, ...] = ()
    first_judged: float | None = None
    """When its first status was put off (monotonic), or None."""
    waiting_since: float | None = None
    """When it began to wait for its route to be loaded (monotonic), or None."""
    waiting_for: str = ""
    """The digest of the route that it waits for."""
    sized: tuple[int, int] | None = None
    """A generation and the bytes that its PrometheusRule asks for, where that was measured."""


class SecretValue:
    """A secret's bytes; printing, logging and formatting show a mask (S20)."""

    __slots__ = ("_value",)

    def __init__(self, value: bytes) -> None:
        self._value = value

    def reveal(self) -> bytes:
        """Give the bytes, for the one place that writes them."""
        return self._value

    def __repr__(self) -> str:
        return "<secret>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SecretValue) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)


@dataclass(slots=True)
class ChannelEntry(Entry):
    """A NotificationChannel, with what it gives to the Alertmanager configuration."""

    effective: NotificationChannelSpec | None = None
    """The spec that is live: the object's own, or the last good one."""
    effective_generation: int = 0
    values: Mapping[str, SecretValue] = field(default_factory=dict)
    """Secret values by their key in the Alertmanager Secret."""
    secret_faults: int = 0
    """How often in a row its Secrets could not be had as they should be."""
    use_counted_at: float = float("-inf")
    """When `usedBy` was last counted (monotonic)."""
    pending_since: float | None = None
    """When it began to wait for the Secret's next write (monotonic), or None."""
    shown_use: int = -1
    """The `usedByCount` that is shown; -1 until it is known."""
    sized: tuple[NotificationChannelSpec, int] | None = None
    """A spec and what it adds to the Secret, where that was measured."""


@dataclass(slots=True)
class ChildEntry:
    """A PrometheusRule that bears a name of ours."""

    uid: str
    version: int
    owner_uid: str
    """The uid of the AlertRule that it belongs to; empty for a foreign object."""
    owner_name: str
    fingerprint: bytes
    """Of what we own in the live object."""
    route: str
    """The digest that its alerts carry, empty without one."""
    holds: bytes = b""
    """Fingerprint of the desired object that the live one was seen to contain."""
    inhibit: str = ""
    """The digest that marks its alerts as muted by others, empty without one."""
    tests_passed: str = ""
    """The annotation that says which tests passed, empty without one."""
    size: int = 0
    """Bytes of the live object, as the namespace's limit counts them."""


ALERTMANAGER = ObjectRef("Alertmanager", "", "")
"""The queue's key that stands for the Alertmanager Secret; the others are our resources."""
