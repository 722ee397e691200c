"""An AlertRule as the checks see it: expressions with their facts, conditions, texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tocsin.api.alert_rule import AlertRuleSpec
from tocsin.api.config import OperatorConfig
from tocsin.api.duration import milliseconds
from tocsin.api.meta import ObjectRef
from tocsin.api.number import promql_number
from tocsin.promql.facts import Facts

Outline = Callable[[str], Facts | None]
"""Gives what an expression says, None where that is not known."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the checks know besides the objects; times in milliseconds."""

    config: OperatorConfig
    scrape_interval: int = 30_000
    evaluation_interval: int = 30_000

    @property
    def highest(self) -> str:
        """The severity that gets people out of bed."""
        return self.config.severities[0]


@dataclass(frozen=True, slots=True)
class Expression:
    """One expression that the author wrote; `is_query` says that levels compare its value."""

    field: str
    text: str
    facts: Facts
    is_query: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """
    One alerting rule: a level, or the rule's single condition.

    `field` is where it stands. `op` and `line` are those of `above` and `below`, else ""
    and 0. `expression` is None where its facts are not known.
    """

    field: str
    severity: str
    expression: Expression | None
    for_: str | None
    keep_firing_for: str | None
    op: str = ""
    line: float = 0.0


@dataclass(frozen=True, slots=True)
class Rule:
    """One AlertRule that has compiled."""

    ref: ObjectRef
    spec: AlertRuleSpec
    expressions: tuple[Expression, ...]
    conditions: tuple[Condition, ...]

    def texts(self) -> Iterator[tuple[str, str]]:
        """Give every field that may hold a template, with its text."""
        if self.spec.summary is not None:
            yield "spec.summary", self.spec.summary
        if self.spec.description is not None:
            yield "spec.description", self.spec.description
        for name, text in self.spec.annotations.items():
            yield f"spec.annotations.{name}", text
        for name, text in self.spec.labels.items():
            yield f"spec.labels.{name}", text

    def interval(self, settings: Settings) -> int:
        """Give the milliseconds between two evaluations."""
        written = self.spec.interval
        return milliseconds(written) if written is not None else settings.evaluation_interval


def rule_of(ref: ObjectRef, spec: AlertRuleSpec, config: OperatorConfig, outline: Outline) -> Rule:
    """Prepare a rule for the checks."""
    found: dict[str, Expression] = {}
    is_query = any(level.expr is None for level in spec.levels)
    written = [("spec.expr", spec.expr, is_query)]
    written += [
        (f"spec.levels[{index}].expr", level.expr, False) for index, level in enumerate(spec.levels)
    ]
    for field, text, query in written:
        facts = outline(text) if text is not None else None
        if text is not None and facts is not None:
            found[field] = Expression(field, text, facts, query)
    return Rule(ref, spec, tuple(found.values()), tuple(_conditions(spec, config, found)))


def _conditions(
    spec: AlertRuleSpec, config: OperatorConfig, found: dict[str, Expression]
) -> Iterator[Condition]:
    query = found.get("spec.expr")
    if not spec.levels:
        severity = spec.severity or config.default_severities.alert_rule
        yield Condition("spec", severity, query, spec.for_, spec.keep_firing_for)
        return
    for index, level in enumerate(spec.levels):
        field = f"spec.levels[{index}]"
        own = found.get(f"{field}.expr") if level.expr is not None else query
        bound = level.above if level.above is not None else level.below
        op = ">" if level.above is not None else "<" if level.below is not None else ""
        line = float(promql_number(bound)) if bound is not None else 0.0
        yield Condition(field, level.severity, own, level.for_, level.keep_firing_for, op, line)
