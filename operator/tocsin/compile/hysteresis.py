"""
`recover`: a level that ends at another line than it begins (hysteresis).

Prometheus remembers what fired in the series ALERTS, so the condition of a level says:
beyond the line, or beyond the line of recovery and firing already. A series is
known again by the labels of the query's result; ALERTS carries the alert's own labels
too, so those are compared by name where the result's labels are known, and all others
are compared where they are not. What was firing is forgotten after a gap of five
minutes, Prometheus' lookback.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tocsin.api.alert_rule import AlertRuleSpec, Level
from tocsin.api.meta import ObjectRef
from tocsin.api.number import promql_number
from tocsin.api.problem import Problem, Reason
from tocsin.compile.rule_expressions import bracketed
from tocsin.promql.facts import ALL_BUT, EXACTLY, UNKNOWN, Labels
from tocsin.promql.literals import quoted
from tocsin.promql.outline import facts_of
from tocsin.promql.result import NAME

_PROMETHEUS_OWN = ("alertname", "alertstate")
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_NOT_KNOWN = (
    "cannot be used here: which labels the query's result has cannot be told, and by them a firing "
    "series is known again; write an aggregation around the query, such as max by (job) (...)"
)


def with_recovery(
    ref: ObjectRef, spec: AlertRuleSpec, query: str, conditions: Sequence[str], own: Collection[str]
) -> tuple[list[str], list[Problem]]:
    """
    Give the conditions of all levels, with the line of recovery where one has it.

    `query` is the text that Prometheus gets, `conditions` are those of the levels
    without recovery, and `own` are the labels that alerts get from their rule.
    """
    facts = facts_of(query)
    match = matching_of(facts.labels if facts is not None else UNKNOWN, own)
    texts: list[str] = []
    problems: list[Problem] = []
    for index, (level, condition) in enumerate(zip(spec.levels, conditions, strict=True)):
        if level.recover is not None and isinstance(match, _Refused):
            field = f"spec.levels[{index}].recover"
            problems.append(Problem(Reason.INVALID_SPEC, field, match.message))
        elif level.recover is not None:
            operator = ">" if level.above is not None else "<"
            line = f"{bracketed(query)} {operator} {promql_number(level.recover)}"
            condition = f"{condition}\nor\n{line}\n  and {match} {_fired(ref, level)}"  # noqa: PLW2901 one more clause
        texts.append(condition)
    return texts, problems


def _fired(ref: ObjectRef, level: Level) -> str:
    """Select what this level fires already."""
    return (
        f'ALERTS{{alertstate="firing",tocsin_kind="{ref.kind}",'
        f'tocsin_namespace="{ref.namespace}",tocsin_name="{ref.name}",'
        f"severity={quoted(level.severity)}}}"
    )


@dataclass(frozen=True, slots=True)
class _Refused:
    """Why a query's series cannot be known again, with a remedy."""

    message: str


def matching_of(labels: Labels, own: Collection[str]) -> str | _Refused:
    """
    Say how the query's series are matched with ALERTS, or why that cannot be said.

    `own` are the labels that the alert gets from its rule; Prometheus puts them over
    the series' labels.
    """
    stamped = {*own, *_PROMETHEUS_OWN}
    if labels.kind == EXACTLY:
        lost = sorted(stamped.intersection(labels.names))
        return _overridden(lost) if lost else f"on ({_listed(set(labels.names) - {NAME})})"
    if labels.kind == ALL_BUT:
        return f"ignoring ({_listed((stamped | set(labels.names)) - {NAME})})"
    return _Refused(_NOT_KNOWN)


def _overridden(lost: list[str]) -> _Refused:
    names = ", ".join(lost)
    return _Refused(
        f"cannot be used here: the alert's own label {names} replaces that of the query's result, "
        "by which a firing series is known again; leave it out of spec.labels, or aggregate the "
        "query by another label (label_replace gives it a new name)"
    )


def _listed(names: Collection[str]) -> str:
    return ", ".join(
        name if _PLAIN_NAME.fullmatch(name) else quoted(name) for name in sorted(names)
    )
