"""
The notation of a test's input series: read strictly, counted, and written anew.

What promtool is given is never the user's text: a series is read into its labels and
its values into items, and both are written again in one plain form. So nothing that a
user writes can mean more to promtool than a series, and how many samples the values
unfold to is known before anybody unfolds them (`0+1x1000000000` is 32 GB there).
Source: promql/parser/generated_parser.y and promqltest of Prometheus 3.15.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tocsin.api.shown import show
from tocsin.promql.literals import quoted, unquote
from tocsin.promql.tokens import QUOTES, is_blank, is_closed_string, tokenize

NAME = "__name__"

_METRIC = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*")
_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBER = r"(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?"
_HISTOGRAM = r"\{\{[A-Za-z0-9_:\[\].\s-]*\}\}"
_ITEM = re.compile(
    rf"""
    (?: (?: _ | [+-]?{_NUMBER}(?:[+-]{_NUMBER})? | {_HISTOGRAM}(?:[+-]{_HISTOGRAM})? )
        x(?P<times>\d{{1,18}})
      | _ | stale | [+-]?(?:{_NUMBER}|[Ii]nf|[Nn]a[Nn]) | {_HISTOGRAM}
    )(?=\s|$)\s*
    """,
    re.VERBOSE | re.ASCII,
)
_HISTOGRAM_CHARACTERS = 8
"""Characters of a histogram that weigh as much as one sample: a bucket takes two or more."""


@dataclass(frozen=True, slots=True)
class Samples:
    """Values in their plain form, and what they unfold to."""

    text: str
    count: int
    """How many samples promtool holds for them; one of a histogram counts for several."""


def read_series(text: str) -> dict[str, str] | str:
    """
    Read a series such as `http_requests_total{job="checkout"}` into its labels.

    The metric's name is the label `__name__`. Gives what is wrong instead, as the end
    of a sentence whose subject is the field.
    """
    tokens = [token for token in tokenize(text) if not is_blank(token)]
    labels: dict[str, str] = {}
    position = 0
    if tokens and _METRIC.fullmatch(tokens[0]):
        labels[NAME] = tokens[0]
        position = 1
    if position < len(tokens):
        if tokens[position] != "{" or tokens[-1] != "}" or position == len(tokens) - 1:
            return _no_series(text)
        problem = _read_labels(tokens[position + 1 : -1], labels)
        if problem:
            return problem
    found = {name: value for name, value in labels.items() if value}
    return found if found.get(NAME) else _no_series(text)


def _no_series(text: str) -> str:
    return (
        f"{show(text)} is no series: write a metric and its labels, such as "
        'http_requests_total{job="checkout",code="500"}'
    )


def _read_labels(tokens: list[str], labels: dict[str, str]) -> str:
    """Read what stands between the braces into `labels`; gives what is wrong, or nothing."""
    while tokens:
        label = _text(tokens[0]) if tokens[0][0] in QUOTES else _bare(tokens[0])
        if label and tokens[1:2] == ["="] and len(tokens) > 2:  # noqa: PLR2004 name = value
            value, rest = _text(tokens[2]), tokens[3:]
            if value is None:
                return f'needs a value in quotes for the label {label}, such as {label}="x"'
        elif label and tokens[0][0] in QUOTES and tokens[1:2] != ["="]:
            label, value, rest = NAME, label, tokens[1:]  # {"a metric's name", job="x"}
        else:
            return (
                f"has {show(''.join(tokens[:3]))} between its braces: a series has labels with "
                'one value each, such as job="checkout"'
            )
        if label in labels:
            return f"has the label {label} twice: keep one"
        labels[label] = value
        if rest and rest.pop(0) != ",":
            return f"needs a comma after the label {label}"
        tokens = rest
    return ""


def _bare(token: str) -> str | None:
    """Give a label's name that stands without quotes; None for anything else."""
    return token if _LABEL.fullmatch(token) else None


def _text(token: str) -> str | None:
    """Give the text of a string token; None for anything else, and for what is no UTF-8."""
    if token[0] not in QUOTES or not is_closed_string(token):
        return None
    data = unquote(token)
    try:
        return None if data is None else data.decode()
    except UnicodeDecodeError:
        return None


def write_series(labels: Mapping[str, str]) -> str:
    """Write labels as a series, always in the same form, on one line."""
    parts = (
        f"{name if _LABEL.fullmatch(name) else quoted(name)}={quoted(value)}"
        for name, value in sorted(labels.items())
    )
    return "{" + ",".join(parts) + "}"


def read_values(text: str) -> Samples | str:
    """Read values such as `0+6x30 _ stale`, or give what is wrong, likewise."""
    text = text.strip()
    items: list[str] = []
    count = end = 0
    while end < len(text):
        found = _ITEM.match(text, end)
        if found is None:
            return _no_value(text[end:].split(maxsplit=1)[0])
        end = found.end()
        items += found.group().split()
        histogram = len(found.group()) // _HISTOGRAM_CHARACTERS if "{" in found.group() else 0
        count += (1 + histogram) * (1 + int(found["times"] or 0))
    return Samples(" ".join(items), count) if items else _no_value(text)


def _no_value(item: str) -> str:
    return (
        f"has {show(item)}, which is no value: write numbers, _ for a missing one, stale, or a "
        "series of numbers such as 0+6x30"
    )
