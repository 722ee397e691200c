"""
PromQL's literals: strings with their escapes, numbers and durations with their ranges.

promql-parser 0.11 accepts numbers and durations that do not fit, and refuses raw
strings that hold a backslash; both are mended here, on tokens.
Source: util/strutil/quote.go and model.ParseDuration of Prometheus 3.15.
"""

from __future__ import annotations

import re
from functools import lru_cache

_ESCAPE = re.compile(
    r"\\(?:([abfnrtv\\\"'])|([0-7]{3})|x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|)"
)
_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_QUOTED = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_NEEDS_QUOTING = re.compile(r'[\\"\n\r\t]')
_DURATION = re.compile(
    r"(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?", re.ASCII
)
_HEXADECIMAL = re.compile(r"0[xX]_?[0-9A-Fa-f]+(?:_[0-9A-Fa-f]+)*")
_DECIMAL = re.compile(
    r"(?=\.?\d)(?:\d+(?:_\d+)*)?\.?(?:\d+(?:_\d+)*)?(?:[eE][+-]?\d+(?:_\d+)*)?", re.ASCII
)
_UNDERSCORED = re.compile(f"{_HEXADECIMAL.pattern}|{_DECIMAL.pattern}", re.ASCII)
_MILLISECONDS = (31_536_000_000, 604_800_000, 86_400_000, 3_600_000, 60_000, 1_000, 1)
_LONGEST = ((1 << 63) - 1) // 1_000_000
"""Milliseconds in Go's longest time.Duration, about 292 years."""
_LONGEST_TOKEN = 64
"""Characters of a number or a duration that anybody means; it also bounds what is remembered."""
_LAST_BYTE = 0xFF
_LAST_CODE_POINT = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)


def unquote(token: str) -> bytes | None:
    r"""
    Give the bytes that a string token stands for, or None for a bad escape.

    Bytes, because `"\xff"` is one byte to Prometheus and no character.
    """
    quote, body = token[0], token[1:-1]
    if quote == "`" or "\\" not in body:
        return body.encode()
    parts: list[bytes] = []
    end = 0
    for found in _ESCAPE.finditer(body):
        value = _unescape(found, quote)
        if value is None:
            return None
        parts += (body[end : found.start()].encode(), value)
        end = found.end()
    parts.append(body[end:].encode())
    return b"".join(parts)


def _unescape(found: re.Match[str], quote: str) -> bytes | None:
    simple, octal, byte, short, long = found.groups()
    if simple is not None:
        if simple in "\"'" and simple != quote:
            return None
        return _SIMPLE.get(simple, simple).encode()
    if octal or byte:
        value = int(octal, 8) if octal else int(byte, 16)
        return bytes([value]) if value <= _LAST_BYTE else None
    if short is None and long is None:
        return None
    code = int(short or long, 16)
    if code > _LAST_CODE_POINT or code in _SURROGATES:
        return None
    return chr(code).encode()


def quoted(text: str) -> str:
    """Write a text as a double-quoted PromQL string."""
    return f'"{_NEEDS_QUOTING.sub(lambda found: _QUOTED[found.group()], text)}"'


@lru_cache(maxsize=512)
def milliseconds(token: str) -> int | None:
    """
    Give the length of a duration or of a number of seconds; None if it is neither.

    A length that Go cannot hold is None too.
    """
    if len(token) > _LONGEST_TOKEN:
        return None
    found = _DURATION.fullmatch(token)
    if found is None:
        return _seconds(token)
    total = sum(
        int(count) * size for count, size in zip(found.groups("0"), _MILLISECONDS, strict=True)
    )
    return total if total <= _LONGEST else None


def _seconds(token: str) -> int | None:
    value = number(token)
    return int(value * 1000) if value is not None and abs(value) * 1000 <= _LONGEST else None


def number(token: str) -> float | None:
    """
    Give a number's value as Go reads it; None if it is none or does not fit.

    Hexadecimal numbers are 64-bit integers; a decimal one may be too large for
    an integer, but not for a float. `Inf` and `NaN` are words, not tokens like these.
    """
    if _HEXADECIMAL.fullmatch(token):
        value = int(token, 16)
        return float(value) if value < 1 << 63 else None
    if not _DECIMAL.fullmatch(token):
        return None
    real = float(token)
    return real if abs(real) != float("inf") else None


def plain_number(token: str) -> str:
    """Write a number without the underscores that promql-parser 0.11 does not know."""
    return token.replace("_", "") if _UNDERSCORED.fullmatch(token) else token
