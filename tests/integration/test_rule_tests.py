"""
`spec.tests`, run by the real promtool and told in the words of the AlertRule.

The cases are those whose translation is pinned by the unit tests; here is what promtool
sees in them. The laws: no text of a user makes promtool refuse a file, and what fires is
judged as Prometheus' own tests would judge it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import Golden
from tests.integration.judged import real_programs
from tests.unit.compile import cases

from tocsin.adapters.promtool import Limits, Promtool, PromtoolMissingError
from tocsin.api.alert_rule import AlertRuleSpec
from tocsin.api.config import OperatorConfig
from tocsin.api.meta import ObjectRef, Resource
from tocsin.api.parse import parse_spec
from tocsin.compile.rule_tests.answer import Answer, read_case
from tocsin.compile.rule_tests.plan import TestPlan
from tocsin.compile.rule_tests.report import report
from tocsin.compile.rules import CompiledRule, compile_alert_rule, expressions_of
from tocsin.promql.parse import judge

pytestmark = pytest.mark.programs

GOLDEN = Path(__file__).parent / "golden"
SLOW = "count_over_time((sum by (a) (rate(errors[5m])) > 0)[1h:1m]) > 1000"
RULE = ObjectRef("AlertRule", "shop", "errors")


@pytest.fixture(scope="module")
def promtool() -> Promtool:
    return Promtool(real_programs() / "promtool")


def plans_of(path: Path) -> dict[ObjectRef, TestPlan]:
    return {ref: one.tests for ref, one in cases.load(path).rules.items() if one.tests is not None}


def plan_of(**spec: object) -> TestPlan:
    """Compile a rule that must have tests, and give them."""
    parsed = parse_spec(RULE, {"expr": "errors > 0", **spec})
    assert isinstance(parsed, AlertRuleSpec), parsed
    compiled = compile_alert_rule(
        Resource(RULE, "", 1, parsed),
        verdicts={text: judge(text) for text in expressions_of(parsed)},
        namespace_labels={},
        config=OperatorConfig(),
    )
    assert isinstance(compiled, CompiledRule), compiled
    assert compiled.tests is not None
    return compiled.tests


def a_test(values: str, at: str = "1m", firing: Sequence[object] = (), **more: object) -> object:
    series = [{"series": "errors", "values": values}]
    return {
        "name": "a test",
        "inputSeries": series,
        "expect": [{"at": at, "firing": firing}],
        **more,
    }


@pytest.mark.parametrize("path", cases.paths("tests"), ids=lambda path: path.name.split(".")[0])
def test_failures_are_told_in_the_words_of_the_rule(
    path: Path, promtool: Promtool, golden: Golden
) -> None:
    plans = plans_of(path)
    lines: list[str] = []
    answers = promtool.run(list(plans.values()))
    for (ref, plan), answer in zip(plans.items(), answers, strict=True):
        result = report(plan, answer)
        lines.append(f"{ref}: {result.passed} passed, {result.failed} failed")
        lines += [f"  {problem}" for problem in result.problems()]
        assert not any("tests.yaml" in line or "rules.yaml" in line for line in lines)
    golden.check(GOLDEN / path.name.replace(".in.yaml", ".tests.txt"), "\n".join([*lines, ""]))


def test_the_golden_words_are_of_both_kinds() -> None:
    """A golden file that says the same of all would prove nothing."""
    assert "0 failed" in (GOLDEN / "passing.tests.txt").read_text()
    assert " 0 failed" not in (GOLDEN / "failing.tests.txt").read_text()


# -- laws ----------------------------------------------------------------------

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
HOSTILE = st.sampled_from(
    ['"', "'", "\\", "{{ $labels }}", "- x: y", "# no", "\n", "}, {", " got: [", "\x00", "\u2028"]
)
LABEL_NAMES = st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_]{0,6}", fullmatch=True).filter(
    lambda name: not name.startswith("tocsin_") and name not in {"alertname", "severity", "team"}
)
NUMBERS = st.one_of(
    st.integers(-1000, 1000).map(str),
    st.floats(-1e6, 1e6, allow_nan=False).map(lambda number: f"{number:.3f}"),
    st.sampled_from(["1e3", ".5", "2E-1"]),
)
ITEMS = st.one_of(
    NUMBERS,
    st.sampled_from(["_", "stale", "NaN", "Inf", "-inf", "_x3", "{{schema:0 sum:1 count:1}}"]),
    st.tuples(NUMBERS, NUMBERS.map(lambda one: one if one[0] == "-" else f"+{one}")).map(
        lambda pair: f"{pair[0]}{pair[1]}x5"
    ),
    NUMBERS.map(lambda number: f"{number}x4"),
)


def quoted(text: str) -> str:
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n"}
    return '"' + "".join(escapes.get(one, one) for one in text) + '"'


@st.composite
def a_series(draw: st.DrawFn) -> str:
    labels = draw(st.dictionaries(LABEL_NAMES, TEXT | HOSTILE, max_size=3))
    inside = ", ".join(f"{name}={quoted(value)}" for name, value in labels.items())
    return f"errors{{{inside}}}"


@st.composite
def some_tests(draw: st.DrawFn) -> object:
    series = draw(st.lists(a_series(), min_size=1, max_size=3, unique=True))
    values = [" ".join(draw(st.lists(ITEMS, min_size=1, max_size=4))) for _ in series]
    return {
        "name": draw(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)),
        "interval": draw(st.sampled_from(["1s", "1m", "90s", "1h"])),
        "inputSeries": [
            {"series": one, "values": text} for one, text in zip(series, values, strict=True)
        ],
        "expect": [
            {"at": at, "firing": draw(st.lists(st.just({"labels": {"a": "b"}}), max_size=1))}
            for at in draw(st.lists(st.sampled_from(["0s", "1m", "2m30s", "1h"]), unique=True))
            or ["1m"]
        ],
    }


@settings(max_examples=10)
@given(tests=st.lists(some_tests(), min_size=10, max_size=20), summary=TEXT | HOSTILE)
def test_promtool_reads_whatever_a_valid_spec_holds(
    promtool: Promtool, tests: list[dict[str, object]], summary: str
) -> None:
    plans = []
    for test in tests:
        try:
            plans.append(plan_of(tests=[test], annotations={"text": f"x{summary}"}))
        except AssertionError:
            continue  # two series that are one, a control character: refused before
    answers = promtool.run(plans)
    for plan, answer in zip(plans, answers, strict=True):
        assert not answer.stopped
        for case in answer.cases:
            seen = read_case(case)
            assert seen.bad_series is None, (plan.questions, case)
            assert not seen.other, (plan.questions, case)


@settings(max_examples=10)
@given(values=st.lists(st.sampled_from(["0", "1"]), min_size=3, max_size=6), at=st.integers(0, 5))
def test_what_fires_is_what_the_values_say(promtool: Promtool, values: list[str], at: int) -> None:
    """The rule is `errors > 0` without `for`: the last value decides, and it ages out."""
    fires = values[min(at, len(values) - 1)] == "1"
    text = " ".join(values)
    firing = [{"severity": "warning"}] if fires else []
    right = plan_of(tests=[a_test(text, f"{at}m", firing)])
    wrong = plan_of(tests=[a_test(text, f"{at}m", [] if fires else [{}])])
    answers = promtool.run([right, wrong])
    assert report(right, answers[0]).failed == 0
    assert report(wrong, answers[1]).failed == 1


# -- limits --------------------------------------------------------------------


def test_a_test_that_takes_too_long_is_ended_and_its_neighbours_are_judged() -> None:
    """The bound on evaluations is not the only one: an expression may be slow in itself."""
    limited = Promtool(real_programs() / "promtool", Limits(seconds=1))
    slow = plan_of(
        expr=SLOW,
        tests=[a_test("0+1x20000", "300h")],
    )
    quick = plan_of(tests=[a_test("1x9", firing=[{}])])
    plans = [quick, slow, quick]
    told = [report(plan, one) for plan, one in zip(plans, limited.run(plans), strict=True)]
    assert [one.failed for one in told] == [0, 1, 0]
    assert "1 s of processor time" in str(told[1].problems()[0])


def test_a_test_that_takes_too_much_memory_is_ended() -> None:
    """Were the bound on samples not there, the limit of the process would hold."""
    plan = plan_of(tests=[a_test("1x9")])
    series = [{"series": '{__name__="errors"}', "values": "0+1x300000000"}]
    bomb = replace(
        plan,
        questions={
            **plan.questions,
            "tests": [{**plan.questions["tests"][0], "input_series": series}],
        },
    )
    answer = Promtool(real_programs() / "promtool").run([bomb])[0]
    assert "512 MiB" in answer.stopped
    assert not answer.again


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    Promtool(real_programs() / "promtool").run([plan_of(tests=[a_test("1x9")])])
    assert list(tmp_path.iterdir()) == []


def test_a_run_can_be_ended_from_another_thread() -> None:
    promtool = Promtool(real_programs() / "promtool", Limits(seconds=60))
    slow = plan_of(
        expr=SLOW,
        tests=[a_test("0+1x20000", "300h")],
    )
    answers: list[Answer] = []
    thread = threading.Thread(target=lambda: answers.extend(promtool.run([slow])))
    thread.start()
    for _ in range(1000):
        if promtool.running:
            break
        thread.join(0.01)
    promtool.stop()
    thread.join(10)
    assert not thread.is_alive()
    assert [one.again for one in answers] == [True]


@pytest.mark.parametrize("number", [9, 15])
def test_a_promtool_that_somebody_kills_condemns_no_test(tmp_path: Path, number: int) -> None:
    """The kernel does so for lack of memory; it was not the limit of processor time."""
    dies = tmp_path / "promtool"
    dies.write_text(f"#!/bin/sh\nkill -{number} $$\n")
    dies.chmod(0o755)
    plan = plan_of(tests=[a_test("1x9")])
    for answer in Promtool(dies).run([plan, plan]):
        assert "killed by somebody else" in answer.stopped
        assert answer.again


def test_a_program_that_is_no_promtool_is_told(tmp_path: Path) -> None:
    other = tmp_path / "promtool"
    other.write_text("#!/bin/sh\nexit 3\n")
    other.chmod(0o755)
    with pytest.raises(PromtoolMissingError, match="does not run"):
        Promtool(other).version()
    assert "status 3" in Promtool(other).run([plan_of(tests=[a_test("1")])])[0].stopped
    assert Promtool(tmp_path / "none").run([plan_of(tests=[a_test("1")])])[0].again
