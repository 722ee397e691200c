"""
Go templates, parsed as Go parses them, without building a tree.

The order of tokens, the balance of control structures, the scope of variables and
the existence of functions are what text/template/parse/parse.go (Go 1.26) checks.
Control structures are kept on a list, so that nesting costs no recursion.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tocsin.promql.literals import unquote
from tocsin.promql.template_functions import Arity
from tocsin.promql.template_lexer import Token
from tocsin.promql.template_pipeline import MAX_NESTING, PipelineParser, TemplateError


@dataclass(slots=True)
class _Frame:
    """A control structure that waits for its `end`."""

    keyword: str
    offset: int
    variables: int
    """How many variables were known before it."""
    closes: int = 1
    """How many structures its `end` closes: `else if` opens one more."""
    has_else: bool = False
    outer: list[str] = field(default_factory=list)
    """The variables outside a `define` or `block`, which are not known inside."""
    name: str = ""
    filled: bool = False


class TemplateParser(PipelineParser):
    """Parses one template; `run` raises TemplateError at the first mistake."""

    def __init__(
        self, text: str, functions: Mapping[str, Arity] | None, variables: tuple[str, ...]
    ) -> None:
        """Take a template, the functions and the variables that it may use."""
        super().__init__(text, functions, variables)
        self._frames: list[_Frame] = []
        self._defined: set[str] = set()

    def run(self) -> None:
        """Parse to the end."""
        while True:
            token = self._next()
            if token.kind == "end":
                break
            if token.kind == "text":
                self._fill(filled=bool(token.value.strip()))
            elif token.kind == "left":
                self._action()
            else:
                raise self._unexpected(token, "here")
        if self._frames:
            frame = self._frames[-1]
            raise TemplateError(
                f"{{{{{frame.keyword}}}}} is never ended: write {{{{end}}}}", frame.offset
            )

    def _fill(self, *, filled: bool = True) -> None:
        if self._frames:
            self._frames[-1].filled |= filled

    def _action(self) -> None:
        token = self._next_word()
        if token.kind != "keyword":
            self._back(token)
            self._fill()
            self._pipeline("the action", "right")
            return
        handle = {
            "end": self._end,
            "else": self._else,
            "define": self._define,
            "block": self._block,
            "template": self._template,
            "break": self._jump,
            "continue": self._jump,
        }.get(token.value, self._control)
        handle(token)

    def _push(self, frame: _Frame) -> None:
        self._frames.append(frame)
        if len(self._frames) > MAX_NESTING:
            raise TemplateError(
                f"more than {MAX_NESTING} control structures are open here, which is the limit: "
                "simplify the template",
                frame.offset,
            )

    def _control(self, token: Token, closes: int = 1) -> None:
        """Read if, range or with."""
        self._fill()
        frame = _Frame(token.value, token.offset, len(self._variables), closes)
        self._pipeline(token.value, "right")
        self._push(frame)

    def _else(self, token: Token) -> None:
        frame = self._frames[-1] if self._frames else None
        if frame is None or frame.keyword in {"define", "block"} or frame.has_else:
            raise TemplateError("{{else}} belongs to no if, range or with: remove it", token.offset)
        following = self._next_word()
        frame.has_else = True
        if following.kind == "keyword" and following.value == frame.keyword != "range":
            self._control(following, frame.closes + 1)
        elif following.kind != "right":
            raise self._unexpected(following, "after else")

    def _end(self, token: Token) -> None:
        self._expect_right("end")
        if not self._frames:
            raise TemplateError("{{end}} ends nothing: remove it", token.offset)
        for _ in range(self._frames[-1].closes):
            frame = self._frames.pop()
            del self._variables[frame.variables :]
        if frame.keyword in {"define", "block"}:
            self._variables = frame.outer
            if frame.filled:
                if frame.name in self._defined:
                    message = f'the template "{frame.name}" is defined twice: rename one'
                    raise TemplateError(message, frame.offset)
                self._defined.add(frame.name)

    def _define(self, token: Token) -> None:
        if self._frames:
            raise TemplateError("{{define}} stands outside everything else: move it", token.offset)
        name = self._name("define")
        self._expect_right("the name")
        self._open_tree(token, name)

    def _block(self, token: Token) -> None:
        self._fill()
        name = self._name("block")
        self._pipeline("block", "right")
        self._open_tree(token, name)

    def _open_tree(self, token: Token, name: str) -> None:
        outer, self._variables = self._variables, ["$"]
        self._push(_Frame(token.value, token.offset, 1, outer=outer, name=name))

    def _template(self, token: Token) -> None:
        self._fill()
        self._name(token.value)
        following = self._next_word()
        if following.kind != "right":
            self._back(following)
            self._pipeline("template", "right")

    def _name(self, keyword: str) -> str:
        token = self._next_word()
        if token.kind not in {"string", "raw"}:
            raise TemplateError(f'after {keyword} comes a name in quotes: write "…"', token.offset)
        name = unquote(token.value)
        if name is None:
            raise self._bad_string(token)
        return name.decode(errors="replace")

    def _jump(self, token: Token) -> None:
        """Read break or continue."""
        self._expect_right(token.value)
        for frame in reversed(self._frames):
            if frame.keyword in {"define", "block"}:
                break
            if frame.keyword == "range" and not frame.has_else:
                return
        raise TemplateError(
            f"{{{{{token.value}}}}} stands inside range only: remove it", token.offset
        )
