"""
Pipelines in Go templates: declarations, commands, operands, calls.

The half of the parser that works between `{{` and `}}`; `template_parser` adds the
control structures. Source: text/template/parse/parse.go (Go 1.26). Beyond Go, the
number of arguments is checked, which Go counts only when the alert fires. Round
brackets recurse, and are limited.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from tocsin.promql.literals import unquote
from tocsin.promql.template_constants import is_number
from tocsin.promql.template_functions import Arity, arity_problem
from tocsin.promql.template_lexer import Token, lex

MAX_NESTING = 32
"""Control structures, or round brackets, open at the same place."""
_TERMS = frozenset(
    {"word", "dot", "field", "variable", "number", "character", "string", "raw", "open"}
)
_CONSTANTS = frozenset({"bool", "nil", "dot", "number", "string"})
_ARITHMETIC = frozenset("+-*/%")
_COMPARISONS = frozenset("<>!=")
_WORDS = {"true": "bool", "false": "bool", "nil": "nil"}


class TemplateError(Exception):
    """Stops the parser at a token; never leaves this package."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


class PipelineParser:
    """The tokens of one template, the variables known at a place, and the calls seen."""

    def __init__(
        self, text: str, functions: Mapping[str, Arity] | None, variables: tuple[str, ...]
    ) -> None:
        """Without `functions` every name is a function, with any arguments."""
        self._tokens: Iterator[Token] = lex(text)
        self._ahead: list[Token] = []
        self._functions = functions
        self._variables = list(variables)
        self._brackets = 0
        self.calls: list[Token] = []
        """The functions named, in order."""

    def _next(self) -> Token:
        token = self._ahead.pop() if self._ahead else next(self._tokens)
        if token.kind == "error":
            raise TemplateError(token.value, token.offset)
        return token

    def _next_word(self) -> Token:
        token = self._next()
        while token.kind == "space":
            token = self._next()
        return token

    def _back(self, *tokens: Token) -> None:
        self._ahead += reversed(tokens)

    def _peek_word(self) -> Token:
        token = self._next_word()
        self._back(token)
        return token

    def _expect_right(self, after: str) -> None:
        token = self._next_word()
        if token.kind != "right":
            raise TemplateError(
                f'"{token.value}" cannot stand after {after}: remove it', token.offset
            )

    @staticmethod
    def _unexpected(token: Token, where: str) -> TemplateError:
        if token.kind == "right":
            return TemplateError(f"something is missing before }}}} {where}", token.offset)
        advice = "remove it"
        if token.value in _ARITHMETIC:
            advice = "a template cannot calculate, so do it in the expression"
        elif token.value in _COMPARISONS:
            advice = "write eq, ne, lt or gt before the two values, or not before one"
        return TemplateError(f'"{token.value}" cannot stand {where}: {advice}', token.offset)

    def _pipeline(self, context: str, end: str) -> None:
        self._declarations(context)
        commands = 0
        while True:
            token = self._next_word()
            if token.kind == end:
                break
            if token.kind not in _TERMS:
                raise self._unexpected(token, f"in {context}")
            self._back(token)
            self._command(commands)
            commands += 1
        if not commands:
            raise TemplateError(f"a value is missing in {context}: write one", token.offset)

    def _declarations(self, context: str) -> None:
        """Read `$x :=`, `$x =` and, in a range, `$i, $x :=`."""
        for left in (1, 0) if context == "range" else (0,):
            variable = self._peek_word()
            if variable.kind != "variable":
                return
            self._next_word()
            after = self._next()
            sign = self._next_word() if after.kind == "space" else after
            if sign.kind in {"declare", "assign"}:
                self._variables.append(variable.value)
                return
            if sign.value != "," or sign.kind != "char":
                self._back(*((variable, after, sign) if after is not sign else (variable, after)))
                return
            self._variables.append(variable.value)
            if not left or self._peek_word().kind not in {"variable", "right", "close"}:
                raise TemplateError(f"too many variables before := in {context}", sign.offset)

    def _command(self, stage: int) -> None:
        """Read one command of a pipeline; stage 0 is the first."""
        first, arguments = self._operands()
        if first is None:
            token = self._peek_word()
            raise TemplateError("a command is missing here", token.offset)
        if stage and first.kind in _CONSTANTS:
            message = f"{first.value} cannot follow a |: a function has to"
            raise TemplateError(message, first.offset)
        if first.kind == "function":
            self._check_call(first, arguments - 1 + bool(stage))

    def _operands(self) -> tuple[Token | None, int]:
        """Read the operands of a command; give the first one and their number."""
        first: Token | None = None
        count = 0
        while True:
            term = self._peek_word()
            kind = self._operand()
            if kind:
                count += 1
                if first is None:
                    first = term._replace(kind=kind)
                elif kind == "function":
                    self._check_call(term, 0)
            token = self._next()
            if token.kind == "pipe":
                return first, count
            if token.kind in {"right", "close"}:
                self._back(token)
                return first, count
            if token.kind != "space":
                raise self._unexpected(token, "here")

    def _check_call(self, token: Token, count: int) -> None:
        if self._functions is not None:
            problem = arity_problem(token.value, count, self._functions)
            if problem:
                raise TemplateError(problem, token.offset)

    def _operand(self) -> str:
        """Read a term and its fields; give its kind, "" if the next token is no term."""
        token = self._next_word()
        if token.kind not in _TERMS:
            self._back(token)
            return ""
        kind = self._term(token)
        following = self._next()
        chained = following.kind == "field"
        if chained and kind in _CONSTANTS:
            raise TemplateError(f"{token.value} has no fields: remove the dot", following.offset)
        while following.kind == "field":
            following = self._next()
        self._back(following)
        if chained and kind == "function":
            self._check_call(token, 0)
            return "chain"
        return kind

    def _term(self, token: Token) -> str:
        if token.kind == "word":
            return _WORDS.get(token.value) or self._function(token)
        if token.kind == "variable":
            self._use_variable(token)
        elif token.kind in {"string", "raw"}:
            if unquote(token.value) is None:
                raise self._bad_string(token)
            return "string"
        elif token.kind in {"number", "character"}:
            if not is_number(token.value):
                raise TemplateError(f"{token.value} is no number that fits", token.offset)
            return "number"
        elif token.kind == "open":
            self._brackets += 1
            if self._brackets > MAX_NESTING:
                message = f"more than {MAX_NESTING} brackets are open here, which is the limit"
                raise TemplateError(f"{message}: simplify the template", token.offset)
            self._pipeline("brackets", "close")
            self._brackets -= 1
        return token.kind

    def _function(self, token: Token) -> str:
        self.calls.append(token)
        if self._functions is not None and token.value not in self._functions:
            raise TemplateError(self._unknown_function(token.value), token.offset)
        return "function"

    def _unknown_function(self, name: str) -> str:
        if f"${name}" in self._variables:
            return f"there is no function {name}: write ${name} for the variable"
        close = get_close_matches(name, self._functions or (), n=1)
        advice = f"did you mean {close[0]}?" if close else "put text in quotes"
        return f"there is no function {name}: {advice}"

    def _use_variable(self, token: Token) -> None:
        if token.value not in self._variables:
            close = get_close_matches(token.value, self._variables, n=1)
            advice = f"did you mean {close[0]}?" if close else f"declare it with {token.value} :="
            raise TemplateError(f"there is no variable {token.value}: {advice}", token.offset)

    @staticmethod
    def _bad_string(token: Token) -> TemplateError:
        return TemplateError(
            f"{token.value} has an escape that Go does not know: write \\\\ for a backslash",
            token.offset,
        )
