"""Numbers that may be fractions: an integer, `"0.05"` or `5%` (Kubernetes' API has no floats)."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import Annotated

from pydantic import Field, StringConstraints

from tocsin.api.meta import INT_OR_STRING

PATTERN = r"^[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?%?$"

_EXACT = Context(prec=60)
"""Holds every number that 40 characters can write, without rounding."""

Number = Annotated[
    Annotated[int, Field(strict=True, ge=-(2**53), le=2**53)]
    | Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=PATTERN)],
    Field(json_schema_extra=INT_OR_STRING),
]
"""An int-or-string number."""


def promql_number(value: int | str) -> str:
    """Write the number as a PromQL literal: `5%` becomes `0.05`, `"0.050"` becomes `0.05`."""
    number = _decimal(value)
    if number == 0:
        return "0"
    normal = number.normalize(_EXACT)
    plain = format(normal, "f")
    return plain if len(plain) <= 40 else format(normal, "e")  # noqa: PLR2004 as wide as the field


def compare(one: int | str, other: int | str) -> int:
    """Compare two numbers by value: -1, 0 or 1."""
    first, second = _decimal(one), _decimal(other)
    return (first > second) - (first < second)


def _decimal(value: int | str) -> Decimal:
    text = str(value).strip()
    return Decimal(text[:-1]) / 100 if text.endswith("%") else Decimal(text)
