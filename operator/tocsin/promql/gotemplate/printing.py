"""
Go's fmt: `print`, `println`, and how a template prints a value.

Source: fmt/print.go (Go 1.26).
"""

from __future__ import annotations

from decimal import Decimal
from math import isinf, isnan

from tocsin.promql.gotemplate.times import Time, duration_text, month_text, weekday_text
from tocsin.promql.gotemplate.values import LabelMap, NamedInt, Sequence, Struct, go_type

_NAMED_INTEGERS = {
    "time.Duration": duration_text,
    "time.Month": month_text,
    "time.Weekday": weekday_text,
}
_EXPONENT_FROM = 6
"""The exponent from which fmt writes the shortest digits of a float with e."""


def stringer(value: object) -> str | None:
    """Give what the value's own String method writes; None where it has none."""
    if isinstance(value, Time):
        return value.text()
    if isinstance(value, LabelMap) and value.go_type == "template.KV":
        return ", ".join(f"{name}={text}" for name, text in sorted_pairs(value))
    if isinstance(value, Sequence) and value.go_type == "template.Pairs":
        return ", ".join(
            f"{one.fields['Name']}={one.fields['Value']}"
            for one in value
            if isinstance(one, Struct)
        )
    if isinstance(value, NamedInt) and value.go_type in _NAMED_INTEGERS:
        return _NAMED_INTEGERS[value.go_type](value)
    return None


def sorted_pairs(labels: LabelMap) -> list[tuple[str, object]]:
    """Give labels as Alertmanager sorts them: alertname first."""
    return sorted(labels.items(), key=lambda one: (one[0] != "alertname", one[0]))


def text_of(value: object) -> str:  # noqa: PLR0911 one for each type
    """Write a value as `%v` does."""
    if isinstance(value, str):
        return str(value)
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    own = stringer(value)
    if own is not None:
        return own
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        return float_text(value)
    if isinstance(value, list):
        return f"[{' '.join(map(text_of, value))}]"
    if isinstance(value, dict):
        return f"map[{' '.join(f'{name}:{text_of(one)}' for name, one in sorted(value.items()))}]"
    if isinstance(value, Struct):
        return f"{{{' '.join(map(text_of, shown_fields(value).values()))}}}"
    return go_type(value)


def shown_fields(value: Struct) -> dict[str, object]:
    """Give the fields that fmt writes: of a message one more than a template can reach."""
    hidden = {"routeLabelsRendered": False} if value.go_type == "template.Data" else {}
    return {**value.fields, **hidden}


def float_text(value: float) -> str:
    """Write a float as `%v` does: the shortest digits."""
    if isnan(value):
        return "NaN"
    if isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    if not isinstance(exponent, int):
        return repr(value)
    power = len(digits) - 1 + exponent
    minus = "-" if sign else ""
    if value == 0:
        return f"{minus}0"
    if -5 < power < _EXPONENT_FROM:  # noqa: PLR2004 fmt's own border
        return minus + format(Decimal((0, digits, exponent)), "f")
    text = "".join(map(str, digits))
    mantissa = text[0] + ("." + text[1:] if len(text) > 1 else "")
    return f"{minus}{mantissa}e{'-' if power < 0 else '+'}{abs(power):02d}"


def sprint(values: list[object]) -> str:
    """Write values side by side, with a space between two that are no strings."""
    parts: list[str] = []
    for index, value in enumerate(values):
        if index and not isinstance(value, str) and not isinstance(values[index - 1], str):
            parts.append(" ")
        parts.append(text_of(value))
    return "".join(parts)


def sprintln(values: list[object]) -> str:
    """Write values with spaces between, and a line break."""
    return " ".join(map(text_of, values)) + "\n"


def printed(value: object) -> str:
    """Write a value as an action of a template does."""
    if type(value) is str:
        return value
    return "<no value>" if value is None else text_of(value)
