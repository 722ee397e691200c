"""PromQL of an AlertRule: what has to be judged, what that means, what a level becomes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tocsin.api.alert_rule import AlertRuleSpec, Level
from tocsin.api.number import promql_number
from tocsin.api.problem import Problem, Reason
from tocsin.promql.verdict import Outcome, Verdict

_COMPARABLE = {"vector", ""}
_COMPARES = re.compile(r"(?:[<>]|==)(?!=?\s*bool\b)|\b(?:and|unless|absent)\b", re.IGNORECASE)


def expressions_of(spec: AlertRuleSpec) -> tuple[str, ...]:
    """Give every expression that has to be judged before the rule can be compiled."""
    return tuple(dict.fromkeys(text for _, text in written_in(spec)))


def written_in(spec: AlertRuleSpec) -> Iterator[tuple[str, str]]:
    """Give every expression of a spec with its field."""
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
    for field, text in written_in(spec):
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
        if verdict.accepted and (field != "spec.expr" or not spec.levels):
            warnings += _no_comparison(field, text)
    if spec.expr is not None and any(level.expr is None for level in spec.levels):
        problem = _comparison_problem(verdicts[spec.expr])
        problems += [problem] if problem is not None else []
    return problems, warnings


def _no_comparison(field: str, text: str) -> list[Problem]:
    """Warn of a condition that holds as long as there are series, whatever their value."""
    if _COMPARES.search(text):
        return []  # a quick look is enough for almost every condition
    from tocsin.promql.outline import facts_of  # noqa: PLC0415 start-up time

    facts = facts_of(text)
    if facts is None or facts.filters or not facts.selectors:
        return []
    message = "has no comparison, so it fires for every series there is: add one, such as > 0"
    return [Problem(Reason.INVALID_EXPRESSION, field, message)]


def _comparison_problem(verdict: Verdict) -> Problem | None:
    kind = verdict.value_type
    if not verdict.accepted or kind in _COMPARABLE:
        return None
    message = f"is a {kind}, and above and below compare series: write vector(...) around it"
    return Problem(Reason.INVALID_EXPRESSION, "spec.expr", message)


def level_expression(query: str, level: Level) -> str:
    """Write the condition of one level; `query` is the text that Prometheus gets."""
    if level.above is not None:
        return f"{bracketed(query)} > {promql_number(level.above)}"
    if level.below is not None:
        return f"{bracketed(query)} < {promql_number(level.below)}"
    return level.expr or ""


def bracketed(query: str) -> str:
    """
    Put a query in brackets, so that its operators bind as they are written.

    It stands on lines of its own, so that a comment at its end swallows nothing.
    """
    return f"(\n{query.strip()}\n)"
