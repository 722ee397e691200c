"""
Numbers and characters in Go templates: what Go's strconv reads, and what fits.

Source: newNumber in text/template/parse/node.go (Go 1.26).
"""

from __future__ import annotations

import re
from math import isfinite

from tocsin.promql.literals import unquote

_CHARACTER = re.compile(
    r"'(?:[^\\']|\\(?:[abfnrtv\\']|[0-3][0-7]{2}|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}))'"
)
_INTEGER = re.compile(
    r"[+-]?(?:0[xX](?:_?[0-9A-Fa-f])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|0(?:_?[0-7])*|[1-9](?:_?\d)*)",
    re.ASCII,
)
_OCTAL = re.compile(r"0[0-7]+")
_REAL = re.compile(
    r"[+-]?(?=\.?\d)(?:\d(?:_?\d)*)?(?:\.(?:\d(?:_?\d)*)?)?(?:[eE][+-]?\d+(?:_\d+)*)?", re.ASCII
)
_HEX = "[0-9A-Fa-f](?:_?[0-9A-Fa-f])*"
_HEX_REAL = re.compile(
    rf"[+-]?0[xX](?:_?{_HEX}(?:\.(?:{_HEX})?)?|\.{_HEX})[pP][+-]?\d+(?:_\d+)*", re.ASCII
)
_COMPLEX = re.compile(f"{_REAL.pattern}(?:(?=[+-]){_REAL.pattern})?i", re.ASCII)
_LARGEST = (1 << 64) - 1
_LONGEST = 128
"""Characters of a number that anybody means."""


def is_number(text: str) -> bool:
    """Tell whether Go reads a constant as a number or a character."""
    if len(text) > _LONGEST:
        return False
    if text[0] == "'":
        return _CHARACTER.fullmatch(text) is not None
    if text[-1] == "i":
        return bool(_COMPLEX.fullmatch(text)) or _hex_real(text[:-1]) is not None
    if _INTEGER.fullmatch(text):
        digits = text.lstrip("+-").replace("_", "")
        return int(digits, 8 if _OCTAL.fullmatch(digits) else 0) <= _LARGEST
    real = (
        _REAL.fullmatch(text) is not None
        and any(c in text for c in ".eE")
        and isfinite(float(text))
    )
    return real or _hex_real(text) is not None


def _hex_real(text: str) -> float | None:
    """Read a hexadecimal float; None where it is none, or does not fit."""
    if not _HEX_REAL.fullmatch(text):
        return None
    try:
        return float.fromhex(text.replace("_", ""))
    except OverflowError:
        return None


def constant_value(text: str) -> int | float | None:
    """Give the int or float that Go takes a constant for; None where it has none or is complex."""
    if text[0] == "'":
        raw = unquote(text)
        return None if raw is None else ord(raw.decode("utf-8", "surrogateescape"))
    digits = text.replace("_", "")
    if _INTEGER.fullmatch(text):
        plain = digits.lstrip("+-")
        number = int(plain, 8 if _OCTAL.fullmatch(plain) else 0)
        number = -number if digits[0] == "-" else number
        return number if -(1 << 63) <= number < 1 << 63 else None
    if _REAL.fullmatch(text):
        return float(digits)
    return _hex_real(text)
