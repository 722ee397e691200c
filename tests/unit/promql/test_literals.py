"""Strings, numbers, durations and regular expressions, as Go reads them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.promql.literals import milliseconds, number, plain_number, quoted, unquote
from tocsin.promql.regexes import check_regex


@pytest.mark.parametrize(
    ("token", "value"),
    [
        ('"a"', b"a"),
        ("`a\\d\n`", b"a\\d\n"),
        ('"\\n\\t\\\\\\""', b'\n\t\\"'),
        ("'\\''", b"'"),
        ("'\"'", b'"'),
        ('"\\x41\\101\\u00e9\\U0001F600"', b"AA\xc3\xa9\xf0\x9f\x98\x80"),
        ('"\\xff"', b"\xff"),
        ('"é"', "é".encode()),
        ('"\\\'"', None),
        ("'\\\"'", None),
        ('"\\d"', None),
        ('"\\400"', None),
        ('"\\18"', None),
        ('"\\x4"', None),
        ('"\\ud800"', None),
        ('"\\U00110000"', None),
    ],
)
def test_unquote(token: str, value: bytes | None) -> None:
    assert unquote(token) == value


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_what_is_quoted_is_unquoted(text: str) -> None:
    assert unquote(quoted(text)) == text.encode()


@pytest.mark.parametrize(
    ("token", "length"),
    [
        ("5m", 300_000),
        ("1h30m", 5_400_000),
        ("1y1w1d1h1m1s1ms", 31_536_000_000 + 604_800_000 + 86_400_000 + 3_661_001),
        ("1.5", 1500),
        ("0x10", 16_000),
        ("0s", 0),
        ("292y", 292 * 31_536_000_000),
        ("293y", None),
        ("9" * 40 + "y", None),
        ("9" * 4000, None),
        ("1m1h", None),
        ("5min", None),
        ("1e300", None),
    ],
)
def test_durations(token: str, length: int | None) -> None:
    assert milliseconds(token) == length


@pytest.mark.parametrize(
    ("token", "value"),
    [
        ("1", 1.0),
        ("1_000.5", 1000.5),
        (".5", 0.5),
        ("5.", 5.0),
        ("0x_1F", 31.0),
        ("0x7FFFFFFFFFFFFFFF", 9.223372036854776e18),
        ("0x8000000000000000", None),
        ("1e999", None),
        ("1e-999", 0.0),
        ("1.5.5", None),
        (".", None),
        ("1__0", None),
        ("5m", None),
    ],
)
def test_numbers(token: str, value: float | None) -> None:
    assert number(token) == value


def test_underscores_are_taken_out_of_numbers_only() -> None:
    assert [plain_number(token) for token in ("1_000", "0x_1F", "1__0")] == ["1000", "0x1F", "1__0"]


@pytest.mark.parametrize(
    ("pattern", "good", "empty"),
    [
        (b"a|b", True, False),
        (b"a|", True, True),
        (b".*", True, True),
        (rb"\Qa.b\E", True, False),
        (rb"\012", True, False),
        (rb"\\C", True, False),
        (rb"\C", False, False),
        (b"a**", False, False),
        (b"a{1001}", False, False),
        (b"(a{1000}){100}", False, False),
        (b"(?x)a", False, False),
        (b"(?=a)", False, False),
        (rb"(a)\1", False, False),
        (rb"\u{41}", False, False),
        (b"[a--b]", False, False),
        (b"\xff", False, False),
        (b"a)(b", False, False),
    ],
)
def test_regexes(pattern: bytes, good: bool, empty: bool) -> None:
    regex = check_regex(pattern)
    assert (regex.error == "", regex.matches_empty) == (good, empty)


@pytest.mark.parametrize(
    "pattern",
    [b"(a+)+$", b"(a|aa)+$" * 50, b"(.*)*" * 200, b"x*" * 4000, b"(((a?){50}){10})?b", b"(" * 4000],
    ids=lambda pattern: pattern[:8].decode(),
)
def test_hostile_patterns_are_cheap(pattern: bytes) -> None:
    start = time.process_time()
    check_regex(pattern)
    assert time.process_time() - start < 0.25
