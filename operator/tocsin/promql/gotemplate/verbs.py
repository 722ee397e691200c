"""
`printf` of Go: flags, width, precision and the verbs that templates use.

What is rare and hard to foresee (`%[1]d`, `%#v`, `%p`, `#` beside a float) is not done,
and says so. Source: fmt/print.go and fmt/format.go (Go 1.26).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from math import isinf, isnan

from tocsin.promql.gotemplate.printing import float_text, shown_fields, stringer, text_of
from tocsin.promql.gotemplate.times import Time
from tocsin.promql.gotemplate.values import Struct, Unsupported, go_type, to_bytes, weight

_VERB = re.compile(r"%([-+# 0]*)(\*|[0-9]*)(?:(\.)(\*|[0-9]*))?(.?)", re.DOTALL)
_WIDEST = 1_000_000
"""Go's own limit of width and precision."""
_ESCAPES = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t",
            "\v": "\\v", "\\": "\\\\"}  # fmt: skip
_INTEGER_VERBS = {"d": "d", "v": "d", "b": "b", "o": "o", "O": "o", "x": "x", "X": "X"}
_FLOAT_VERBS = frozenset("vgGfFeE")
_TEXT_VERBS = frozenset("vsxXq")
_BYTE = 0x80
_WIDE_RUNE = 0x10000


@dataclass(frozen=True, slots=True)
class Spec:
    """One verb with its flags."""

    flags: str
    width: int
    precision: int | None
    verb: str

    def pad(self, text: str, *, zeros: bool = True) -> str:
        """Fill up to the width, counted in characters."""
        missing = self.width - len(text)
        if missing <= 0:
            return text
        if "-" in self.flags:
            return text + " " * missing
        return ("0" if zeros and "0" in self.flags else " ") * missing + text


class Formatter:
    """One call of printf; `limit` is the number of characters that it may write."""

    def __init__(self, arguments: list[object], limit: int) -> None:
        self._arguments = arguments
        self._next = 0
        self._limit = limit

    def run(self, text: str) -> str:
        """Write the format with its arguments."""
        parts: list[str] = []
        end = written = 0
        for found in _VERB.finditer(text):
            parts += (text[end : found.start()], self._one(found))
            written += len(parts[-1]) + len(parts[-2])
            if written > self._limit:
                raise Unsupported("printf writes too much: shorten the width")
            end = found.end()
        parts.append(text[end:])
        extra = self._arguments[self._next :]
        if extra:
            shown = ("<nil>" if one is None else f"{go_type(one)}={text_of(one)}" for one in extra)
            parts.append(f"%!(EXTRA {', '.join(shown)})")
        return "".join(parts)

    def _one(self, found: re.Match[str]) -> str:
        flags, width, dot, precision, verb = found.groups()
        before = ""
        if width == "*":
            wide, before = self._star("%!(BADWIDTH)")
            if wide is not None and wide < 0:
                flags, wide = flags.replace("0", "") + "-", -wide
        else:
            wide = _bounded(width)
        exact, bad = self._precision(precision) if dot else (None, "")
        return before + bad + self._verb(verb, flags, wide or 0, exact)

    def _precision(self, precision: str) -> tuple[int | None, str]:
        if precision != "*":
            return _bounded(precision) or 0, ""
        exact, bad = self._star("%!(BADPREC)")
        return (None if exact is not None and exact < 0 else exact), bad

    def _verb(self, verb: str, flags: str, width: int, precision: int | None) -> str:
        if not verb:
            return "%!(NOVERB)"
        if verb == "[":
            raise Unsupported("a format with [n] cannot be checked: put the arguments in order")
        if verb == "%":
            return "%"
        if self._next >= len(self._arguments):
            return f"%!{verb}(MISSING)"
        value = self._arguments[self._next]
        self._next += 1
        # Every element of a list gets the whole width.
        if (width + (precision or 0)) * (1 + weight(value) // 40) > 4 * self._limit:
            raise Unsupported("printf writes too much: shorten the width")
        if verb == "v":  # %+v names fields, it signs no numbers
            flags = flags.replace("+", "P")
        return formatted(value, Spec(flags, width, precision, verb))

    def _star(self, bad: str) -> tuple[int | None, str]:
        if self._next >= len(self._arguments):
            return None, bad
        value = self._arguments[self._next]
        self._next += 1
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _WIDEST:
            return None, bad
        return int(value), ""


def _bounded(digits: str) -> int | None:
    if not digits:
        return None
    if len(digits) > len(str(_WIDEST)) or int(digits) > _WIDEST:
        raise Unsupported("printf writes too much: shorten the width")
    return int(digits)


def formatted(value: object, spec: Spec) -> str:
    """Write one value by one verb."""
    if spec.verb == "T":
        return replace(spec, verb="s").pad(go_type(value))
    if "#" in spec.flags and spec.verb in "vfFgGeE":
        raise Unsupported("a format with # cannot be checked: leave it out")
    if spec.verb == "p":
        raise Unsupported("the verb %p cannot be checked: use %v")
    if value is None:
        return spec.pad("<nil>", zeros=False) if spec.verb == "v" else f"%!{spec.verb}(<nil>)"
    own = stringer(value) if spec.verb in _TEXT_VERBS else None
    if own is not None:
        return _string(own, spec)
    if isinstance(value, (list, dict, Struct)):
        return _compound(value, spec)
    if isinstance(value, Time):
        raise Unsupported(f"the verb %{spec.verb} of a time cannot be checked: use Format")
    made = _scalar(value, spec)
    if made is None:
        # The flags stay, and a String method is not asked.
        inner = _scalar(value, replace(spec, verb="v"))
        return f"%!{spec.verb}({go_type(value)}={inner})"
    return made


def _scalar(value: object, spec: Spec) -> str | None:
    if isinstance(value, str):
        return _string(str(value), spec) if spec.verb in _TEXT_VERBS else None
    if isinstance(value, bool):
        return spec.pad("true" if value else "false") if spec.verb in "tv" else None
    if isinstance(value, int):
        return _integer(int(value), spec)
    if isinstance(value, float) and spec.verb in _FLOAT_VERBS:
        return _float(value, spec)
    if isinstance(value, float) and spec.verb in "bxX":
        raise Unsupported(f"the verb %{spec.verb} of a fraction cannot be checked: use %g")
    return None


def _compound(value: object, spec: Spec) -> str:
    if isinstance(value, list):
        if go_type(value) == "[]uint8":
            raise Unsupported("bytes cannot be checked: use a string")
        return f"[{' '.join(formatted(one, spec) for one in value)}]"
    if isinstance(value, dict):
        key = replace(spec)
        pairs = (
            f"{formatted(name, key)}:{formatted(one, spec)}" for name, one in sorted(value.items())
        )
        return f"map[{' '.join(pairs)}]"
    if isinstance(value, Struct):
        if "P" in spec.flags:
            named = (f"{name}:{formatted(one, spec)}" for name, one in shown_fields(value).items())
            return f"{{{' '.join(named)}}}"
        return f"{{{' '.join(formatted(one, spec) for one in shown_fields(value).values())}}}"
    return text_of(value)


def _string(text: str, spec: Spec) -> str:
    if spec.verb in "xX":
        raw = to_bytes(text)[: spec.precision]
        digits = raw.hex(" ") if " " in spec.flags else raw.hex()
        if "#" in spec.flags and raw:
            digits = "0x" + digits.replace(" ", " 0x")
        return spec.pad(digits.upper() if spec.verb == "X" else digits)
    if spec.precision is not None:
        text = text[: spec.precision]
    if spec.verb == "q":
        if (
            "#" in spec.flags
            and "`" not in text
            and all(c == "\t" or c.isprintable() for c in text)
        ):
            return spec.pad(f"`{text}`")
        text = quoted(text, ascii_only="+" in spec.flags)
    return spec.pad(text)


def quoted(text: str, *, ascii_only: bool = False, quote: str = '"') -> str:
    """Write a string in Go's quotes."""
    parts = [_escaped(character, quote, ascii_only=ascii_only) for character in text]
    return f"{quote}{''.join(parts)}{quote}"


def _escaped(character: str, quote: str, *, ascii_only: bool) -> str:
    if character == quote:
        return "\\" + quote
    if character in _ESCAPES:
        return _ESCAPES[character]
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # noqa: PLR2004 a byte that is no UTF-8
        return f"\\x{code - 0xDC00:02x}"
    if character.isprintable() and (code < _BYTE or not ascii_only):
        return character
    if code < ord(" ") or code == 0x7F:  # noqa: PLR2004 delete
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < _WIDE_RUNE else f"\\U{code:08x}"


def _integer(number: int, spec: Spec) -> str | None:
    if spec.verb in "cqU":
        return _rune(number, spec)
    if spec.verb not in _INTEGER_VERBS:
        return None
    if spec.precision == 0 and number == 0:
        return " " * spec.width
    digits = format(abs(number), _INTEGER_VERBS[spec.verb])
    sign = "-" if number < 0 else "+" if "+" in spec.flags else ""
    if not sign and " " in spec.flags:
        sign = " "
    wanted = spec.precision or 0
    if spec.precision is None and "0" in spec.flags and "-" not in spec.flags:
        wanted = spec.width - len(sign)
    digits = digits.rjust(wanted, "0")
    prefix = ""
    if spec.verb == "O":
        prefix = "0o"
    elif "#" in spec.flags:
        prefix = {"b": "0b", "x": "0x", "X": "0X"}.get(spec.verb, "")
        if spec.verb == "o" and digits[0] != "0":
            prefix = "0"
    return spec.pad(sign + prefix + digits, zeros=False)


def _rune(number: int, spec: Spec) -> str:
    good = 0 <= number <= 0x10FFFF and not 0xD800 <= number < 0xE000  # noqa: PLR2004 Unicode
    character = chr(number) if good else "\ufffd"
    if spec.verb == "c":
        return spec.pad(character)
    if spec.verb == "q":
        return spec.pad(quoted(character, ascii_only="+" in spec.flags, quote="'"))
    if "#" in spec.flags or spec.precision is not None or number < 0:
        raise Unsupported("this form of %U cannot be checked: use %d")
    return spec.pad(f"U+{number:04X}", zeros=False)


def _float(number: float, spec: Spec) -> str:
    if spec.verb == "v" and spec.precision is None:
        text = float_text(abs(number))
    elif spec.precision is None and spec.verb in "gG":
        text = float_text(abs(number))
        text = text.upper() if spec.verb == "G" else text
    else:
        verb = "g" if spec.verb == "v" else spec.verb
        text = format(abs(number), f".{6 if spec.precision is None else spec.precision}{verb}")
    if isnan(number) or isinf(number):
        return spec.pad(float_text(number), zeros=False)
    sign = "-" if str(number)[0] == "-" else "+" if "+" in spec.flags else ""
    if not sign and " " in spec.flags:
        sign = " "
    if "0" in spec.flags and "-" not in spec.flags:
        return sign + text.rjust(spec.width - len(sign), "0")
    return spec.pad(sign + text, zeros=False)
