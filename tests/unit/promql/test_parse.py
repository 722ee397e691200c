"""The judgement on expressions: what is valid, what is not, and what is said about it."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.promql.expressions import INVALID, LOADED_ANYWAY, UNSUPPORTED, VALID

from tocsin.promql.guard import MAX_DEPTH, MAX_LENGTH, MAX_OPERATORS
from tocsin.promql.parse import judge
from tocsin.promql.verdict import Outcome, Verdict, verdict_of

GOOD = [(text, kind) for kind, texts in VALID.items() for text in texts]
WORDS = st.sampled_from(
    re.findall(
        r"\S+", "x y sum rate by on and or unless bool offset ( ) { } [ ] , + - * / == =~ != ="
    )
    + re.findall(
        r"\S+", "@ 5m 1 0x1F \"a\" `\\d` 'b' : # group_left start step anchored </ % ^ atan2"
    )
    + ["topk", "label_replace", "\\", "é", "\n"]
)


@pytest.mark.parametrize(("text", "kind"), GOOD)
def test_good_expressions_are_valid(text: str, kind: str) -> None:
    verdict = judge(text)
    assert (verdict.outcome, verdict.message, verdict.value_type) == (Outcome.VALID, "", kind)
    assert verdict.accepted


@pytest.mark.parametrize(("text", "said"), INVALID.items())
def test_bad_expressions_are_invalid_with_a_reason(text: str, said: str) -> None:
    verdict = judge(text)
    assert verdict.outcome is Outcome.INVALID
    assert said in verdict.message
    assert ": " in verdict.message, "a remedy follows the reason"
    assert not verdict.accepted


@pytest.mark.parametrize(("text", "said"), LOADED_ANYWAY.items())
def test_what_only_fails_at_evaluation_is_invalid_too(text: str, said: str) -> None:
    verdict = judge(text)
    assert verdict.outcome is Outcome.INVALID
    assert said in verdict.message


@pytest.mark.parametrize(("text", "said"), UNSUPPORTED.items())
def test_new_syntax_is_passed_on_with_the_flag_it_needs(text: str, said: str) -> None:
    verdict = judge(text)
    assert verdict.outcome is Outcome.UNSUPPORTED
    assert said in verdict.message
    assert verdict.accepted


@pytest.mark.parametrize(
    "text",
    [
        "foo" + "+foo" * MAX_OPERATORS,
        "-" * MAX_OPERATORS + "foo",
        "foo" + " or foo" * MAX_OPERATORS,
        "foo" + "> bool on(a) group_left(b) foo" * MAX_OPERATORS,
        "(" * MAX_DEPTH + "foo" + ")" * MAX_DEPTH,
        "sum(" * MAX_DEPTH + "foo" + ")" * MAX_DEPTH,
        "a" * MAX_LENGTH,
        'foo{a="' + "x" * (MAX_LENGTH - 9) + '"}',
        "sum by (" + "a," * 8000 + "a) (foo)",
        'foo{a=~"' + "(a|b)?" * 2500 + '"}',
    ],
    ids=lambda text: f"{text[:12]}…{len(text)}",
)
def test_expressions_at_the_limit_are_judged(text: str) -> None:
    assert judge(text).outcome is Outcome.VALID


@given(st.lists(WORDS, max_size=40).map(" ".join))
def test_every_string_of_tokens_gets_a_verdict(text: str) -> None:
    verdict = judge(text)
    assert verdict.outcome is not Outcome.UNVERIFIABLE
    assert bool(verdict.message) == (verdict.outcome is not Outcome.VALID)


@given(st.text())
def test_every_text_gets_a_verdict_that_survives_a_pipe(text: str) -> None:
    verdict = judge(text)
    assert verdict_of(json.loads(json.dumps(verdict.row()))) == verdict


@given(st.sampled_from([text for text, _ in GOOD]), st.sampled_from([" ", "\n", "\t", " # x\n"]))
def test_white_space_around_changes_nothing(text: str, space: str) -> None:
    assert judge(space + text + "\n" + space) == judge(text)


def test_a_panic_of_the_parser_is_contained() -> None:
    """promql-parser 0.11 panics where an offset is infinite; Prometheus refuses it."""
    verdict = judge("x offset Inf")
    assert verdict.outcome is Outcome.INVALID
    assert "after offset comes a duration" in verdict.message


def test_a_malformed_row_is_refused() -> None:
    with pytest.raises(ValueError, match="Perhaps"):
        verdict_of(["Perhaps", "", "", ""])


def test_verdicts_compare_by_value() -> None:
    assert judge("up == 0") == Verdict(Outcome.VALID, value_type="vector")
