"""The guard: every limit at its value and one above, and no text that costs more than a scan."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.promql.guard import MAX_DEPTH, MAX_LENGTH, MAX_OPERATORS, check_limits
from tocsin.promql.tokens import offsets, place, tokenize


def said(text: str) -> str:
    refusal = check_limits(text)
    return refusal.message if refusal else ""


@pytest.mark.parametrize(
    ("at_limit", "above", "remedy"),
    [
        ("a" * MAX_LENGTH, "a" * (MAX_LENGTH + 1), "16,385 characters, the limit is 16,384"),
        (
            "(" * MAX_DEPTH + ")" * MAX_DEPTH,
            "(" * (MAX_DEPTH + 1) + ")" * (MAX_DEPTH + 1),
            "line 1, column 33: more than 32 brackets",
        ),
        ("([{" * 10 + "}])" * 10 + "()", "([{" * 11, "line 1, column 33: more than 32 brackets"),
        (
            "a" + "+a" * MAX_OPERATORS,
            "a" + "+a" * (MAX_OPERATORS + 1),
            "line 1, column 514: the expression has 257 operators",
        ),
        ("-" * MAX_OPERATORS + "a", "-" * 2000 + "a", "the expression has 2,000 operators"),
        ("a[5m:]" * MAX_OPERATORS, "a[5m:]" * (MAX_OPERATORS + 1), "has 257 operators"),
        ("a" + " or a" * MAX_OPERATORS, "a" + " OR a" * (MAX_OPERATORS + 1), "has 257 operators"),
        ("a" + " >/ a" * MAX_OPERATORS, "a" + " atan2 a" * (MAX_OPERATORS + 1), "has 257"),
    ],
    ids=["length", "depth", "mixed depth", "operators", "signs", "ranges", "words", "new words"],
)
def test_limits(at_limit: str, above: str, remedy: str) -> None:
    assert said(at_limit) == ""
    assert remedy in said(above)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x\x00", "line 1, column 2: U+0000 is a control character"),
        ("x\ny\x7f", "line 2, column 2: U+007F is a control character"),
        ("x\ud800", "U+D800 is half a surrogate pair"),
        ("x)", 'line 1, column 2: ")" closes nothing'),
        ("(x]", 'line 1, column 3: "]" does not close the "(" opened at line 1, column 1'),
        ("sum(\nx{", 'line 2, column 2: "{" is never closed: add the missing "}"'),
        ('x{a="b', "line 1, column 5: the string that starts here has no end"),
        ('x{a="b\\"', "line 1, column 5: the string"),
        ("x{a='b\n'}", "line 1, column 5: the string"),
        ("`", "line 1, column 1: the string"),
    ],
)
def test_what_no_parser_must_see(text: str, message: str) -> None:
    refusal = check_limits(text)
    assert refusal is not None
    assert refusal.message.startswith(message) or message in refusal.message
    assert 0 <= refusal.offset < max(len(text), 1)


@pytest.mark.parametrize(
    "text",
    [
        'x{a="((((("}',
        "x{a='\"'}",
        "x{a=`\n\\`}",
        'x{a="\\""}',
        "x # (((\n",
        "x{a='#'}",
        "a[1h:5m]",
        ":a:b[1h:5m]",
        "x{a=~" + '"' + "+-*/" * 200 + '"}',
        "# " + "+" * 1000,
        "1e-5 - 0x1e-5",
        "",
    ],
)
def test_strings_and_comments_are_not_counted(text: str) -> None:
    assert check_limits(text) is None


@given(st.text())
def test_the_scan_loses_nothing(text: str) -> None:
    tokens = tokenize(text)
    assert "".join(tokens) == text
    assert offsets(tokens)[-1] == len(text)


@given(st.text(alphabet="()[]{}\"'`\\\n#+-ax5 \x00"))
def test_the_guard_never_raises(text: str) -> None:
    refusal = check_limits(text)
    assert refusal is None or (refusal.message and refusal.offset <= len(text))


@pytest.mark.parametrize(
    "poison",
    [
        "foo" + "+foo" * 2000,
        "(" * 16_000,
        '"\\' * 8000,
        '"\\"' * 5000,
        "`" * 16_001,
        "'\"" * 8000,
        "{" * 16_000,
        "#\n" * 8000,
        "0x" * 8000,
        "1e+" * 5000,
    ],
    ids=lambda text: text[:6],
)
def test_poison_costs_a_scan(poison: str) -> None:
    start = time.process_time()
    check_limits(poison)
    assert time.process_time() - start < 0.2


def test_places_are_counted_from_one() -> None:
    assert [place("ab\n\nc", at) for at in (0, 1, 3, 4)] == [
        "line 1, column 1",
        "line 1, column 2",
        "line 2, column 1",
        "line 3, column 1",
    ]
