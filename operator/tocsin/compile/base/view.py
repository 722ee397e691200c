"""
What a base does to alerts of ours: which of its inhibitions can hide one, who would hear.

Only some labels of a rule's alerts are known before they fire; the others come from
the series. So the answers are of the kind "can": a matcher on a label that is not
known may hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.compile.base.fields import INTEGRATIONS
from tocsin.compile.base.matchers import ReadMatcher, old_matchers, read_matchers

Known = Mapping[str, str]
"""Labels whose values are known; the empty value means that the label is absent."""


@dataclass(frozen=True, slots=True)
class BaseInhibition:
    """One inhibit rule of a base: the alerts that it can mute, and how it is named."""

    targets: tuple[ReadMatcher, ...]
    text: str


@dataclass(frozen=True, slots=True)
class BaseRoute:
    """One route of a base, with the receiver that it inherits."""

    receiver: str
    matchers: tuple[ReadMatcher, ...]
    goes_on: bool
    children: tuple[BaseRoute, ...]


@dataclass(frozen=True, slots=True)
class BaseView:
    """A base's receivers, inhibitions and routes, ready to be asked."""

    receivers: frozenset[str]
    silent: frozenset[str]
    """Receivers without integrations, which tell nobody."""
    inhibitions: tuple[BaseInhibition, ...]
    route: BaseRoute

    def hiding(self, known: Known) -> tuple[str, ...]:
        """Name the inhibitions that can mute an alert with these labels."""
        return tuple(
            one.text
            for one in self.inhibitions
            if all(_may(matcher, known) is not False for matcher in one.targets)
        )

    def reached(self, known: Known) -> tuple[str, ...]:
        """Name the receivers that an alert with these labels may come to, sorted."""
        found, _ = _walk(self.route, known)
        return tuple(sorted(found))


def view_of(document: Mapping[str, Any]) -> BaseView:
    """Make the view of a configuration that was judged good."""
    receivers = document.get("receivers") or ()
    return BaseView(
        frozenset(str(one["name"]) for one in receivers),
        frozenset(
            str(one["name"]) for one in receivers if not any(one.get(kind) for kind in INTEGRATIONS)
        ),
        tuple(
            _inhibition(index, one) for index, one in enumerate(document.get("inhibit_rules") or ())
        ),
        _route(document["route"], ""),
    )


def _inhibition(index: int, rule: Mapping[str, Any]) -> BaseInhibition:
    sources = ", ".join(str(one) for one in _matchers(rule, "source_")) or "any alert"
    equal = ", ".join(rule.get("equal") or ())
    alike = f" with equal {equal} (a label missing on both counts as equal)" if equal else ""
    text = f"inhibit_rules[{index}], while {sources} fires{alike}"
    return BaseInhibition(_matchers(rule, "target_"), text)


def _matchers(part: Mapping[str, Any], side: str = "") -> tuple[ReadMatcher, ...]:
    old = [part.get(f"{side}{name}") or {} for name in ("match", "match_re")]
    texts = part.get(f"{side}matchers") or ()
    return (
        *old_matchers(*({str(k): str(v) for k, v in one.items()} for one in old)),
        *(one for text in texts for one in read_matchers(text)),
    )


def _route(route: Mapping[str, Any], inherited: str) -> BaseRoute:
    receiver = str(route.get("receiver") or inherited)
    return BaseRoute(
        receiver,
        _matchers(route),
        bool(route.get("continue")),
        tuple(_route(child, receiver) for child in route.get("routes") or ()),
    )


def _may(matcher: ReadMatcher, known: Known) -> bool | None:
    """Tell whether a matcher holds; None where the label's value is not known."""
    value = known.get(matcher.name)
    return None if value is None else matcher.matches(value)


def _walk(route: BaseRoute, known: Known) -> tuple[set[str], bool]:
    """Give the receivers that may be reached below, and whether the route surely matches."""
    answers = [_may(matcher, known) for matcher in route.matchers]
    if False in answers:
        return set(), False
    found: set[str] = set()
    taken = False
    for child in route.children:
        below, surely = _walk(child, known)
        found |= below
        taken = taken or surely
        if surely and not child.goes_on:
            break
    own = set() if taken else {route.receiver}
    return found | own, None not in answers
