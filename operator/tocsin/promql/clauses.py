"""
The clauses of PromQL, read one by one for `syntax`: labels, matchers, ranges, modifiers.

Each reader starts at its clause, steps over it, and gives the first thing that
cannot stand where it stands, or None. It stops for good at what it reports.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tocsin.promql.functions import DURATION_FLAG, FILL_MODIFIERS
from tocsin.promql.tokens import QUOTES

NEW_NAMES = frozenset(["anchored", "smoothed", "step", "range", "max_of", "min_of"])
"""Keywords of Prometheus 3.15 that it also takes as metric names, and the parser does not."""


@dataclass(frozen=True, slots=True)
class Finding:
    """
    The first thing the parser stumbles over.

    `index` is the token's; `unsupported` is true where a Prometheus may accept it.
    """

    index: int
    message: str
    unsupported: bool = False


@dataclass(slots=True)
class Reader:
    """The tokens that count, a place in them, and the brackets open there."""

    tokens: list[str]
    indexes: list[int]
    at: int = 0
    open: list[str] = field(default_factory=list)

    def peek(self, ahead: int = 0) -> str:
        """Give the token to come, "" at the end."""
        place = self.at + ahead
        return self.tokens[self.indexes[place]] if 0 <= place < len(self.indexes) else ""

    def word(self, ahead: int = 0) -> str:
        """Give the token to come in small letters: keywords have no case."""
        return self.peek(ahead).lower()

    def before(self) -> str:
        """Quote the token that was read last."""
        return f'"{self.peek(-1)}"' if self.at else "the start"

    def problem(self, message: str, *, unsupported: bool = False) -> Finding:
        """Report the token to come; at the end, the last one."""
        place = min(self.at, len(self.indexes) - 1)
        return Finding(self.indexes[place] if place >= 0 else 0, message, unsupported)


def read_labels(reader: Reader) -> Finding | None:
    """Read a list of label names in round brackets."""
    if reader.peek() != "(":
        return reader.problem(
            f"after {reader.before()} come label names in brackets: write "
            f"{reader.peek(-1)} (…), like {reader.peek(-1)} (job)"
        )
    reader.at += 1
    while reader.peek() != ")":
        lexeme = reader.peek()
        if not (lexeme[0] in QUOTES or lexeme[0].isalpha() or lexeme[0] in "_:"):
            return reader.problem(f'"{lexeme}" is no label name: write names with commas between')
        reader.at += 1
        if reader.peek() == ",":
            reader.at += 1
        elif reader.peek() != ")":
            return reader.problem(f'a comma is missing after {reader.before()}: write ","')
    reader.at += 1
    return None


def read_matchers(reader: Reader) -> Finding | None:
    """Read label matchers in curly brackets."""
    reader.at += 1
    while reader.peek() != "}":
        lexeme = reader.peek()
        named = (lexeme[0].isalpha() or lexeme[0] == "_") and ":" not in lexeme
        if not named and lexeme[0] not in QUOTES:
            return reader.problem(f'"{lexeme}" is no label name: write label="value"')
        reader.at += 1
        if reader.peek() in {"=", "!=", "=~", "!~"}:
            reader.at += 1
            if reader.peek()[0] not in QUOTES:
                return reader.problem(
                    f'the value after {reader.before()} needs quotes: write "…" around it'
                )
            reader.at += 1
        elif reader.peek() == "==":
            return reader.problem('"==" compares values: write = between a label and its value')
        elif lexeme[0] not in QUOTES:
            return reader.problem(f'after the label {lexeme} comes =, !=, =~ or !~ and "a value"')
        if reader.peek() == ",":
            reader.at += 1
        elif reader.peek() != "}":
            return reader.problem(f'a comma is missing after {reader.before()}: write ","')
    reader.at += 1
    return None


def read_range(reader: Reader) -> Finding | None:
    """Read a range or a subquery in square brackets."""
    reader.at += 1
    start = reader.at
    while reader.peek() != "]":
        lexeme = reader.word().removeprefix(":")
        if lexeme in {"+", "-", "*", "/", "%", "^", "("} or lexeme in NEW_NAMES:
            return reader.problem(
                f"arithmetic on durations needs --enable-feature={DURATION_FLAG}", unsupported=True
            )
        if lexeme and not lexeme[0].isdigit() and lexeme[0] != ".":
            return reader.problem(f'"{reader.peek()}" is no duration: write it like 5m or 1h30m')
        reader.at += 1
    if reader.at == start:
        return reader.problem("the range is empty: write a duration, like [5m]")
    reader.at += 1
    return None


def read_shift(reader: Reader) -> Finding | None:
    """Read what follows `offset` or `@`."""
    keyword = reader.word()
    reader.at += 1
    if reader.peek() in {"+", "-"}:
        reader.at += 1
    lexeme, word = reader.peek(), reader.word()
    if keyword == "@" and word in {"start", "end"} and reader.peek(1) == "(":
        reader.at += 3
        return None
    if keyword == "offset" and (lexeme in {"(", "+", "-"} or word in NEW_NAMES):
        return reader.problem(
            f"arithmetic on durations needs --enable-feature={DURATION_FLAG}", unsupported=True
        )
    if not lexeme or not (lexeme[0].isdigit() or lexeme[0] == "."):
        wanted = "a duration, like 5m" if keyword == "offset" else "a time in seconds"
        return reader.problem(f"after {keyword} comes {wanted}: write it there")
    reader.at += 1
    return None


def read_modifiers(reader: Reader) -> Finding | None:
    """Read bool, on, ignoring, group_left, group_right and fill behind a binary operator."""
    if reader.word() == "bool":
        reader.at += 1
    if reader.word() in {"on", "ignoring"}:
        reader.at += 1
        found = read_labels(reader)
        if found:
            return found
        if reader.word() in {"group_left", "group_right"}:
            reader.at += 1
            found = read_labels(reader) if reader.peek() == "(" else None
            if found:
                return found
    elif reader.word() in {"group_left", "group_right"}:
        return reader.problem(f"{reader.word()} needs on(…) or ignoring(…) before it: add that")
    while reader.word() in FILL_MODIFIERS and reader.peek(1) == "(":
        while reader.peek() != ")":
            reader.at += 1
        reader.at += 1
    return None
