"""
Limits on an expression, checked before any parser reads it.

promql-parser 0.11 has no recursion guard: 8 kB of `foo+foo+…` take 627 MB and
16 kB end the process (reliability.md, 5.3). What bounds its recursion is the
nesting of brackets and the number of operators, signs and subqueries, so these
are counted in one linear scan that knows strings and comments. Real rules are far below: at most
7 deep, 45 operators and 1,517 characters in 4,185 public rules.

Nothing here raises, whatever the text; a refusal is a value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product

from tocsin.promql.tokens import QUOTES, is_closed_string, offset_of, place, tokenize

MAX_LENGTH = 16_384
"""Characters; the CRD's `maxLength` says the same."""
MAX_DEPTH = 32
"""Round, square and curly brackets open at the same place."""
MAX_OPERATORS = 256
"""Binary operators, signs, and ranges in square brackets: each may nest the syntax tree once."""

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_FIRST_SURROGATE = "\ud800"
_CLOSER = {"(": ")", "[": "]", "{": "}"}
_OPENER = {closer: opener for opener, closer in _CLOSER.items()}


_KINDS = dict.fromkeys(_CLOSER, "open") | dict.fromkeys(_OPENER, "close")
_KINDS |= dict.fromkeys(QUOTES, "string")


def _any_case(word: str) -> set[str]:
    """Write a keyword in every mixture of cases: Prometheus reads them all."""
    return {"".join(letters) for letters in product(*({c, c.upper()} for c in word))}


_OPERATORS = frozenset(
    {"+", "-", "*", "/", "%", "^", "==", "!=", "<=", ">=", "<", ">", "</", ">/", "["}
).union(*(_any_case(word) for word in ("and", "or", "unless", "atan2")))


@dataclass(frozen=True, slots=True)
class Refusal:
    """
    Why an expression is not parsed at all.

    `message` says the place, what was found, the limit and the remedy; `offset`
    counts characters from the start of the text.
    """

    message: str
    offset: int


def check_limits(text: str) -> Refusal | None:
    """Refuse a text that a parser must not see; None where it may."""
    refusal = check_characters(text)
    return refusal or check_tokens(text, tokenize(text))


def check_characters(text: str) -> Refusal | None:
    """Refuse a text by its length or its characters alone."""
    if len(text) > MAX_LENGTH:
        return Refusal(
            f"the expression has {len(text):,} characters, the limit is {MAX_LENGTH:,}: "
            "move parts of it into recording rules",
            MAX_LENGTH,
        )
    found = _FORBIDDEN.search(text)
    if found is None:
        return None
    where, code = found.start(), ord(found.group())
    kind = "half a surrogate pair" if found.group() >= _FIRST_SURROGATE else "a control character"
    return Refusal(
        f"{place(text, where)}: U+{code:04X} is {kind} and no part of PromQL: remove it",
        where,
    )


def check_tokens(text: str, tokens: list[str]) -> Refusal | None:
    """Refuse a text by its tokens: brackets, strings, depth, number of operators."""
    opened: list[int] = []
    for index, token in enumerate(tokens):
        kind = _KINDS.get(token[0])
        if kind is None:
            continue
        if kind == "open":
            opened.append(index)
            if len(opened) > MAX_DEPTH:
                return _too_deep(text, tokens, index)
        elif kind == "close":
            if not opened or tokens[opened[-1]] != _OPENER[token]:
                return _unmatched(text, tokens, index, opened)
            opened.pop()
        elif not is_closed_string(token):
            return _unclosed_string(text, tokens, index)
    if opened:
        return _unclosed(text, tokens, opened[-1])
    # Each operator is a token, so most expressions need no count.
    return _check_operators(text, tokens) if len(tokens) > MAX_OPERATORS else None


def _check_operators(text: str, tokens: list[str]) -> Refusal | None:
    found = [index for index, token in enumerate(tokens) if token in _OPERATORS]
    if len(found) <= MAX_OPERATORS:
        return None
    where = offset_of(tokens, found[MAX_OPERATORS])
    return Refusal(
        f"{place(text, where)}: the expression has {len(found):,} operators, signs and ranges, "
        f"the limit is {MAX_OPERATORS}: use one selector with =~ or recording rules",
        where,
    )


def _too_deep(text: str, tokens: list[str], index: int) -> Refusal:
    where = offset_of(tokens, index)
    return Refusal(
        f"{place(text, where)}: more than {MAX_DEPTH} brackets are open here, "
        f"{MAX_DEPTH} is the limit: move the inner part into a recording rule",
        where,
    )


def _unmatched(text: str, tokens: list[str], index: int, opened: list[int]) -> Refusal:
    where = offset_of(tokens, index)
    if not opened:
        message = f'"{tokens[index]}" closes nothing: remove it, or open it before'
    else:
        opener = tokens[opened[-1]]
        there = place(text, offset_of(tokens, opened[-1]))
        message = (
            f'"{tokens[index]}" does not close the "{opener}" opened at {there}: '
            f'write "{_CLOSER[opener]}" first'
        )
    return Refusal(f"{place(text, where)}: {message}", where)


def _unclosed(text: str, tokens: list[str], index: int) -> Refusal:
    where = offset_of(tokens, index)
    opener = tokens[index]
    return Refusal(
        f'{place(text, where)}: "{opener}" is never closed: add the missing "{_CLOSER[opener]}"',
        where,
    )


def _unclosed_string(text: str, tokens: list[str], index: int) -> Refusal:
    where = offset_of(tokens, index)
    quote = tokens[index][0]
    return Refusal(
        f"{place(text, where)}: the string that starts here has no end: close it with {quote} "
        "on the same line",
        where,
    )
