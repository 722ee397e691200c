r"""
Regular expressions as Prometheus reads them, by RE2.

Prometheus compiles with Go's regexp, whose dialect is RE2's; promql-parser uses
Rust's, which accepts what Prometheus refuses (`a**`, `a{1001}`) and refuses what
it accepts (`\Q..\E`). RE2 also bounds time and memory for hostile patterns,
which Python's `re` does not (threat S13).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import re2

_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.dot_nl = True
_ANY_BYTE = re.compile(rb"(?<!\\)(?:\\\\)*\\C")
"""The one escape of RE2 that Go does not have."""
_CACHED_LENGTH = 128
"""Only short patterns are remembered, so that the memory of the cache stays small."""


@dataclass(frozen=True, slots=True)
class Regex:
    """What is known of a pattern: RE2's error (empty if good), and whether "" matches it."""

    error: str
    matches_empty: bool


def check_regex(pattern: bytes) -> Regex:
    """Compile a pattern, which is anchored at both ends as all of Prometheus' are."""
    return _remembered(pattern) if len(pattern) <= _CACHED_LENGTH else _compile(pattern)


def _compile(pattern: bytes) -> Regex:
    try:
        compiled = re2.compile(pattern, _OPTIONS)
        empty = compiled.fullmatch(b"") is not None
    except re2.error as error:
        reason = error.args[0] if error.args else "it cannot be compiled"
        text = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        return Regex(text, matches_empty=False)
    finally:
        # The module keeps 128 patterns of up to 8 MiB each; the child has 256 MiB in all.
        re2.purge()
    if _ANY_BYTE.search(pattern) and b"\\Q" not in pattern:
        return Regex("invalid escape sequence: \\C", matches_empty=False)
    return Regex("", empty)


_remembered = lru_cache(maxsize=4096)(_compile)


def matches(pattern: bytes, text: bytes) -> bool:
    """Tell whether a pattern that compiles matches the whole of a text."""
    try:
        return re2.compile(pattern, _OPTIONS).fullmatch(text) is not None
    finally:
        re2.purge()
