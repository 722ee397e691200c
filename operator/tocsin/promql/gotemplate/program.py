"""
A template as closures: text, actions, control structures and called templates.

For HTML every value is escaped by the place where it stands, and a template that is
called in another place is compiled again for that. Sources: walk in
text/template/exec.go, escape in html/template/escape.go (Go 1.26).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from tocsin.promql.gotemplate.builtin import BUILTINS, escape_html, escape_query
from tocsin.promql.gotemplate.evaluate import UNSET, Evaluator, Frame, Scope, Value
from tocsin.promql.gotemplate.execution import Execution, TooMuch
from tocsin.promql.gotemplate.html_context import Place, joined
from tocsin.promql.gotemplate.html_escape import (
    PREDEFINED,
    Escaper,
    escaped_text,
    escapers,
    replaced,
)
from tocsin.promql.gotemplate.printing import printed, sprint
from tocsin.promql.gotemplate.product import ALERTMANAGER
from tocsin.promql.gotemplate.values import Stopped, go_type, is_true, to_bytes, weight
from tocsin.promql.template_nodes import Action, Call, Control, Jump, Node, Text

Step = Callable[[Execution, Frame, object], None]
_DEAD = Place("dead")
MAX_COMPILED = 20_000
"""Nodes compiled for one template and what it calls."""


class _Break(Exception):  # noqa: N818 a jump, not an error
    pass


class _Continue(Exception):  # noqa: N818 a jump, not an error
    pass


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A template that the product brings along: what its dot has to be, and how much it writes."""

    needs: str = ""
    """Type of the dot; empty where any will do."""
    per_alert: int = 0
    per_call: int = 0


@dataclass(slots=True)
class Body:
    """What a template does, and how many variables it has."""

    step: Step | None = None
    slots: int = 1
    after: Place | None = None
    """The place in a page after it."""


class Program:
    """The templates that may call each other, compiled as they are needed."""

    def __init__(
        self,
        defined: Mapping[str, list[Node]],
        built_in: Mapping[str, BuiltIn],
        *,
        own: frozenset[str],
    ) -> None:
        """Take the templates by name; `own` are those of the text that is judged."""
        self._defined = defined
        self._built_in = built_in
        self._own = own
        self._bodies: dict[tuple[str, Place | None], Body] = {}
        self._evaluator = Evaluator({**BUILTINS, **ALERTMANAGER})
        self._scope = Scope()
        self._breaks: list[list[Place]] = []
        self._compiled = 0

    def main(self, nodes: list[Node], place: Place | None) -> Body:
        """Compile the text that is judged."""
        return self._fill(Body(), nodes, place)

    def _fill(self, body: Body, nodes: list[Node], place: Place | None) -> Body:
        before, self._scope = self._scope, Scope()
        loops, self._breaks = self._breaks, []
        body.step, body.after = self._nodes(nodes, place)
        body.slots = self._scope.slots
        self._scope, self._breaks = before, loops
        return body

    def _nodes(self, nodes: list[Node], place: Place | None) -> tuple[Step, Place | None]:
        steps: list[Step] = []
        for node in nodes:
            if place is _DEAD:
                break
            # A page reads the body of every range twice, and so 32 within each other for years.
            self._compiled += 1
            if self._compiled > MAX_COMPILED:
                raise TooMuch("is nested too deeply: simplify the template")
            step, place = self._node(node, place)
            if step is not None:
                steps.append(step)
        return _sequence(tuple(steps)), place

    def _node(self, node: Node, place: Place | None) -> tuple[Step | None, Place | None]:
        if isinstance(node, Text):
            text = node.value
            if place is not None:
                place, text = escaped_text(place, text)
            return (lambda run, _frame, _dot: run.write(text)) if text else None, place
        if isinstance(node, Action):
            return self._action(node, place)
        if isinstance(node, Jump):
            return self._jump(node, place)
        if isinstance(node, Call):
            return self._call(node, place)
        if node.keyword == "range":
            return self._range(node, place)
        return self._branch(node, place)

    def _action(self, node: Action, place: Place | None) -> tuple[Step, Place | None]:
        if node.pipeline.variables:
            value = self._evaluator.pipeline(node.pipeline, self._scope)
            return _silent(value), place
        if place is None:
            return _printing(self._evaluator.pipeline(node.pipeline, self._scope), []), None
        offset = node.pipeline.commands[0][0].token.offset
        try:
            place, found = escapers(place)
            value, found = self._escaped(node, place, found)
        except Stopped as error:
            error.offset = offset if error.offset < 0 else error.offset
            raise
        return _printing(value, found), place

    def _escaped(
        self, node: Action, place: Place, found: list[Escaper]
    ) -> tuple[Value, list[Escaper]]:
        """Merge the functions html and urlquery with what html/template does itself."""
        commands = [one for one in node.pipeline.commands if one]
        names = [one[0].token.value if one[0].token.kind == "word" else "" for one in commands]
        if PREDEFINED.intersection(names[:-1]) or (
            names[-1] == "html" and place.state == "attr" and place.delimiter == " "
        ):
            raise Stopped("html and urlquery stand last in a pipeline: move it, or leave it out")
        if names[-1] not in PREDEFINED:
            return self._evaluator.commands(commands, self._scope), found
        found, merged = replaced(found, names[-1], _own_escaper(names[-1]))
        if not merged:
            return self._evaluator.commands(commands, self._scope), found
        given = commands[-1][1:]
        if len(commands) > 1 and not given:
            return self._evaluator.commands(commands[:-1], self._scope), found
        if len(commands) == 1 and given:
            values = [self._evaluator.operand(one, self._scope) for one in given]
            return _side_by_side(values), found
        return self._evaluator.commands(commands, self._scope), found

    def _jump(self, node: Jump, place: Place | None) -> tuple[Step, Place | None]:
        if place is not None and self._breaks:
            self._breaks[-1].append(place)
        ends = _Break if node.keyword == "break" else _Continue

        def jump(_run: Execution, _frame: Frame, _dot: object) -> None:
            raise ends

        return jump, None if place is None else _DEAD

    def _branch(self, node: Control, place: Place | None) -> tuple[Step, Place | None]:
        known = len(self._scope.names)
        value = self._evaluator.pipeline(node.pipeline, self._scope)
        body, after = self._nodes(node.body, place)
        otherwise, after_else = self._nodes(node.otherwise, place)
        del self._scope.names[known:]
        changes_dot = node.keyword == "with"

        def branch(run: Execution, frame: Frame, dot: object) -> None:
            made = value(run, frame, dot)
            if is_true(made):
                body(run, frame, made if changes_dot else dot)
            else:
                otherwise(run, frame, dot)

        return branch, _join(after, after_else, node.offset)

    def _range(self, node: Control, place: Place | None) -> tuple[Step, Place | None]:
        known = len(self._scope.names)
        names = node.pipeline.variables
        pipeline = replace(node.pipeline, variables=())
        value = self._evaluator.pipeline(pipeline, self._scope)
        take = self._scope.slot if node.pipeline.assigns else self._scope.declare
        slots = [take(name) for name in names]
        body, after = self._loop(node, place)
        otherwise, after_else = self._nodes(node.otherwise, place)
        del self._scope.names[known:]

        def loop(run: Execution, frame: Frame, dot: object) -> None:
            empty = True
            try:
                for key, element in _pairs(value(run, frame, dot), len(slots), node.offset):
                    empty = False
                    if slots:
                        frame[slots[0]] = key if len(slots) > 1 else element
                        frame[slots[-1]] = element
                    _once(body, run, frame, element)
            except _Break:
                return
            if empty:
                otherwise(run, frame, dot)

        return loop, _join(after, after_else, node.offset)

    def _loop(self, node: Control, place: Place | None) -> tuple[Step, Place | None]:
        """Compile the body of a range; a page has to be the same before each turn."""
        self._breaks.append([])
        known, slots = len(self._scope.names), self._scope.slots
        body, after = self._nodes(node.body, place)
        if place is None or after is None:
            self._breaks.pop()
            return body, None
        for one in self._breaks[-1]:
            after = _join(after, one, node.offset) or after
        self._breaks.pop()
        del self._scope.names[known:]
        self._breaks.append([])
        _, again = self._nodes(node.body, after)
        self._breaks.pop()
        self._scope.slots = max(slots, self._scope.slots)
        return body, _join(after, again, node.offset)

    def _call(self, node: Call, place: Place | None) -> tuple[Step, Place | None]:
        value: Value = lambda _run, _frame, _dot: None  # noqa: E731 the dot where none is given
        if node.pipeline is not None:
            value = self._evaluator.pipeline(node.pipeline, self._scope)
        if node.name not in self._defined:
            return _built_in(node, self._built_in.get(node.name), value), place
        key = (node.name, place)
        body = self._bodies.get(key)
        if body is None:
            body = self._bodies[key] = Body(after=place)
            try:
                self._fill(body, self._defined[node.name], place)
            except Stopped as error:
                raise self._told(error, node) from None

        def call(run: Execution, frame: Frame, dot: object) -> None:
            given = value(run, frame, dot)
            inner = [UNSET] * body.slots
            inner[0] = given
            run.enter()
            try:
                if body.step is not None:
                    body.step(run, inner, given)
            except Stopped as error:
                raise self._told(error, node) from None
            run.depth -= 1

        return call, body.after

    def _told(self, error: Stopped, node: Call) -> Stopped:
        """Move an error that is inside of somebody else's template to the call."""
        if node.name not in self._own:
            error.message = f'the template "{node.name}": {error.message}'
            error.offset = node.offset
        elif error.offset < 0:
            error.offset = node.offset
        return error


def _own_escaper(name: str) -> Escaper:
    """Give `html` or `urlquery` as an escaper; what it reads has been counted before."""
    escape = escape_html if name == "html" else escape_query
    return lambda value: escape(printed(value))


def _sequence(steps: tuple[Step, ...]) -> Step:
    count = len(steps) + 1

    def run_all(run: Execution, frame: Frame, dot: object) -> None:
        run.step(count)
        run.enter()
        for step in steps:
            step(run, frame, dot)
        run.depth -= 1

    return run_all


def _once(body: Step, run: Execution, frame: Frame, element: object) -> None:
    depth = run.depth
    try:
        body(run, frame, element)
    except _Continue:
        run.depth = depth
    except _Break:
        run.depth = depth
        raise


def _printing(value: Value, found: list[Escaper]) -> Step:
    def show(run: Execution, frame: Frame, dot: object) -> None:
        made = value(run, frame, dot)
        for escape in found:
            run.spend(4 * weight(made))
            made = escape(made)
        if not isinstance(made, str):
            run.spend(weight(made))
        run.write(printed(made))

    return show


def _silent(value: Value) -> Step:
    def compute(run: Execution, frame: Frame, dot: object) -> None:
        value(run, frame, dot)

    return compute


def _side_by_side(values: list[Value]) -> Value:
    def compute(run: Execution, frame: Frame, dot: object) -> object:
        made = [value(run, frame, dot) for value in values]
        run.spend(sum(map(weight, made)))
        return sprint(made)

    return compute


def _join(one: Place | None, other: Place | None, offset: int) -> Place | None:
    if one is None or other is None:
        return None
    try:
        return joined(one, other)
    except Stopped as error:
        error.offset = offset
        raise


def _pairs(value: object, names: int, offset: int) -> Iterable[tuple[object, object]]:
    if isinstance(value, list):
        return enumerate(value)
    if isinstance(value, dict):
        return sorted(value.items(), key=lambda one: to_bytes(one[0]))
    if isinstance(value, int) and not isinstance(value, bool) and names < 2:  # noqa: PLR2004 one
        return ((None, turn) for turn in range(value))
    if value is None:
        return ()
    error = Stopped(f"range needs a list or labels, this is a {go_type(value)}")
    error.offset = offset
    raise error


def _built_in(node: Call, found: BuiltIn | None, value: Value) -> Step:
    def call(run: Execution, frame: Frame, dot: object) -> None:
        given = value(run, frame, dot)
        if found is None:
            message = f"there is no template {node.name!r}: define it here"
        elif found.needs and go_type(given) not in found.needs.split(" "):
            message = f'the template "{node.name}" needs the whole message: write it with $'
        else:
            count = len(given) if isinstance(given, list) else _alerts(given)
            run.write("x" * (found.per_call + found.per_alert * count))
            return
        error = Stopped(message)
        error.offset = node.offset
        raise error

    return call


def _alerts(given: object) -> int:
    fields = getattr(given, "fields", {})
    return len(fields.get("Alerts", ()))
