"""
What a last good spec may not keep alive: permissions, and the wish to stop.

A channel's owner takes a grant away, or suspends it, and it acts at once, even where
the rest of the edit is invalid or does not fit (api.md, "Last good"). What such an
edit would give, it does not give.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tocsin.api.meta import ObjectRef
from tocsin.api.notification_channel import NotificationChannelSpec
from tocsin.api.parse import parse_spec

_GRANT = "allowedNamespaces"


def with_present_permissions(
    ref: ObjectRef, good: Mapping[str, Any], present: Mapping[str, Any]
) -> NotificationChannelSpec | None:
    """
    Give a last good spec without what the object as it is now takes away.

    `good` and `present` are specs as their users wrote them. None where the last good
    spec cannot be read any more.
    """
    kept = {name: part for name, part in good.items() if name != _GRANT}
    if present.get("suspend") is True:
        kept["suspend"] = True
    grant = _narrower(good.get(_GRANT), present.get(_GRANT))
    spec = parse_spec(ref, {**kept, _GRANT: grant}) if grant is not None else None
    if not isinstance(spec, NotificationChannelSpec):
        spec = parse_spec(ref, kept)  # a grant that cannot be read allows nobody else
    return spec if isinstance(spec, NotificationChannelSpec) else None


def _narrower(good: Any, present: Any) -> dict[str, Any] | None:
    """Give the grant that both allow; None for the own namespace alone."""
    if not isinstance(good, Mapping) or not isinstance(present, Mapping):
        return None
    kinds = good.get("from"), present.get("from")
    if good == present or kinds == ("Selector", "All"):
        return dict(good)
    if kinds[0] == "All":
        return dict(present)
    if kinds != ("Selector", "Selector"):
        return None
    return _both(good.get("selector"), present.get("selector"))


def _both(first: Any, second: Any) -> dict[str, Any] | None:
    """Give a grant for the namespaces that two selectors meet."""
    if not isinstance(first, Mapping) or not isinstance(second, Mapping):
        return None
    labels = dict(first.get("matchLabels") or {})
    for name, value in (second.get("matchLabels") or {}).items():
        if labels.setdefault(name, value) != value:
            return None  # no namespace has both
    asked = [*(first.get("matchExpressions") or ()), *(second.get("matchExpressions") or ())]
    selector = {"matchLabels": labels, "matchExpressions": asked}
    return {"from": "Selector", "selector": selector}
