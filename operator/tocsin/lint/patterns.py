"""The regular expressions of a rule's selectors, with their places."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tocsin.lint.rule import Rule
from tocsin.promql.nodes import Matcher

EVERYTHING = frozenset({".*", "(.*)", "^.*$", "^.*", ".*$", "(?s).*", "(?s:.*)"})
_META = re.compile(r"[\\.+*?()|\[\]{}^$]")


def patterns(rule: Rule) -> Iterator[tuple[str, tuple[int, int], Matcher]]:
    """Give every matcher by regular expression: its field, its selector's place, and itself."""
    for one in rule.expressions:
        for selector in one.facts.selectors:
            for matcher in selector.matchers:
                if matcher.op in {"=~", "!~"}:
                    yield one.field, (selector.start, selector.end - selector.start), matcher


def written(matcher: Matcher, op: str = "", value: str | None = None) -> str:
    """Write a matcher, perhaps with another operator or value."""
    return f'{matcher.label}{op or matcher.op}"{matcher.value if value is None else value}"'


def is_plain(value: str) -> bool:
    """Tell whether a pattern has nothing that only patterns have."""
    return not _META.search(value)
