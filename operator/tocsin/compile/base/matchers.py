"""Matchers of somebody else's configuration, read as Alertmanager reads them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import re2

from tocsin.compile.matchers import matcher

_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.dot_nl = True

_NAME = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"=!~{},]+))\s*(=~|!~|!=|=)\s*', re.DOTALL)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_BARE = re.compile(r"[^,]*")
_ESCAPE = re.compile(r'\\(["\\n])')


@dataclass(frozen=True, slots=True)
class ReadMatcher:
    """A matcher of somebody else's configuration."""

    name: str
    operator: str
    value: str

    def matches(self, value: str) -> bool:
        """Tell whether a label's value passes; a label that is missing is the empty value."""
        return _test(self.operator, self.value)(value)

    def __str__(self) -> str:
        """Write it as Alertmanager does."""
        return matcher(self.name, self.operator, self.value)


@lru_cache(maxsize=1024)
def _test(operator: str, value: str) -> Callable[[str], bool]:
    if operator == "=":
        return lambda given: given == value
    if operator == "!=":
        return lambda given: given != value
    pattern = re2.compile(value, _OPTIONS)
    if operator == "=~":
        return lambda given: pattern.fullmatch(given) is not None
    return lambda given: pattern.fullmatch(given) is None


def read_matchers(text: str) -> tuple[ReadMatcher, ...]:
    """
    Read `a="b"`, `{a="b", c=~d}` and the like; what is none raises ValueError.

    Stricter than Alertmanager's older parser, which takes almost anything; what both
    of its parsers take is read alike.
    """
    inner = text.strip()
    if inner.startswith("{") or inner.endswith("}"):
        if not (inner.startswith("{") and inner.endswith("}")):
            raise ValueError(f"{text!r} is no matcher: its braces do not match")
        inner = inner[1:-1]
    return tuple(_parts(text, inner))


def _parts(text: str, inner: str) -> Iterator[ReadMatcher]:
    at = 0
    while inner[at:].strip():
        found = _NAME.match(inner, at)
        if found is None:
            raise ValueError(f'{text!r} is no matcher: write name="value"')
        at = found.end()
        value = _QUOTED.match(inner, at)
        if value is None:
            value = _BARE.match(inner, at)
            given = (value.group() if value else "").strip()
            if '"' in given:
                raise ValueError(f"{text!r} is no matcher: its quotes do not match")
        else:
            given = _ESCAPE.sub(lambda one: "\n" if one[1] == "n" else one[1], value[1])
        at = value.end() if value else at
        rest = inner[at:].lstrip()
        if rest and not rest.startswith(","):
            raise ValueError(f"{text!r} is no matcher: something stands behind its value")
        at = len(inner) - len(rest) + 1 if rest else len(inner)
        name, operator = found[1] if found[1] is not None else found[2], found[3]
        if not name:
            raise ValueError(f"{text!r} is no matcher: it names no label")
        yield _checked(text, name, operator, given)


def _checked(text: str, name: str, operator: str, value: str) -> ReadMatcher:
    if operator in {"=~", "!~"}:
        try:
            _test(operator, value)
        except re2.error as error:
            raise ValueError(f"{text!r} holds no regular expression of RE2") from error
    return ReadMatcher(name, operator, value)


def old_matchers(equals: Mapping[str, str], patterns: Mapping[str, str]) -> tuple[ReadMatcher, ...]:
    """Read `match` and `match_re`; a bad pattern raises ValueError."""
    return tuple(
        [ReadMatcher(name, "=", value) for name, value in equals.items()]
        + [_checked(value, name, "=~", value) for name, value in patterns.items()]
    )
