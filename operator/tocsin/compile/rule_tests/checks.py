"""
`spec.tests` of an AlertRule: what is wrong with a test before anybody runs it.

A test runs in a shared operator, so what it may cost is bounded here: the samples that
its series unfold to, and the evaluations that its times ask for. Both are counted from
the text alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.api.alert_rule import AlertRuleSpec, RuleTest
from tocsin.api.config import OperatorConfig
from tocsin.api.duration import milliseconds
from tocsin.api.problem import Problem, Reason
from tocsin.compile.refusals import duration_problem, invalid
from tocsin.compile.rule_tests.series import Samples, read_series, read_values, write_series

MAX_SAMPLES = 100_000
"""Samples that all tests of a rule unfold to together: 4 MB in promtool."""
MAX_EVALUATIONS = 20_000
"""Evaluations of alerting rules in all tests of a rule together: a few seconds at most."""

DEFAULT_INTERVAL = "1m"
"""How often a rule without an interval is evaluated in a test; Prometheus' own default."""


def check_tests(spec: AlertRuleSpec, config: OperatorConfig) -> list[Problem]:
    """Give everything that is wrong with a rule's tests, as far as their text tells."""
    problems: list[Problem] = []
    samples = evaluations = 0
    for index, test in enumerate(spec.tests):
        field = f"spec.tests[{index}]"
        found = list(_test_problems(field, test, spec, config))
        problems += found
        if found:
            continue
        before, samples = samples, samples + sum(_samples(test))
        if before <= MAX_SAMPLES < samples:
            problems.append(_too_many_samples(field, test, samples))
        before, evaluations = evaluations, evaluations + _evaluations(test, spec)
        if before <= MAX_EVALUATIONS < evaluations:
            problems.append(_too_long(field, test, evaluations))
    return problems


def severities_of(spec: AlertRuleSpec, config: OperatorConfig) -> tuple[str, ...]:
    """Give the severities that a rule's alerts can have, in the order of its levels."""
    default = config.default_severities.alert_rule
    levels = [level.severity for level in spec.levels] or [spec.severity or default]
    if spec.no_data is not None:
        levels.append(spec.no_data.severity or default)
    return tuple(dict.fromkeys(levels))


def _test_problems(
    field: str, test: RuleTest, spec: AlertRuleSpec, config: OperatorConfig
) -> Iterator[Problem]:
    problem = duration_problem(f"{field}.interval", test.interval)
    if problem is None and not milliseconds(test.interval):
        problem = invalid(f"{field}.interval", "must be longer than zero: write for example 1m")
    if problem is not None:
        yield problem
    yield from _series_problems(field, test)
    yield from _expectation_problems(field, test, spec, config)


def _series_problems(field: str, test: RuleTest) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, one in enumerate(test.input_series):
        here = f"{field}.inputSeries[{index}]"
        labels = read_series(one.series)
        if isinstance(labels, str):
            yield invalid(f"{here}.series", labels)
        elif (series := write_series(labels)) in seen:
            yield invalid(f"{here}.series", "is the same series as one before it: write it once")
        else:
            seen.add(series)
        samples = read_values(one.values)
        if isinstance(samples, str):
            yield invalid(f"{here}.values", samples)


def _expectation_problems(
    field: str, test: RuleTest, spec: AlertRuleSpec, config: OperatorConfig
) -> Iterator[Problem]:
    severities = severities_of(spec, config)
    seen: set[int] = set()
    for index, expectation in enumerate(test.expect):
        here = f"{field}.expect[{index}]"
        at = milliseconds(expectation.at)
        problem = duration_problem(f"{here}.at", expectation.at)
        if problem is None and at in seen:
            problem = invalid(
                f"{here}.at", f"{expectation.at} stands twice: list all that fires then in one"
            )
        if problem is not None:
            yield problem
        seen.add(at)
        for number, alert in enumerate(expectation.firing):
            if alert.severity is not None and alert.severity not in severities:
                yield invalid(
                    f"{here}.firing[{number}].severity",
                    f"{alert.severity!r} is no severity of this rule: choose one of "
                    + ", ".join(severities),
                )


def _samples(test: RuleTest) -> Iterator[int]:
    for one in test.input_series:
        found = read_values(one.values)
        yield found.count if isinstance(found, Samples) else 0


def _evaluations(test: RuleTest, spec: AlertRuleSpec) -> int:
    last = max(milliseconds(one.at) for one in test.expect)
    rules = max(1, len(spec.levels)) + (spec.no_data is not None)
    return rules * (1 + last // max(1, milliseconds(spec.interval or DEFAULT_INTERVAL)))


def _too_many_samples(field: str, test: RuleTest, total: int) -> Problem:
    counts = list(_samples(test))
    worst = counts.index(max(counts))
    return Problem(
        Reason.SIZE_LIMIT,
        f"{field}.inputSeries[{worst}].values",
        f"unfolds to {counts[worst]:,} samples, with which the tests up to here have {total:,}; "
        f"all tests of a rule together may have {MAX_SAMPLES:,}: write fewer",
    )


def _too_long(field: str, test: RuleTest, total: int) -> Problem:
    times = [milliseconds(one.at) for one in test.expect]
    last = times.index(max(times))
    return Problem(
        Reason.SIZE_LIMIT,
        f"{field}.expect[{last}].at",
        f"{test.expect[last].at} is so late that the tests up to here evaluate the rule {total:,} "
        f"times; all tests of a rule together may {MAX_EVALUATIONS:,} times: choose an earlier "
        "time, or a longer spec.interval",
    )
