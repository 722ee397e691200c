"""
Pipelines, commands and operands of a template as closures over an execution.

Source: evalPipeline, evalCommand, evalField and evalCall in text/template/exec.go
(Go 1.26).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tocsin.promql.gotemplate.calls import Function, constant, convert
from tocsin.promql.gotemplate.execution import Execution
from tocsin.promql.gotemplate.methods import find_method
from tocsin.promql.gotemplate.values import (
    LabelMap,
    Stopped,
    Struct,
    Unsupported,
    go_type,
    is_true,
    to_text,
)
from tocsin.promql.literals import unquote
from tocsin.promql.template_constants import constant_value
from tocsin.promql.template_nodes import Operand, Pipeline

Frame = list[object]
Value = Callable[[Execution, Frame, object], object]
"""Computes a value from the execution, the variables, and the dot."""

UNSET = object()
"""A variable that no `:=` has set yet."""
_WORDS: Mapping[str, object] = {"true": True, "false": False}


class Scope:
    """The variables known at a place, and the slots that they have."""

    def __init__(self) -> None:
        self.names: list[tuple[str, int]] = [("$", 0)]
        self.slots = 1

    def declare(self, name: str) -> int:
        """Give a new variable its slot."""
        self.names.append((name, self.slots))
        self.slots += 1
        return self.slots - 1

    def slot(self, name: str) -> int:
        """Find the innermost variable of a name."""
        for known, slot in reversed(self.names):
            if known == name:
                return slot
        raise Stopped(f"there is no variable {name}")


class Evaluator:
    """Turns pipelines into closures, with the functions of one product."""

    def __init__(self, functions: Mapping[str, Function]) -> None:
        self._functions = functions

    def pipeline(self, pipeline: Pipeline, scope: Scope) -> Value:
        """Compute a pipeline, and set its variables."""
        value = self.commands([one for one in pipeline.commands if one], scope)
        if not pipeline.variables:
            return value
        name = pipeline.variables[-1]
        slot = scope.slot(name) if pipeline.assigns else scope.declare(name)

        def assign(run: Execution, frame: Frame, dot: object) -> object:
            frame[slot] = made = value(run, frame, dot)
            return made

        return assign

    def commands(self, commands: list[list[Operand]], scope: Scope) -> Value:
        """Compute commands joined by `|`."""
        value = self._command(commands[0], None, scope)
        for command in commands[1:]:
            value = self._command(command, value, scope)
        return value

    def _command(self, command: list[Operand], piped: Value | None, scope: Scope) -> Value:
        first, given = command[0], command[1:]
        token, offset = first.token, first.token.offset
        if token.kind == "word" and token.value not in {*_WORDS, "nil"} and not first.fields:
            return self._call(token.value, given, piped, scope, offset)
        if first.fields:
            return self._chain(first, given, piped, scope)
        if given or piped is not None:
            return _stopping(f"{token.value or 'this'} is no function and takes nothing", offset)
        if token.value == "nil":
            return _stopping("nil is no command", offset)
        return self.operand(first, scope)

    def operand(self, one: Operand, scope: Scope) -> Value:  # noqa: PLR0911 one for each kind
        """Compute an operand that stands alone."""
        token = one.token
        if one.fields:
            return self._chain(one, [], None, scope)
        if one.inner is not None:
            return self.pipeline(one.inner, scope)
        if token.kind == "dot":
            return lambda _run, _frame, dot: dot
        if token.kind == "variable":
            return _variable(scope.slot(token.value), token.value, token.offset)
        if token.kind == "word" and token.value not in {*_WORDS, "nil"}:
            return self._call(token.value, [], None, scope, token.offset)
        try:
            fixed = literal(one)
        except Stopped as error:
            return _stopping(error.message, token.offset)
        return lambda _run, _frame, _dot: fixed

    def _argument(self, one: Operand, wanted: str, scope: Scope) -> Value:
        """Compute an argument and check its type."""
        if is_literal(one):
            try:
                fixed = constant(literal(one), wanted)
            except Stopped as error:
                return _stopping(error.message, one.token.offset)
            return lambda _run, _frame, _dot: fixed
        value = self.operand(one, scope)
        if wanted == "any":
            return value
        return lambda run, frame, dot: convert(value(run, frame, dot), wanted)

    def _call(
        self, name: str, given: list[Operand], piped: Value | None, scope: Scope, offset: int
    ) -> Value:
        if name in {"and", "or"}:
            return self._choose(name, given, piped, scope)
        function = self._functions.get(name)
        if function is None:
            return _stopping(f"there is no function {name}", offset)
        problem = function.count_problem(name, len(given) + (piped is not None))
        if problem:
            return _stopping(problem, offset)
        values = [
            self._argument(one, function.type_at(index), scope) for index, one in enumerate(given)
        ]
        call, last = function.call, function.type_at(len(given))

        def run_call(run: Execution, frame: Frame, dot: object) -> object:
            run.step(1)
            try:
                if piped is None:
                    return call(run, *[value(run, frame, dot) for value in values])
                final = piped(run, frame, dot)
                made = [value(run, frame, dot) for value in values]
                return call(run, *made, convert(final, last))
            except Stopped as error:
                if error.offset < 0:
                    error.offset, error.message = offset, f"{name}: {error.message}"
                raise

        return run_call

    def _choose(self, name: str, given: list[Operand], piped: Value | None, scope: Scope) -> Value:
        """Compute `and` and `or`, which stop at the first value that decides."""
        values = [self._argument(one, "any", scope) for one in given]
        decides = name == "or"

        def choose(run: Execution, frame: Frame, dot: object) -> object:
            run.step(1)
            final = None if piped is None else piped(run, frame, dot)
            made: object = None
            for value in values:
                made = value(run, frame, dot)
                if is_true(made) is decides:
                    return made
            return made if piped is None else final

        return choose

    def _chain(
        self, one: Operand, given: list[Operand], piped: Value | None, scope: Scope
    ) -> Value:
        """Compute fields, keys and methods; what is given goes to the last one."""
        token, names, offset = one.token, one.fields, one.token.offset
        if one.inner is not None:
            start = self.pipeline(one.inner, scope)
        elif token.kind in {"dot", "field"}:
            start = None
        else:
            start = self.operand(Operand(token), scope)
        arguments = [(arg, self.operand(arg, scope)) for arg in given]
        *before, last = names

        def walk(run: Execution, frame: Frame, dot: object) -> object:
            final = UNSET if piped is None else piped(run, frame, dot)
            value = dot if start is None else start(run, frame, dot)
            try:
                for name in before:
                    value = field_of(run, value, name)
                if not arguments and final is UNSET:
                    return field_of(run, value, last)
                made = [(arg, compute(run, frame, dot)) for arg, compute in arguments]
                return _method_of(run, value, last, made, final)
            except Stopped as error:
                if error.offset < 0:
                    error.offset = offset
                raise

        return walk


def field_of(run: Execution, value: object, name: str) -> object:
    """Give a field, a key's value, or what a method without arguments gives."""
    if type(value) is Struct:
        found = value.fields.get(name, UNSET)
        if found is not UNSET:
            return found
    if value is None:
        return None
    named = go_type(value)
    method = find_method(value, named, name)
    if method is not None:
        problem = method.count_problem(name, 0)
        if problem:
            raise Stopped(problem)
        run.step(1)
        return method.call(run, value)
    if isinstance(value, LabelMap):
        if name in value:
            return value[name]
        run.missing = (value.holds, name)
        return "" if named == "template.KV" else None
    raise Stopped(f"there is no {name} in a {named}")


def _method_of(
    run: Execution, value: object, name: str, given: list[tuple[Operand, object]], final: object
) -> object:
    if value is None:
        return None
    method = find_method(value, go_type(value), name)
    if method is None:
        raise Stopped(f"{name} is no method and takes nothing")
    problem = method.count_problem(name, len(given) + (final is not UNSET))
    if problem:
        raise Stopped(problem)
    made = [
        (constant if is_literal(one) else convert)(computed, method.type_at(index))
        for index, (one, computed) in enumerate(given)
    ]
    if final is not UNSET:
        made.append(convert(final, method.type_at(len(given))))
    run.step(1)
    return method.call(run, value, *made)


def is_literal(one: Operand) -> bool:
    """Tell whether an operand is written out: text, a number, true, false or nil."""
    kinds = {"string", "raw", "number", "character"}
    return not one.fields and (one.token.kind in kinds or one.token.value in {*_WORDS, "nil"})


def literal(one: Operand) -> object:
    """Give the value of an operand that is written out."""
    kind, text = one.token.kind, one.token.value
    if kind in {"string", "raw"}:
        return to_text(unquote(text) or b"")
    if kind == "word":
        return _WORDS.get(text)
    number = constant_value(text)
    if number is None:
        raise Unsupported(f"{text} cannot be checked: write a plain number")
    return number


def _variable(slot: int, name: str, offset: int) -> Value:
    def look(_run: Execution, frame: Frame, _dot: object) -> object:
        value = frame[slot]
        if value is UNSET:
            error = Stopped(f"the variable {name} has no value here")
            error.offset = offset
            raise error
        return value

    return look


def _stopping(message: str, offset: int) -> Value:
    """Make a closure that stops: Go, too, finds this only when it comes here."""

    def stop(_run: Execution, _frame: Frame, _dot: object) -> object:
        error = Stopped(message)
        error.offset = offset
        raise error

    return stop
