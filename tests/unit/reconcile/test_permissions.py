"""What an invalid edit takes away from the last good spec, and that it gives nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tocsin.api.meta import NOTIFICATION_CHANNEL, ObjectRef
from tocsin.reconcile.permissions import with_present_permissions

REF = ObjectRef(NOTIFICATION_CHANNEL, "platform", "pager")
HOOK = {"webhook": {"url": "https://hooks.example.org/x"}}
ALL: dict[str, Any] = {"from": "All"}


def labelled(**labels: str) -> dict[str, Any]:
    return {"from": "Selector", "selector": {"matchLabels": labels}}


def granted(good: Any, present: Any, labels: dict[str, str]) -> bool:
    """Tell whether a namespace with these labels may still name the channel."""
    given = HOOK if good is None else {**HOOK, "allowedNamespaces": good}
    now = {} if present is None else {"allowedNamespaces": present}
    spec = with_present_permissions(REF, given, now)
    assert spec is not None
    grant = spec.allowed_namespaces
    if grant is None or grant.from_ == "Same":
        return False
    return grant.from_ == "All" or bool(grant.selector and grant.selector.matches(labels))


@pytest.mark.parametrize(
    ("good", "present", "labels", "allowed"),
    [
        (ALL, ALL, {}, True),
        (ALL, None, {}, False),
        (ALL, {"from": "Same"}, {}, False),
        (ALL, {"from": "Selector"}, {}, False),
        (ALL, "All", {}, False),
        (ALL, labelled(a="b"), {"a": "b"}, True),
        (ALL, labelled(a="b"), {"a": "c"}, False),
        (None, ALL, {}, False),
        ({"from": "Same"}, ALL, {}, False),
        (labelled(a="b"), ALL, {"a": "b"}, True),
        (labelled(a="b"), ALL, {}, False),
        (labelled(a="b"), labelled(c="d"), {"a": "b", "c": "d"}, True),
        (labelled(a="b"), labelled(c="d"), {"c": "d"}, False),
        (labelled(a="b"), labelled(a="c"), {"a": "b"}, False),
        (labelled(a="b"), labelled(a="c"), {"a": "c"}, False),
    ],
)
def test_grant(good: Any, present: Any, labels: dict[str, str], allowed: bool) -> None:
    assert granted(good, present, labels) is allowed


@pytest.mark.parametrize(
    ("good", "present", "suspended"),
    [(False, True, True), (True, False, True), (False, False, False), (False, "true", False)],
)
def test_suspend(good: bool, present: Any, suspended: bool) -> None:
    spec = with_present_permissions(REF, {**HOOK, "suspend": good}, {"suspend": present})
    assert spec is not None
    assert spec.suspend is suspended


def test_a_good_spec_that_cannot_be_read_any_more_is_lost() -> None:
    assert with_present_permissions(REF, {"pigeon": {}}, {}) is None
