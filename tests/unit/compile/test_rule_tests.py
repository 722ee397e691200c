"""Reading a test's series and values, what promtool tells, and judging it."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.api.alert_rule import ExpectedAlert
from tocsin.compile.rule_tests.answer import FiringAlert, read_case
from tocsin.compile.rule_tests.report import _unmatched, _unrendered
from tocsin.compile.rule_tests.series import Samples, read_series, read_values, write_series

FIRING = (
    "    name: 0,\n    alertname: a, time: 9m, b, time: 1h20m, \n        exp:[], \n        got:[\n"
    "            0:\n"
    '              Labels:{alertname="a", "weird name"="\\"}, {x=\\"y\\"", tab="\\t\\u00e9"}\n'
    '              Annotations:{summary="2% \\n            1:\\n  Labels:{}"},\n'
    "            1:\n"
    '              Labels:{alertname="a"}\n'
    "              Annotations:{}\n            ]"
)
PENDING = (
    '    expr: "ALERTS{alertstate=\\"pending\\"}", time: 20m,\n        exp: nil\n'
    '        got: {__name__="ALERTS", a="}, {b=\\"c"} 1E+00, {__name__="ALERTS", a="2"} 1E+00'
)


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("up", {"__name__": "up"}),
        ("up{}", {"__name__": "up"}),
        ("job:up:sum{job='a', zone=\"b\",}", {"__name__": "job:up:sum", "job": "a", "zone": "b"}),
        ('{__name__="up", job="a"}', {"__name__": "up", "job": "a"}),
        ('{"up.total", "a.b"="c"}', {"__name__": "up.total", "a.b": "c"}),
        ('up{job=`a\\n`, zone="\\u00e9"}', {"__name__": "up", "job": "a\\n", "zone": "é"}),
        ('sum{by="x",job=""}', {"__name__": "sum", "by": "x"}),
    ],
)
def test_series_are_read(text: str, labels: dict[str, str]) -> None:
    assert read_series(text) == labels


@given(
    st.dictionaries(
        st.sampled_from(["a", "b", "by", "a.b", 'a"b']),
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    )
)
def test_what_is_written_is_read_back(labels: dict[str, str]) -> None:
    series = {"__name__": "up", **labels}
    assert "\n" not in write_series(series)
    assert read_series(write_series(series)) == series


@pytest.mark.parametrize(
    ("text", "plain", "count"),
    [
        ("1", "1", 1),
        ("0+6x30", "0+6x30", 31),
        ("  1 _\n stale\t-1.5e3-2x2 ", "1 _ stale -1.5e3-2x2", 6),
        ("_x4 NaN -Inf .5", "_x4 NaN -Inf .5", 8),
        ("{{schema:0\n sum:1}}x2", "{{schema:0 sum:1}}x2", 9),
    ],
)
def test_values_are_read_and_counted(text: str, plain: str, count: int) -> None:
    assert read_values(text) == Samples(plain, count)


def test_what_fires_is_read_from_promtools_words() -> None:
    seen = read_case([FIRING, PENDING])
    assert seen.firing == {
        80 * 60_000: [
            FiringAlert(
                {"alertname": "a", "weird name": '"}, {x="y"', "tab": "\té"},
                {"summary": "2% \n            1:\n  Labels:{}"},
            ),
            FiringAlert({"alertname": "a"}, {}),
        ]
    }
    assert seen.pending == {
        20 * 60_000: [{"__name__": "ALERTS", "a": '}, {b="c'}, {"__name__": "ALERTS", "a": "2"}]
    }
    assert seen.not_evaluated is None
    assert not seen.other


def test_what_goes_wrong_is_read_from_promtools_words() -> None:
    failed = read_case(["    rule: A, time: 1h2m30s, err: many-to-many\n  matching"])
    assert failed.not_evaluated == (3_750_000, "many-to-many matching")
    assert read_case(['3:48: parse error: bad "x"']).bad_series == (1, 'bad "x"')
    refused = read_case(['0/rules.yaml: 6:11: group "g", rule 1, "A": could not parse expression'])
    assert refused.other == 'group "g", rule 1, "A": could not parse expression'
    assert read_case(["something new"]).other == "something new"
    assert read_case(['    expr: "ALERTS{}", time: 1m, err: too many samples']).other == ""


@given(
    st.lists(st.sampled_from([{}, {"a": "1"}, {"b": "1"}, {"a": "1", "b": "1"}]), max_size=4),
    st.lists(
        st.sampled_from([{}, {"a": "1"}, {"b": "1"}, {"a": "1", "b": "1"}, {"a": "2"}]), max_size=4
    ),
)
def test_alerts_are_paired_wherever_they_can_be(
    expected: list[dict[str, str]], firing: list[dict[str, str]]
) -> None:
    """Exactly where some order of the alerts fits the expectations one by one, nothing is left."""
    missing, extra = _unmatched(
        [ExpectedAlert(labels=one) for one in expected],
        [FiringAlert(one, {}) for one in firing],
    )
    fits = len(expected) == len(firing) and any(
        all(one.items() <= other.items() for one, other in zip(expected, order, strict=True))
        for order in permutations(firing)
    )
    assert (not missing and not extra) == fits
    assert len(expected) - len(missing) == len(firing) - len(extra)


def test_a_text_that_could_not_be_rendered_is_named() -> None:
    text = "<error expanding template: error executing template x: at <toTime>: no number>"
    alerts = [FiringAlert({"alertname": "a"}, {"summary": text})]
    assert list(_unrendered(alerts)) == [
        "the annotation summary could not be rendered: <toTime>: no number"
    ]


def test_a_tenants_text_keeps_nobody_busy() -> None:
    """A regular expression took time by the cube here: days for these (S13)."""
    text = "<error expanding template: " * 5_000 + " at " * 25_000
    assert list(_unrendered([FiringAlert({}, {"summary": text})])) == []
