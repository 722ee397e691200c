"""PromQL of an AlertRule: what has to be judged, what that means, what a level becomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tocsin.api.alert_rule import AlertRuleSpec, Level
from tocsin.api.number import promql_number
from tocsin.api.problem import Problem, Reason
from tocsin.promql.verdict import Outcome, Verdict

_COMPARABLE = {"vector", ""}


def expressions_of(spec: AlertRuleSpec) -> tuple[str, ...]:
    """Give every expression that has to be judged before the rule can be compiled."""
    return tuple(dict.fromkeys(text for _, text in _written(spec)))


def _written(spec: AlertRuleSpec) -> Iterator[tuple[str, str]]:
    if spec.expr is not None:
        yield "spec.expr", spec.expr
    for index, level in enumerate(spec.levels):
        if level.expr is not None:
            yield f"spec.levels[{index}].expr", level.expr


def judge_expressions(
    spec: AlertRuleSpec, verdicts: Mapping[str, Verdict], *, trusted: bool
) -> tuple[list[Problem], list[Problem]]:
    """
    Give the problems and the warnings in a rule's expressions.

    A heavy query is a tenant's problem and a trusted author's warning (S16); syntax
    that only a newer Prometheus can judge is passed on with a warning.
    """
    problems: list[Problem] = []
    warnings: list[Problem] = []
    for field, text in _written(spec):
        verdict = verdicts[text]
        if verdict.outcome is Outcome.INVALID:
            problems.append(Problem(Reason.INVALID_EXPRESSION, field, verdict.message))
        elif verdict.outcome is Outcome.UNVERIFIABLE:
            problems.append(Problem(Reason.UNVERIFIABLE_EXPRESSION, field, verdict.message))
        elif verdict.message:
            warnings.append(Problem(Reason.UNVERIFIABLE_EXPRESSION, field, verdict.message))
        if verdict.heavy:
            found = warnings if trusted else problems
            found.append(Problem(Reason.INVALID_EXPRESSION, field, verdict.heavy))
    if spec.expr is not None and any(level.expr is None for level in spec.levels):
        problem = _comparison_problem(verdicts[spec.expr])
        problems += [problem] if problem is not None else []
    return problems, warnings


def _comparison_problem(verdict: Verdict) -> Problem | None:
    kind = verdict.value_type
    if not verdict.accepted or kind in _COMPARABLE:
        return None
    message = f"is a {kind}, and above and below compare series: write vector(...) around it"
    return Problem(Reason.INVALID_EXPRESSION, "spec.expr", message)


def level_expression(query: str | None, level: Level) -> str:
    """
    Write the condition of one level.

    The query stands on lines of its own, so that a comment at its end swallows
    nothing, and in brackets, so that its operators bind as they are written.
    """
    inner = (query or "").strip()
    if level.above is not None:
        return f"(\n{inner}\n) > {promql_number(level.above)}"
    if level.below is not None:
        return f"(\n{inner}\n) < {promql_number(level.below)}"
    return level.expr or ""
