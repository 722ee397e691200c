"""The last look before a write: every rule of it has a document that breaks it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.compile.cases import TESTDATA, load

from tocsin.compile.alertmanager import compile_alertmanager
from tocsin.compile.routing import check_document, receivers_for

GOOD = compile_alertmanager(load(TESTDATA / "alertmanager" / "stand-ins.in.yaml").inputs).document


def hours(**interval: Any) -> dict[str, Any]:
    return {"name": "tocsin-hours-0", "time_intervals": [interval]}


Break = Callable[[dict[str, Any]], Any]
BROKEN: dict[str, Break] = {
    "has no route": lambda d: d.pop("route"),
    "prometheus-operator refuses": lambda d: d.update(event_recorder={}),
    "names no receiver": lambda d: d["route"].pop("receiver"),
    "may not have matchers": lambda d: d["route"].update(matchers=['a="b"']),
    "may not have continue": lambda d: d["route"].update({"continue": True}),
    "there is no receiver": lambda d: d["route"]["routes"][0].update(receiver="gone"),
    "'shop/mail' stands 2 times": lambda d: d["receivers"].append({"name": "shop/mail"}),
    "one has no name": lambda d: d["receivers"].append({}),
    "must stand alone": lambda d: d["route"].update(group_by=["...", "a"]),
    "'a' stands 2 times": lambda d: d["route"].update(group_by=["a", "a"]),
    "no label name": lambda d: d["route"].update(group_by=['a"b']),
    "no duration": lambda d: d["route"].update(group_wait="soon"),
    "may not be zero": lambda d: d["route"].update(group_interval="0s"),
    "is no matcher": lambda d: d["route"]["routes"][0].update(matchers=["severity=critical"]),
    "is no regular expression": lambda d: d["route"]["routes"][0].update(matchers=['a=~"("']),
    "there is no time interval": lambda d: d["route"]["routes"][0].update(
        active_time_intervals=["office"]
    ),
    "'office' stands 2 times": lambda d: d.update(
        time_intervals=[{"name": "office"}, {"name": "office"}]
    ),
    "is no time zone": lambda d: d.update(time_intervals=[hours(location="Europe/Pariss")]),
    "is not before its end": lambda d: d.update(
        time_intervals=[hours(times=[{"start_time": "22:00", "end_time": "06:00"}])]
    ),
    "would match every alert": lambda d: d["inhibit_rules"][0].update(target_matchers=[]),
    "stands beside api_url_file": lambda d: d["receivers"].append(
        {"name": "x", "slack_configs": [{"api_url": "https://a.b", "api_url_file": "/x"}]}
    ),
    "no http or https URL": lambda d: d["receivers"].append(
        {"name": "x", "webhook_configs": [{"url": "file:///etc/passwd"}]}
    ),
    "the configuration reloader": lambda d: d["receivers"].append(
        {"name": "x", "slack_configs": [{"title": "$(POD_NAME)"}]}
    ),
}


@pytest.mark.parametrize("says", BROKEN)
def test_broken_document(says: str) -> None:
    document = copy.deepcopy(GOOD)
    BROKEN[says](document)
    problems = check_document(document)
    assert len([one for one in problems if says in one]) == 1, problems


def test_good_document() -> None:
    assert check_document(GOOD) == ()


@pytest.mark.parametrize("document", [None, [], "", {}, {"route": []}])
def test_no_document(document: object) -> None:
    assert check_document(document) == ("the configuration has no route",)


def tree(**root: Any) -> dict[str, Any]:
    return {"route": {"receiver": "root", **root}}


def test_walk_ends_at_the_first_match_without_continue() -> None:
    document = tree(
        routes=[
            {"receiver": "a", "matchers": ['x="1"'], "continue": True},
            {"receiver": "b", "matchers": ['x=~"1|2"']},
            {"receiver": "c", "matchers": ['x!=""']},
        ]
    )
    assert [one.receiver for one in receivers_for(document, {"x": "1"})] == ["a", "b"]
    assert [one.receiver for one in receivers_for(document, {"x": "2"})] == ["b"]
    assert [one.receiver for one in receivers_for(document, {"x": "3"})] == ["c"]
    assert [one.receiver for one in receivers_for(document, {})] == ["root"]


def test_children_inherit_and_group_by_all_hides_names() -> None:
    document = tree(
        group_by=["b", "a"],
        group_wait="90s",
        routes=[{"matchers": [], "routes": [{"receiver": "x", "group_by": ["..."]}]}],
    )
    (match,) = receivers_for(document, {})
    assert (match.receiver, match.group_by, match.group_by_all) == ("x", ("a", "b"), True)
    assert (match.group_wait, match.group_interval, match.repeat_interval) == ("1m30s", "5m", "4h")


@pytest.mark.parametrize(
    ("matcher", "value", "expected"),
    [
        (r'x="a\"b"', 'a"b', True),
        (r'x="a\\b"', "a\\b", True),
        (r'x="a\nb"', "a\nb", True),
        ('x!="a"', "b", True),
        ('x!~"a|b"', "a", False),
        ('x!~"a|b"', "ab", True),
        (r'x=~"P1\\.high"', "P1.high", True),
        (r'x=~"P1\\.high"', "P1xhigh", False),
        (' x = "a" ', "a", True),
    ],
)
def test_matchers(matcher: str, value: str, expected: bool) -> None:
    document = tree(routes=[{"receiver": "hit", "matchers": [matcher]}])
    reached = [one.receiver for one in receivers_for(document, {"x": value})]
    assert reached == (["hit"] if expected else ["root"])
