"""
Queries that are expensive for everybody who shares a Prometheus (threat S16).

A judgement on tokens alone: how far back a query reads, how often a subquery
evaluates, and whether a selector names what it wants. It is advice to the caller,
who knows whether the author is a tenant; the verdict itself does not depend on it.
"""

from __future__ import annotations

import re

from tocsin.promql.literals import milliseconds
from tocsin.promql.tokens import QUOTES, is_blank

MAX_RANGE_MILLISECONDS = 2 * 86_400_000
"""Two days of samples; what looks back further belongs in a recording rule."""
MAX_SUBQUERY_STEPS = 11_520
"""Evaluations of a subquery: two days in steps of 15 s."""
MAX_LABEL_GROWTH = 16
"""How many times longer label_join and label_replace may make a label, all together."""
_LABEL_BYTES = 1024
_OPERATORS = frozenset({"and", "or", "unless", "atan2", "bool"})
_SUSPECT = re.compile(
    r"__name__|label_join|label_replace|\{(?<![\w:].)|\[\s*(?:\d+[dwy]|\d\d+h|[^\]]*:|\d{3,}|[\d.]+\s*\])",
    re.ASCII,
)
"""What every expensive query has somewhere; most expressions have none of it."""
_WILDCARDS = (".*", ".+", "(.*", "(.+", "^.*", "^.+")


def heavy_reason(text: str, tokens: list[str]) -> str:
    """Say why a query is expensive, with a remedy; empty where it is not."""
    if not _SUSPECT.search(text):
        return ""
    significant = [lexeme for lexeme in tokens if not is_blank(lexeme)]
    if _label_growth(significant) > MAX_LABEL_GROWTH:
        return (
            "label_join and label_replace copy labels into labels again and again, and a label "
            "without bound ends Prometheus: join fewer labels, or join them once"
        )
    for index, lexeme in enumerate(significant):
        reason = ""
        if lexeme == "[":
            reason = _range_reason(significant, index)
        elif lexeme == "{":
            reason = _selector_reason(significant, index)
        if reason:
            return reason
    return ""


def _label_growth(tokens: list[str]) -> float:
    """Bound how many times longer a label becomes, if each call works on the one before."""
    growth = 1.0
    for index, lexeme in enumerate(tokens[:-1]):
        if tokens[index + 1] == "(" and lexeme in {"label_join", "label_replace"}:
            strings = _own_strings(tokens, index + 2)
            copies = max(1, len(strings) - 2)
            if lexeme == "label_replace":
                copies = max(1, "".join(strings[1:2]).count("$"))
            written = len("".join(strings[1:2])) * copies
            growth *= copies + written // _LABEL_BYTES
    return growth


def _own_strings(tokens: list[str], index: int) -> list[str]:
    """Give the strings of a call, without those in brackets inside of it."""
    depth, strings = 1, []
    while index < len(tokens) and depth:
        lexeme = tokens[index]
        depth += (lexeme in "([{") - (lexeme in ")]}")
        if depth == 1 and lexeme[0] in QUOTES:
            strings.append(lexeme)
        index += 1
    return strings


def _range_reason(tokens: list[str], index: int) -> str:
    end = tokens.index("]", index)
    lengths = [milliseconds(lexeme) for lexeme in tokens[index + 1 : end] if lexeme != ":"]
    if not lengths or lengths[0] is None:
        return ""
    if lengths[0] > MAX_RANGE_MILLISECONDS:
        return (
            f"it reads {tokens[index + 1]} of samples at each evaluation, 2d is the limit: "
            "shorten the range, or read a recording rule"
        )
    step = lengths[1] if len(lengths) > 1 else None
    if step and lengths[0] // step > MAX_SUBQUERY_STEPS:
        return (
            f"its subquery runs {lengths[0] // step:,} times at each evaluation, "
            f"{MAX_SUBQUERY_STEPS:,} is the limit: widen the step"
        )
    return ""


def _selector_reason(tokens: list[str], index: int) -> str:
    """Refuse a selector that has neither a name nor an equality to narrow it."""
    before = tokens[index - 1].lower() if index else ""
    named = before not in _OPERATORS and (before[:1].isalpha() or before[:1] in ("_", ":"))
    matchers = tokens[index + 1 : tokens.index("}", index)]
    narrow = named
    for at, lexeme in enumerate(matchers):
        label, operator, value = lexeme, *[*matchers[at + 1 : at + 3], "", ""][:2]
        if (
            lexeme[0] in QUOTES and operator in {",", ""} and (at == 0 or matchers[at - 1] == ",")
        ) or (operator == "=" and value[1:-1]):
            narrow = True
        elif operator == "=~" and label == "__name__":
            if value[1:-1].startswith(_WILDCARDS):
                return (
                    f"the pattern {value} for __name__ reads every metric: "
                    "start it with the beginning of the names you mean"
                )
            narrow = True
    if narrow:
        return ""
    return 'a selector has no metric name and no label="value": name what it reads'
