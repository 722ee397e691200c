"""The same lines as a table, as JSON and as a page."""

from __future__ import annotations

import json

import pytest
from tests.bench.harness import AT_MOST, EXACTLY, Goal, Line
from tests.bench.machine import machine_line
from tests.bench.table import as_json, as_page, as_table, number, section

RESULTS = {
    "burst": [
        Line("burst of 1,000", (1.2, 1.0, 1.4), "s", Goal(AT_MOST, 1.25), "bare", (1.0, 1.0, 1.0))
    ],
    "writes": [
        Line("writes per create", (3.0,), "", Goal(EXACTLY, 2)),
        Line("resets", (0.0, 12.0), note="as it is"),
    ],
}


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0042, "s", "4.2 ms"),
        (1.25, "s", "1.25 s"),
        (12345.6, "rules/s", "12,346 rules/s"),
        (0.0, "", "0"),
        (101.26, "MiB", "101 MiB"),
    ],
)
def test_numbers(value: float, unit: str, text: str) -> None:
    assert number(value, unit) == text


def test_the_table_has_median_spread_floor_ratio_and_goal() -> None:
    head, burst, writes, resets, *notes = as_table(RESULTS).splitlines()
    assert head.split()[0] == "figure"
    assert burst.split("  ")[0] == "burst of 1,000"
    for part in ("1.2 s (1-1.4)", "1 s: bare", "1.2 (1-1.4)", "<= 1.25", "met"):
        assert part in burst
    assert writes.endswith("missed")
    assert resets.endswith("reported")
    assert notes == ["", "resets: as it is"]


def test_json_keeps_every_round() -> None:
    document = json.loads(as_json(RESULTS, "a machine"))
    assert document["machine"] == "a machine"
    (burst,) = document["figures"]["burst"]
    assert burst["values"] == [1.2, 1.0, 1.4]
    assert burst["floor"] == {"name": "bare", "values": [1.0, 1.0, 1.0]}
    assert burst["met"] is True
    assert document["figures"]["writes"][0]["met"] is False


def test_the_page_says_how_and_where_it_was_made() -> None:
    made = "Made by `python -m tests.bench` on a machine."
    sections = {n: section(n, lines, f"What ``{n}`` is.", made) for n, lines in RESULTS.items()}
    page = as_page("", sections, ["writes", "burst"])
    assert page.startswith("# Performance\n")
    assert page.index("## writes") < page.index("## burst")
    for part in (made, "What `burst` is.", "≤ 1.25", "| missed |", "resets: as it is"):
        assert part in page


def test_a_page_keeps_what_was_not_measured_again() -> None:
    order = ["burst", "writes"]
    first = {n: section(n, lines, "Old words.", "Made.") for n, lines in RESULTS.items()}
    page = as_page("", first, order)
    again = as_page(
        page, {"burst": section("burst", RESULTS["burst"], "New words.", "Made.")}, order
    )
    assert again.count("New words.") == again.count("Old words.") == 1
    assert again.index("New words.") < again.index("Old words.")
    assert as_page(again, {}, order) == again


def test_the_machine_is_described_without_its_name() -> None:
    import platform

    line = machine_line()
    assert "cores" in line
    assert "Python 3." in line
    assert platform.node() not in line.split(", ")
