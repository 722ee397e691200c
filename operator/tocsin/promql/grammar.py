"""
PromQL's grammar over tokens: the tree of an expression that Prometheus accepts.

Whether it accepts it is not judged here: `parse.judge` says that. This reader is
plain Python, so that a part of an expression has a place, and it may run anywhere.
It takes the syntax that promql-parser 0.11 knows, and gives None for everything
else. Time is linear in the number of tokens; what is nested is bounded by the
guard (`guard.check_limits`), which callers have asked before.
Source: promql/parser/generated_parser.y of Prometheus 3.15.
"""

from __future__ import annotations

from tocsin.promql.functions import AGGREGATORS, FILL_MODIFIERS
from tocsin.promql.literals import milliseconds, number, unquote
from tocsin.promql.nodes import (
    Aggregate,
    Binary,
    Call,
    Matcher,
    Node,
    Number,
    Paren,
    Selector,
    String,
    Subquery,
    Unary,
)
from tocsin.promql.tokens import QUOTES, is_blank

COMPARISONS = frozenset({"==", "!=", "<", ">", "<=", ">="})
SETS = frozenset({"and", "or", "unless"})
_POWER = 6
_MULTIPLIED = 5
_BINDING = {"or": 1, "and": 2, "unless": 2, "+": 4, "-": 4, "^": _POWER}
_BINDING |= dict.fromkeys(COMPARISONS, 3) | dict.fromkeys(("*", "/", "%", "atan2"), _MULTIPLIED)
_NOT_METRICS = frozenset(["on", "ignoring", "bool", "atan2", "group_left", "group_right"])
_NUMBER_WORDS = {"inf": float("inf"), "nan": float("nan")}
_END = ""


class _StopError(Exception):
    """The tokens are none of this grammar."""


def read_tree(tokens: list[str]) -> Node | None:
    """Read the whole of an expression; None where it is syntax that is not known here."""
    try:
        reader = _Reader(tokens)
        tree = reader.expression(0)
        return tree if reader.peek() == _END else None
    except (_StopError, RecursionError):
        return None


class _Reader:
    """The tokens that count, and a place in them."""

    def __init__(self, tokens: list[str]) -> None:
        self._indexes = [i for i, lexeme in enumerate(tokens) if not is_blank(lexeme)]
        self._lexemes = [tokens[i] for i in self._indexes]
        # Two beyond the end, so that looking ahead needs no care.
        self._indexes += [len(tokens)] * 2
        self._lexemes += [_END] * 2
        self._at = 0

    def peek(self) -> str:
        return self._lexemes[self._at]

    def _word(self, ahead: int = 0) -> str:
        return self._lexemes[self._at + ahead].lower()

    def _start(self) -> int:
        return self._indexes[self._at]

    def _end(self) -> int:
        """Give the index behind the token that was read last."""
        return self._indexes[self._at - 1] + 1

    def _next(self) -> str:
        lexeme = self._lexemes[self._at]
        if lexeme == _END:
            raise _StopError
        self._at += 1
        return lexeme

    def _expect(self, lexeme: str) -> None:
        if self._next() != lexeme:
            raise _StopError

    # -- expressions -------------------------------------------------------

    def expression(self, floor: int) -> Node:
        """Read operands and the operators that bind tighter than `floor`."""
        left = self._signed()
        while True:
            op = self._word()
            binding = _BINDING.get(op, 0)
            if binding <= floor:
                return left
            at = self._start()
            self._at += 1
            node = Binary(left.start, 0, op, at, left, left)
            self._modifiers(node)
            node.right = self.expression(binding - 1 if op == "^" else binding)
            node.end = node.right.end
            left = node

    def _signed(self) -> Node:
        signs: list[tuple[int, str]] = []
        while self.peek() in {"+", "-"}:
            signs.append((self._start(), self._next()))
        inner = self.expression(_MULTIPLIED) if signs else self._operand()
        for start, sign in reversed(signs):
            inner = Unary(start, inner.end, sign, inner)
        return inner

    def _operand(self) -> Node:
        start, lexeme = self._start(), self.peek()
        node: Node
        if lexeme == "(":
            self._at += 1
            inner = self.expression(0)
            self._expect(")")
            node = Paren(start, self._end(), inner)
        elif lexeme == "{":
            node = self._selector()
        elif lexeme == _END:
            raise _StopError
        elif lexeme[0] in QUOTES:
            self._at += 1
            node = String(start, self._end(), _text(lexeme))
        elif lexeme[0].isdigit() or lexeme[0] == ".":
            self._at += 1
            node = Number(start, self._end(), _value(lexeme))
        elif lexeme[0].isalpha() or lexeme[0] in "_:":
            node = self._named()
        else:
            raise _StopError
        return self._suffixes(node)

    def _named(self) -> Node:
        """Read a number in letters, an aggregation, a call or a selector."""
        start, word, after = self._start(), self._word(), self._word(1)
        if word in AGGREGATORS and after in {"(", "by", "without"}:
            return self._aggregate()
        if after == "(" and word not in _NOT_METRICS:
            name = self._next()
            args = self._arguments()
            return Call(start, self._end(), name, args)
        if word in _NUMBER_WORDS:
            self._at += 1
            return Number(start, self._end(), _NUMBER_WORDS[word])
        if word in _NOT_METRICS:
            raise _StopError
        return self._selector()

    def _aggregate(self) -> Node:
        start, op = self._start(), self._next().lower()
        grouping, labels = self._grouping()
        args = self._arguments()
        if not grouping:
            grouping, labels = self._grouping()
        if not args:
            raise _StopError
        return Aggregate(start, self._end(), op, grouping, labels, args)

    def _grouping(self) -> tuple[str, tuple[str, ...]]:
        if self._word() not in {"by", "without"}:
            return "", ()
        return self._next().lower(), self._labels()

    def _arguments(self) -> tuple[Node, ...]:
        self._expect("(")
        args: list[Node] = []
        while self.peek() != ")":
            if args:
                self._expect(",")
            args.append(self.expression(0))
        self._at += 1
        return tuple(args)

    def _labels(self) -> tuple[str, ...]:
        self._expect("(")
        names: list[str] = []
        while self.peek() != ")":
            if names:
                self._expect(",")
                if self.peek() == ")":
                    break
            names.append(_name(self._next()))
        self._at += 1
        return tuple(names)

    def _modifiers(self, node: Binary) -> None:
        """Read what stands between an operator and its right operand."""
        if self._word() == "bool":
            self._at += 1
            node.is_bool = True
        if self._word() in {"on", "ignoring"}:
            node.matching, node.labels = self._next().lower(), self._labels()
            if self._word() in {"group_left", "group_right"}:
                node.group = self._next().lower().removeprefix("group_")
                node.include = self._labels() if self.peek() == "(" else ()
        if self._word() in FILL_MODIFIERS and self._lexemes[self._at + 1] == "(":
            raise _StopError  # it makes series where there are none

    # -- selectors ---------------------------------------------------------

    def _selector(self) -> Node:
        start, name, brace = self._start(), -1, -1
        metric = ""
        if self.peek() != "{":
            name, metric = start, self._next()
        matchers: list[Matcher] = []
        if self.peek() == "{":
            brace = self._start()
            self._at += 1
            while self.peek() != "}":
                found = self._matcher()
                if isinstance(found, str):
                    metric = found
                else:
                    matchers.append(found)
                if self.peek() != "}":
                    self._expect(",")
            self._at += 1
        return Selector(start, self._end(), metric, tuple(matchers), name, brace)

    def _matcher(self) -> Matcher | str:
        """Read a matcher, or a metric's name in quotes."""
        label = self._next()
        if self.peek() not in {"=", "!=", "=~", "!~"}:
            if label[0] not in QUOTES:
                raise _StopError
            return _text(label)
        op, value = self._next(), self._next()
        return Matcher(_name(label), op, _text(value))

    def _suffixes(self, node: Node) -> Node:
        """Read ranges, offset and @ behind an operand."""
        while True:
            word = self._word()
            if word == "[":
                node = self._ranged(node)
            elif word == "offset" and isinstance(node, Selector | Subquery):
                self._at += 1
                node.offset = self._shift()
                node.end = self._end()
            elif word == "@" and isinstance(node, Selector | Subquery):
                self._at += 1
                node.at = self._time()
                node.end = self._end()
            else:
                return node

    def _ranged(self, node: Node) -> Node:
        self._at += 1
        length = _length(self._next())
        if self.peek() == "]":
            self._at += 1
            if not isinstance(node, Selector) or node.range:
                raise _StopError
            node.range, node.end = length, self._end()
            return node
        self._expect(":")
        step = 0 if self.peek() == "]" else _length(self._next())
        self._expect("]")
        return Subquery(node.start, self._end(), node, length, step)

    def _shift(self) -> int:
        sign = self._next() if self.peek() in {"+", "-"} else ""
        length = _length(self._next())
        return -length if sign == "-" else length

    def _time(self) -> str:
        if self._word() in {"start", "end"}:
            word = self._next().lower()
            self._expect("(")
            self._expect(")")
            return word
        sign = self._next() if self.peek() in {"+", "-"} else ""
        lexeme = self._next()
        _value(lexeme)
        return f"{sign}{lexeme}"


def _text(lexeme: str) -> str:
    """Give the text behind a string's quotes; bytes that are no UTF-8 come as surrogates."""
    if lexeme[0] not in QUOTES:
        raise _StopError
    value = unquote(lexeme)
    if value is None:
        raise _StopError
    return value.decode(errors="surrogateescape")


def _name(lexeme: str) -> str:
    """Give a label's name, which may stand in quotes."""
    if lexeme[0] in QUOTES:
        return _text(lexeme)
    if not (lexeme[0].isalpha() or lexeme[0] == "_"):
        raise _StopError
    return lexeme


def _length(lexeme: str) -> int:
    found = milliseconds(lexeme) if lexeme[0].isdigit() or lexeme[0] == "." else None
    if found is None:
        raise _StopError
    return found


def _value(lexeme: str) -> float:
    if not (lexeme[0].isdigit() or lexeme[0] == "."):
        word = lexeme.lower()
        if word in _NUMBER_WORDS:
            return _NUMBER_WORDS[word]
        raise _StopError
    value = number(lexeme)
    if value is not None:
        return value
    length = milliseconds(lexeme)
    if length is None:
        raise _StopError
    return length / 1000
