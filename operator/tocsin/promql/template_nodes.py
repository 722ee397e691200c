"""
Go templates as a small tree, for templates that `template_parser` has accepted.

The parser there judges and keeps nothing; what walks a template (`template_growth`)
needs its shape. Anything that is not well formed must not come here. Recursion is
bounded by the parser's limits on control structures and brackets.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tocsin.promql.literals import unquote
from tocsin.promql.template_lexer import Token, lex


@dataclass(slots=True)
class Operand:
    """One operand: its token, what is in its brackets, and the fields after it."""

    token: Token
    inner: Pipeline | None = None
    fields: tuple[str, ...] = ()


@dataclass(slots=True)
class Pipeline:
    """Commands joined by `|`, and the variables that take the result."""

    commands: list[list[Operand]] = field(default_factory=list)
    variables: tuple[str, ...] = ()
    assigns: bool = False
    """Whether the variables were there before (`=`)."""


@dataclass(slots=True)
class Text:
    """Plain text."""

    value: str

    @property
    def length(self) -> int:
        """Count its characters."""
        return len(self.value)


@dataclass(slots=True)
class Action:
    """A pipeline; with variables it prints nothing."""

    pipeline: Pipeline


@dataclass(slots=True)
class Control:
    """`if`, `with` or `range`, with both branches."""

    keyword: str
    offset: int
    pipeline: Pipeline
    body: list[Node] = field(default_factory=list)
    otherwise: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Jump:
    """`break` or `continue`."""

    keyword: str


@dataclass(slots=True)
class Call:
    """`template`, or the call that a `block` stands for."""

    name: str
    offset: int
    pipeline: Pipeline | None


Node = Text | Action | Control | Call | Jump


@dataclass(slots=True)
class Tree:
    """A template's main part and what it defines."""

    main: list[Node] = field(default_factory=list)
    defined: dict[str, list[Node]] = field(default_factory=dict)


def read_tree(text: str) -> Tree:
    """Read a template that is known to be good."""
    reader = _Reader(text)
    reader.tree.main, _ = reader.nodes()
    return reader.tree


class _Reader:
    def __init__(self, text: str) -> None:
        self._tokens: Iterator[Token] = lex(text)
        self._ahead: list[Token] = []
        self.tree = Tree()

    def _next(self) -> Token:
        return self._ahead.pop() if self._ahead else next(self._tokens)

    def _word(self) -> Token:
        token = self._next()
        while token.kind == "space":
            token = self._next()
        return token

    def nodes(self) -> tuple[list[Node], str]:
        """Read up to the `end` or `else` of this level, or the text's end; tells which."""
        found: list[Node] = []
        while True:
            token = self._next()
            if token.kind == "text":
                found.append(Text(token.value))
                continue
            if token.kind != "left":
                return found, "end"
            word = self._word()
            if word.kind == "keyword" and word.value in {"end", "else"}:
                if word.value == "end":
                    self._word()
                return found, word.value
            found += self._node(word)

    def _node(self, word: Token) -> list[Node]:
        if word.kind != "keyword":
            self._ahead.append(word)
            return [Action(self._pipeline())]
        if word.value in {"if", "with", "range"}:
            return [self._control(word)]
        if word.value in {"break", "continue"}:
            self._word()
            return [Jump(word.value)]
        name = (unquote(self._word().value) or b"").decode(errors="surrogateescape")
        following = self._word()
        pipeline: Pipeline | None = None
        if following.kind != "right":
            self._ahead.append(following)
            pipeline = self._pipeline()
        if word.value != "template":
            body, _ = self.nodes()
            if body or name not in self.tree.defined:
                self.tree.defined[name] = body
        return [] if word.value == "define" else [Call(name, word.offset, pipeline)]

    def _control(self, word: Token) -> Control:
        control = Control(word.value, word.offset, self._pipeline())
        control.body, ended_by = self.nodes()
        if ended_by == "else":
            following = self._word()
            if following.kind == "keyword":
                control.otherwise = [self._control(following)]
            else:
                control.otherwise, _ = self.nodes()
        return control

    def _pipeline(self) -> Pipeline:
        """Read up to the right delimiter or bracket, which is taken too."""
        pipeline = Pipeline([[]])
        while True:
            token = self._next()
            if token.kind in {"right", "close", "end"}:
                return pipeline
            if token.kind == "pipe":
                pipeline.commands.append([])
            elif token.kind in {"declare", "assign"}:
                pipeline.assigns = token.kind == "assign"
                pipeline.variables = tuple(
                    one.token.value for one in pipeline.commands[0] if one.token.kind == "variable"
                )
                pipeline.commands = [[]]
            elif token.kind not in {"space", "char"}:
                pipeline.commands[-1].append(self._operand(token))

    def _operand(self, token: Token) -> Operand:
        inner = self._pipeline() if token.kind == "open" else None
        fields: list[str] = []
        if token.kind == "field":
            fields.append(token.value[1:])
        following = self._next()
        while following.kind == "field":
            fields.append(following.value[1:])
            following = self._next()
        self._ahead.append(following)
        return Operand(token, inner, tuple(fields))
