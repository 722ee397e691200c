"""
Where an expression stops being PromQL: a second reading, only after a refusal.

promql-parser says "invalid promql query" without a place, and does not know the
newest syntax. This reader walks the tokens once, left to right, knowing only
whether an operand or an operator has to come next. It finds the first token that
cannot stand where it stands, or the first piece of syntax that the parser cannot
know; it does not check types. Nothing here recurses or backtracks.
"""

from __future__ import annotations

from tocsin.promql.clauses import (
    NEW_NAMES,
    Finding,
    Reader,
    read_labels,
    read_matchers,
    read_modifiers,
    read_range,
    read_shift,
)
from tocsin.promql.functions import AGGREGATORS, RANGE_FLAG
from tocsin.promql.tokens import QUOTES, is_blank

_BINARY = frozenset(
    ["+", "-", "*", "/", "%", "^", "==", "!=", "<=", ">=", "<", ">", "and", "or", "unless", "atan2"]
)
_TRIMS = frozenset({"</", ">/"})
_NOT_METRICS = frozenset(["on", "ignoring", "bool", "atan2", "group_left", "group_right"])
_SLIPS = {
    "=": 'write "==" to compare',
    "=~": "regular expressions compare labels, inside {…}",
    "!~": "regular expressions compare labels, inside {…}",
    "&": 'write "and"',
    "|": 'write "or"',
    "!": 'write "!=" or "unless"',
    ";": "an expression has one part only: remove it",
    "$": "Prometheus has no variables: write the value",
    "\u00a0": "it is a non-breaking space: write a plain one",
    "“": 'write plain quotes: "',
    "”": 'write plain quotes: "',
}


def find_syntax(tokens: list[str]) -> Finding | None:
    """Find the first token that cannot stand where it stands; None if each may."""
    reader = Reader(tokens, [i for i, lexeme in enumerate(tokens) if not is_blank(lexeme)])
    found: Finding | None = None
    operand = True
    while found is None:
        if operand:
            operand, found = _read_operand(reader)
        elif reader.peek():
            operand, found = _read_operator(reader)
        else:
            break
    return found


def _read_operand(reader: Reader) -> tuple[bool, Finding | None]:
    """Read what may stand first; give whether an operand still has to come."""
    lexeme = reader.peek()
    if lexeme in {"+", "-", "("}:
        if lexeme == "(":
            reader.open.append(lexeme)
        reader.at += 1
        return True, None
    if lexeme == "{":
        return False, read_matchers(reader)
    if lexeme and (lexeme[0].isalpha() or lexeme[0] in "_:"):
        return _read_name(reader)
    if lexeme and (lexeme[0] in QUOTES or lexeme[0].isdigit() or (lexeme[0] == "." != lexeme)):
        reader.at += 1
        return False, None
    return False, _missing_operand(reader)


def _read_name(reader: Reader) -> tuple[bool, Finding | None]:
    """Read an aggregation, a function call or a metric."""
    word = reader.word()
    kind = "aggregate" if word in AGGREGATORS else "call"
    if kind == "aggregate" and reader.word(1) in {"by", "without"}:
        reader.at += 2
        found = read_labels(reader)
        if found or reader.peek() != "(":
            return False, found or reader.problem(f'after {reader.before()} comes "(…)"')
        kind = "call"  # what it groups by is said
    elif reader.peek(1) == "(" and word not in _NOT_METRICS:
        reader.at += 1
    else:
        return _read_metric(reader, word)
    reader.open.append(kind)
    reader.at += 1
    return _close(reader) if reader.peek() == ")" else (True, None)


def _read_metric(reader: Reader, word: str) -> tuple[bool, Finding | None]:
    if word in _NOT_METRICS:
        return False, reader.problem(
            f'"{reader.peek()}" is a keyword: for a metric of that name write '
            f'{{__name__="{reader.peek()}"}}'
        )
    if word in NEW_NAMES:
        return False, reader.problem(f"the name {word} is new in PromQL", unsupported=True)
    reader.at += 1
    return False, read_matchers(reader) if reader.peek() == "{" else None


def _missing_operand(reader: Reader) -> Finding:
    lexeme = reader.peek()
    if not reader.indexes:
        return Finding(0, "the expression is empty: write a condition, like up == 0")
    if reader.peek(-1) == "%":
        return reader.problem('"%" is the remainder of a division: write 0.05 for 5 percent')
    if not lexeme:
        return reader.problem(
            f"the expression ends after {reader.before()}: complete it, or remove that"
        )
    advice = _SLIPS.get(lexeme, "a metric, a number or a function is missing before it")
    return reader.problem(f'"{lexeme}" cannot stand after {reader.before()}: {advice}')


def _read_operator(reader: Reader) -> tuple[bool, Finding | None]:
    """Read what may stand after an operand; give whether an operand has to come."""
    lexeme, word = reader.peek(), reader.word()
    if word in _BINARY:
        reader.at += 1
        return True, read_modifiers(reader)
    if lexeme == ")":
        return _close(reader)
    if lexeme == "," and reader.open and reader.open[-1] != "(":
        reader.at += 1
        if reader.peek() != ")":
            return True, None
        return False, reader.problem('"," has nothing after it: remove the comma')
    if lexeme == "[":
        found = read_range(reader)
    elif word in {"offset", "@"}:
        found = read_shift(reader)
    else:
        found = _misplaced(reader, lexeme, word)
    return False, found


def _misplaced(reader: Reader, lexeme: str, word: str) -> Finding:
    if lexeme in _TRIMS:
        return reader.problem(f'"{lexeme}" is new in PromQL', unsupported=True)
    if word in {"anchored", "smoothed"}:
        return reader.problem(
            f"{word} needs Prometheus to run with --enable-feature={RANGE_FLAG}", unsupported=True
        )
    advice = _SLIPS.get(lexeme, "an operator or a comma is missing between them")
    if word in {"by", "without"}:
        advice = f'"{word}" stands before or after the arguments of sum, max and their like'
    return reader.problem(f'"{lexeme}" cannot stand after {reader.before()}: {advice}')


def _close(reader: Reader) -> tuple[bool, Finding | None]:
    """Read ")" and the `by (…)` that may follow an aggregation."""
    kind = reader.open.pop() if reader.open else ""
    reader.at += 1
    if kind == "aggregate" and reader.word() in {"by", "without"}:
        reader.at += 1
        return False, read_labels(reader)
    return False, None
