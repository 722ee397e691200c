"""
The result of a rule's tests, in the words of the AlertRule.

At each time that a test names exactly the alerts that it lists must fire. Each listed
one must be matched by an alert of its own, and no alert may be left over; labels and
annotations that are not named are not compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tocsin.api.alert_rule import Expectation, ExpectedAlert, RuleTest
from tocsin.api.duration import milliseconds, write_duration
from tocsin.api.problem import Problem, Reason
from tocsin.api.shown import plain, show
from tocsin.compile.rule_tests.answer import Answer, FiringAlert, Seen, read_case
from tocsin.compile.rule_tests.plan import TestPlan

_SHOWN_ALERTS = 5
_SHOWN_CHARACTERS = 160
_OWN_LABELS = frozenset({"alertname", "alertstate", "__name__", "severity", "team"})
_NO_DATA = "noData"
_NOT_RENDERED = "<error expanding template: "


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that is not as a test expects."""

    field: str
    """Where in the AlertRule: `spec.tests[0].expect[1]`."""
    at: str
    """The time in the test, empty where it is about no time."""
    message: str
    expected: tuple[str, ...] = ()
    got: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TestResult:
    """How one test went."""

    __test__ = False  # for pytest

    name: str
    failures: tuple[Failure, ...] = ()

    def sentence(self, failure: Failure) -> str:
        """Say a failure whole: which test, at which time, expected, got."""
        at = f" at {failure.at}" if failure.at else ""
        return f'test "{plain(self.name)}"{at}: {failure.message}'


@dataclass(frozen=True, slots=True)
class TestReport:
    """How all tests of one rule went."""

    __test__ = False  # for pytest

    results: tuple[TestResult, ...]

    @property
    def failed(self) -> int:
        """Count the tests that failed."""
        return sum(bool(one.failures) for one in self.results)

    @property
    def passed(self) -> int:
        """Count the tests that passed."""
        return len(self.results) - self.failed

    def problems(self) -> tuple[Problem, ...]:
        """Give every failure as a problem of the AlertRule."""
        return tuple(
            Problem(Reason.TESTS_FAILED, failure.field, result.sentence(failure))
            for result in self.results
            for failure in result.failures
        )


def report(plan: TestPlan, answer: Answer) -> TestReport:
    """Judge what promtool saw; an answer that stopped fails every test, and says why."""
    if answer.stopped or len(answer.cases) != len(plan.tests):
        why = answer.stopped or "promtool gave no answer about this test"
        failed = [
            TestResult(test.name, (Failure(f"spec.tests[{index}]", "", why),))
            for index, test in enumerate(plan.tests)
        ]
        return TestReport(tuple(failed))
    results = [
        TestResult(test.name, tuple(_failures(plan, index, read_case(case))))
        for index, (test, case) in enumerate(zip(plan.tests, answer.cases, strict=True))
    ]
    return TestReport(tuple(results))


def _failures(plan: TestPlan, index: int, seen: Seen) -> Iterator[Failure]:
    field, test = f"spec.tests[{index}]", plan.tests[index]
    if seen.bad_series is not None:
        number, why = seen.bad_series
        where = f"{field}.inputSeries[{number}]"
        yield Failure(where, "", f"promtool does not read this series: {why}")
        return
    if seen.not_evaluated is not None:
        at, why = seen.not_evaluated
        message = f"the rule could not be evaluated: {_cut(why, 400)}"
        if "too many samples" in why:
            message += "; promtool takes 10,000 of them into one query: feed fewer series"
        yield Failure(field, write_duration(at), message)
        return
    if seen.other:
        yield Failure(field, "", f"promtool refuses the rule or the test: {_cut(seen.other, 400)}")
        return
    hidden = _hidden(plan, test)
    for number, expectation in enumerate(test.expect):
        failure = _judge(f"{field}.expect[{number}]", expectation, seen, hidden)
        if failure is not None:
            yield failure


def _judge(
    field: str, expectation: Expectation, seen: Seen, hidden: Mapping[str, str]
) -> Failure | None:
    at = milliseconds(expectation.at)
    firing = seen.firing.get(at, [])
    unrendered = next(_unrendered(firing), None)
    if unrendered is not None:
        return Failure(field, expectation.at, unrendered)
    missing, extra = _unmatched(expectation.firing, firing)
    if not missing and not extra:
        return None
    expected = [_expected_text(one) for one in expectation.firing]
    named = {name for one in expectation.firing for name in one.annotations}
    asked = {name for one in expectation.firing for name in one.labels}
    got = [_alert_text(one, hidden, named, asked) for one in firing]
    message = f"expected {_listed(expected)} to fire; got {_listed(got)}"
    for one in missing:
        if any(_labels_match(one, labels) for labels in seen.pending.get(at, ())):
            message += f"; {_expected_text(one)} is pending"
    return Failure(field, expectation.at, message, tuple(expected), tuple(sorted(got)))


def _unmatched(
    expected: Sequence[ExpectedAlert], firing: Sequence[FiringAlert]
) -> tuple[list[ExpectedAlert], list[FiringAlert]]:
    """Pair as many as can be (augmenting paths), and give what is left on both sides."""
    holder: dict[int, int] = {}

    def place(number: int, tried: set[int]) -> bool:
        for index, alert in enumerate(firing):
            if index in tried or not _matches(expected[number], alert):
                continue
            tried.add(index)
            if index not in holder or place(holder[index], tried):
                holder[index] = number
                return True
        return False

    missing = [one for number, one in enumerate(expected) if not place(number, set())]
    return missing, [alert for index, alert in enumerate(firing) if index not in holder]


def _matches(expected: ExpectedAlert, alert: FiringAlert) -> bool:
    return _labels_match(expected, alert.labels) and all(
        alert.annotations.get(name, "") == value for name, value in expected.annotations.items()
    )


def _labels_match(expected: ExpectedAlert, labels: Mapping[str, str]) -> bool:
    return expected.severity in (None, labels.get("severity")) and all(
        labels.get(name, "") == value for name, value in expected.labels.items()
    )


def _unrendered(firing: Sequence[FiringAlert]) -> Iterator[str]:
    """Name the texts that Prometheus could not render; it would send the error instead."""
    for alert in firing:
        for kind, texts in (("annotation", alert.annotations), ("label", alert.labels)):
            for name, text in texts.items():
                # By hand: a tenant's text, on which a regular expression took minutes (S13).
                _, begun, rest = text.partition(_NOT_RENDERED)
                inside, ended, _ = rest.rpartition(">")
                if begun and ended:
                    why = inside.rpartition(" at ")[2]
                    yield f"the {kind} {name} could not be rendered: {_cut(why, 200)}"


# -- words -------------------------------------------------------------------


def _hidden(plan: TestPlan, test: RuleTest) -> dict[str, str]:
    """Give the labels that are the same on every alert, and named by no expectation."""
    named = {name for one in test.expect for alert in one.firing for name in alert.labels}
    return {name: value for name, value in plan.constant.items() if name not in named}


def _expected_text(alert: ExpectedAlert) -> str:
    return _write(alert.severity or "an alert", alert.labels) + _with(alert.annotations)


def _alert_text(
    alert: FiringAlert, hidden: Mapping[str, str], named: set[str], asked: set[str]
) -> str:
    labels = alert.labels
    shown = {
        name: value
        for name, value in labels.items()
        if (name in asked or name not in _OWN_LABELS)
        and hidden.get(name) != value
        and (not name.startswith("tocsin_") or value == _NO_DATA)
    }
    said = {name: alert.annotations.get(name, "") for name in named}
    return _write(labels.get("severity", "an alert"), shown) + _with(said)


def _with(annotations: Mapping[str, str]) -> str:
    return "".join(f" with {name} {show(text)}" for name, text in sorted(annotations.items()))


def _write(severity: str, labels: Mapping[str, str]) -> str:
    inside = ", ".join(f"{name}={show(value)}" for name, value in sorted(labels.items()))
    return _cut(f"{severity}{{{inside}}}" if inside else severity, _SHOWN_CHARACTERS)


def _listed(alerts: Sequence[str]) -> str:
    if not alerts:
        return "nothing"
    shown = sorted(alerts)[:_SHOWN_ALERTS]
    more = len(alerts) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _cut(text: str, length: int) -> str:
    text = plain(text)
    return text if len(text) <= length else f"{text[: length - 1]}…"
