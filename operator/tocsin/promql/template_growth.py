"""
How large a template's result can become: an upper bound, without executing it.

Prometheus and Alertmanager execute templates without any limit, for all tenants in
one process. `{{ range 200000000 }}x{{ end }}` is forty characters, and its result ends
Prometheus ("String too long to encode as label"); a template that calls itself, or a
variable that is doubled thirty times, take its memory (threats S10 and S14).

Each value is bounded by the characters it prints and the turns a `range` over it
takes. What comes with an alert counts as one kilobyte a field and 32 labels, far
above what is usual; what cannot be bounded is infinite, and refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from tocsin.promql.literals import unquote
from tocsin.promql.template_functions import Product
from tocsin.promql.template_nodes import Call, Control, Jump, Node, Operand, Pipeline, Text, Tree

MAX_RESULT: Mapping[Product, int] = {"prometheus": 1 << 20, "alertmanager": 32 << 20}
"""Characters of one result; Prometheus ends at 16 MiB. A message may hold a hundred alerts."""
MAX_STEPS = 20_000
"""Nodes looked at; templates that call each other in ever new ways end here."""
MAX_DEPTH = 64
"""Control structures and called templates open at the same place."""

_FIELD = 1024
_LABELS = 32
_ALERTS = 100
_BUILT_IN = 8192
"""Characters of a template that the product brings along, for one alert or one message."""

_MAPS = frozenset(
    {"Labels", "Annotations", "GroupLabels", "CommonLabels", "CommonAnnotations",
     "ExternalLabels", "SortedPairs", "Names", "Values"}
)  # fmt: skip
_LISTS = frozenset({"Alerts", "Firing", "Resolved"})
_FACTORS = {"html": 6, "js": 6, "urlquery": 9, "urlQueryEscape": 9, "graphLink": 9, "tableLink": 9,
            "toJson": 6, "base64encode": 2, "title": 3, "toUpper": 3, "toLower": 3,
            "date": 10}  # fmt: skip
"""Functions that write more than they read, and how many times more at most."""
_SHORT = frozenset({"len", "eq", "ne", "lt", "le", "gt", "ge", "not", "match"})
_KEEP_TURNS = frozenset({"sortByLabel", "slice", "append", "or", "and"})
_COLLECT = frozenset({"stringSlice", "list", "dict", "args"})
_VERB = re.compile(r"%[-+# 0]*(?:\[[0-9]+\])?(\*|[0-9]*)(?:\.(?:\[[0-9]+\])?(\*|[0-9]*))?")


@dataclass(frozen=True, slots=True)
class Bound:
    """At most this many characters when printed, and turns when ranged over."""

    size: float
    turns: float = inf


_NOTHING = Bound(0, 0)
_ONE_FIELD = Bound(_FIELD)
_DATA = Bound(8 * _FIELD)
"""What the product gives: an alert, a message, a sample."""
_LABEL_SET = Bound(4 * _FIELD, _LABELS)
_ALERT_LIST = Bound(_ALERTS * _FIELD, _ALERTS)


_WORDS = frozenset({"true", "false", "nil"})


class GrowthError(Exception):
    """Stops the walk; never leaves this module."""

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


def growth_problem(tree: Tree, product: Product) -> tuple[str, int] | None:
    """
    Say why a template's result has no sane bound, and where; None where it has one.

    A template that is called and not defined here counts as the product's own.
    """
    limit = MAX_RESULT[product]
    walk = _Walk(tree, limit)
    try:
        size = walk.nodes(tree.main, _DATA, frozenset())
    except GrowthError as error:
        return error.message, error.offset
    return None if size <= limit else (_too_large(limit), 0)


def _too_large(limit: int) -> str:
    return f"the result may grow beyond {limit:,} characters: write a shorter text"


class _Walk:
    """One walk over a template, with the bounds of its variables."""

    def __init__(self, tree: Tree, limit: int) -> None:
        self._tree = tree
        self._limit = limit
        self._steps = self._depth = 0
        self._calls: list[str] = []
        self._known: dict[tuple[str, Bound], float] = {}
        self._variables: dict[str, Bound] = {
            "$": _DATA,
            "$value": Bound(32),
            "$externalURL": _ONE_FIELD,
            "$labels": _LABEL_SET,
            "$externalLabels": _LABEL_SET,
        }

    def nodes(self, nodes: list[Node], dot: Bound, outer: frozenset[str]) -> float:
        """
        Bound what these nodes print, a character at least for each.

        `outer` are the variables from outside the innermost `range`.
        """
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise GrowthError("the templates call each other too deeply: simplify them")
        size = 0.0
        for node in nodes:
            size += self._node(node, dot, outer)
        self._depth -= 1
        return size

    def _node(self, node: Node, dot: Bound, outer: frozenset[str]) -> float:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise GrowthError("the template takes too many steps: simplify it")
        if isinstance(node, Text):
            return node.length
        if isinstance(node, Jump):
            return 0.0
        if isinstance(node, Call):
            return self._call(node, dot, outer)
        if isinstance(node, Control):
            return self._control(node, dot, outer)
        value = self._pipeline(node.pipeline, dot, outer)
        return 1.0 if node.pipeline.variables else 1.0 + value.size

    def _control(self, node: Control, dot: Bound, outer: frozenset[str]) -> float:
        if node.keyword != "range":
            value = self._pipeline(node.pipeline, dot, outer)
            inside = value if node.keyword == "with" else dot
            return self.nodes(node.body, inside, outer) + self.nodes(node.otherwise, dot, outer)
        value = self._value(node.pipeline, dot, outer)
        if value.turns == inf:
            raise GrowthError(
                "range goes over something that may have no end: range over labels, alerts or a "
                "list written here",
                node.offset,
            )
        element = _element(value)
        for name in node.pipeline.variables[:-1]:
            self._declare(name, _ONE_FIELD)  # the key
        for name in node.pipeline.variables[-1:]:
            self._declare(name, element)
        known = frozenset(self._variables) - frozenset(node.pipeline.variables)
        turn = 1.0 + self.nodes(node.body, element, known)
        return value.turns * turn + self.nodes(node.otherwise, dot, outer)

    def _call(self, node: Call, dot: Bound, outer: frozenset[str]) -> float:
        given = _NOTHING if node.pipeline is None else self._pipeline(node.pipeline, dot, outer)
        body = self._tree.defined.get(node.name)
        if body is None:
            return _BUILT_IN
        if node.name in self._calls:
            raise GrowthError(
                f'the template "{node.name}" calls itself, without end: write it without',
                node.offset,
            )
        key = node.name, given
        if key not in self._known:
            before, self._variables = self._variables, {"$": given}
            self._calls.append(node.name)
            self._known[key] = 1.0 + self.nodes(body, given, frozenset())
            self._calls.pop()
            self._variables = before
        return self._known[key]

    # -- values ------------------------------------------------------------

    def _pipeline(self, pipeline: Pipeline, dot: Bound, outer: frozenset[str]) -> Bound:
        result = self._value(pipeline, dot, outer)
        for name in pipeline.variables:
            if pipeline.assigns and name in outer and not self._is_steady(pipeline):
                raise GrowthError(
                    f"{name} may grow with every turn of the range: assign only plain values there",
                    pipeline.commands[0][0].token.offset,
                )
            self._declare(name, result)
        return result

    def _declare(self, name: str, value: Bound) -> None:
        """Note a variable's value; an outer one of this name may come back, so the larger stays."""
        old = self._variables.get(name, _NOTHING)
        self._variables[name] = Bound(max(old.size, value.size), max(old.turns, value.turns))

    def _value(self, pipeline: Pipeline, dot: Bound, outer: frozenset[str]) -> Bound:
        value: Bound | None = None
        for command in filter(None, pipeline.commands):  # Go takes a | without anything after it
            value = self._command(command, value, dot, outer)
        return value or _NOTHING

    @staticmethod
    def _is_steady(pipeline: Pipeline) -> bool:
        """Tell whether a pipeline gives back a value that is there, or a constant."""
        one = len(pipeline.commands) == 1 and len(pipeline.commands[0]) == 1
        return one and pipeline.commands[0][0].inner is None

    def _command(
        self, command: list[Operand], piped: Bound | None, dot: Bound, outer: frozenset[str]
    ) -> Bound:
        first = command[0]
        values = [self._operand(one, dot, outer) for one in command[1:]]
        if piped is not None:
            values.append(piped)
        if first.token.kind == "word" and first.token.value not in _WORDS:
            made = _below(_function(first.token.value, values, command[1:]), first.fields)
        else:
            made = self._operand(first, dot, outer)
            if values:  # a method with arguments, such as .StartsAt.Format "15:04"
                size = made.size + _FIELD + 10 * sum(one.size for one in values)
                made = Bound(size, made.turns)
        if made.size > self._limit:
            raise GrowthError(_too_large(self._limit), first.token.offset)
        return made

    def _operand(self, one: Operand, dot: Bound, outer: frozenset[str]) -> Bound:
        kind, text = one.token.kind, one.token.value
        if kind in {"string", "raw"}:
            length = len(unquote(text) or b"")
            return Bound(length, length)
        if kind in {"number", "character"} or text in _WORDS:
            return Bound(len(text) + 32)
        if one.inner is not None:
            value = self._pipeline(one.inner, dot, outer)
        elif kind == "variable":
            value = self._variables.get(text, _ONE_FIELD)
        elif kind in {"dot", "field"}:
            value = dot
        else:
            value = _function(text, [], [])
        return _below(value, one.fields)


def _element(value: Bound) -> Bound:
    """Bound what a range gives at each turn."""
    if value == _LABEL_SET:
        return _ONE_FIELD
    return _DATA if value == _ALERT_LIST else Bound(max(_FIELD, value.size))


def _below(value: Bound, fields: tuple[str, ...]) -> Bound:
    """Bound a chain of fields; only a few of them are known to be collections."""
    if not fields:
        return value
    if fields[-1] in _MAPS:
        return _LABEL_SET
    if fields[-1] in _LISTS:
        return _ALERT_LIST
    given = value in (_DATA, _LABEL_SET) or not _MAPS.isdisjoint(fields)
    return _ONE_FIELD if given else Bound(max(_FIELD, value.size))


def _function(name: str, values: list[Bound], written: list[Operand]) -> Bound:
    """Bound what a function gives."""
    total = sum(one.size for one in values) + 8 * len(values)
    if name in _COLLECT:
        return Bound(total, len(values))
    if name in _KEEP_TURNS:
        return Bound(total, 1 + max((one.turns for one in values), default=0))
    if name == "query":
        return _ALERT_LIST
    if name == "index" and values and values[0] == _LABEL_SET:
        return _ONE_FIELD
    return Bound(_size(name, values, written, total))


def _size(name: str, values: list[Bound], written: list[Operand], total: float) -> float:
    if name in _SHORT:
        return 32
    if name == "printf":
        return _formatted(values, written)
    if name == "reReplaceAll" and len(values) == 3:  # noqa: PLR2004 pattern, replacement, text
        return (values[2].size + 1) * (values[1].size + 1)
    if name == "join" and values:
        return total + values[0].size * max(_ALERTS, values[-1].size)
    return total * _FACTORS.get(name, 1) + 64


def _formatted(values: list[Bound], written: list[Operand]) -> float:
    """Bound what printf gives; its format must stand there to be judged."""
    if not written or written[0].token.kind not in {"string", "raw"}:
        return inf
    text = (unquote(written[0].token.value) or b"").decode(errors="replace")
    largest = max((one.size for one in values[1:]), default=0.0)
    size = float(len(text))
    for verb in _VERB.finditer(text.replace("%%", "")):
        if "*" in verb.groups():
            return inf
        size += sum(int(digits or 0) for digits in verb.groups()) + 6 * largest + 32
    return size
