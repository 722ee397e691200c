"""
The feeders: one `on.event` handler per kind. They pass on, and decide nothing.

No I/O, no exception, no result: kopf would store a result and log an exception
with whatever it contains.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tocsin.api.kinds import KINDS
from tocsin.handlers.framework import kopf

Put = Callable[[str, str | None, Mapping[str, Any]], None]
"""Takes a kind, the event's type (None: from a listing) and the object."""

WATCHED: dict[str, tuple[str, str, str]] = {
    **{kind.kind: (kind.group, kind.version, kind.plural) for kind in KINDS},
    "PrometheusRule": ("monitoring.coreos.com", "v1", "prometheusrules"),
    "Namespace": ("", "v1", "namespaces"),
}
"""Kind to (group, version, plural): all that kopf watches."""


def register_feeders(registry: kopf.OperatorRegistry, put: Put) -> None:
    """Register one handler for each kind."""
    for kind, (group, version, plural) in WATCHED.items():
        kopf.on.event(
            group=group, version=version, plural=plural, registry=registry, id=f"feed-{kind}"
        )(_feeder(kind, put))


def _feeder(kind: str, put: Put) -> Callable[..., Any]:
    async def feed(event: Mapping[str, Any], **_: Any) -> None:
        put(kind, event["type"], event["object"])

    return feed
