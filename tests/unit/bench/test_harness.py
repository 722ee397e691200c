"""Rounds are interleaved, ratios are taken round by round, goals judge the median."""

from __future__ import annotations

import pytest
from tests.bench.harness import (
    AT_LEAST,
    AT_MOST,
    EXACTLY,
    Goal,
    Line,
    Options,
    Spread,
    interleave,
    percentile,
)


def test_arms_take_turns_and_the_order_is_turned_round() -> None:
    order: list[str] = []

    def arm(name: str, value: float):
        def once(number: int) -> float:
            order.append(f"{name}{number}")
            return value + number

        return once

    found = interleave({"ours": arm("o", 1), "floor": arm("f", 10)}, 3)
    assert order == ["o0", "f0", "f1", "o1", "o2", "f2"]
    assert found == {"ours": (1, 2, 3), "floor": (10, 11, 12)}


def test_the_ratio_is_of_each_round() -> None:
    line = Line("burst", (2, 6, 3), "s", Goal(AT_MOST, 1.25), "bare client", (2, 4, 3))
    assert line.ratios == (1, 1.5, 1)
    assert line.met is True, "the median of the ratios, not the ratio of the medians"
    assert Spread.of(line.ratios) == Spread(1, 1, 1.5)


def test_a_peer_that_is_only_shown_gives_no_ratio() -> None:
    line = Line("memory", (120,), "MiB", Goal(AT_MOST, 110), "peer", (200,), compare=False)
    assert line.ratios == ()
    assert line.met is False


@pytest.mark.parametrize(
    ("goal", "value", "met"),
    [
        (Goal(AT_MOST, 2), 2.0, True),
        (Goal(AT_MOST, 2), 2.01, False),
        (Goal(AT_LEAST, 5000), 5000, True),
        (Goal(AT_LEAST, 5000), 4999, False),
        (Goal(EXACTLY, 0), 0.0, True),
        (Goal(EXACTLY, 2), 2.05, False),
    ],
)
def test_goals(goal: Goal, value: float, met: bool) -> None:
    assert goal.met(value) is met
    assert Line("any", (value,), goal=goal).met is met


def test_a_line_without_a_goal_is_reported() -> None:
    assert Line("restarts", (3,)).met is None


def test_sizes() -> None:
    assert Options().size("burst", 1000, 100) == 1000
    assert Options(quick=True).size("burst", 1000, 100) == 100
    assert Options(quick=True, sizes={"burst": 7}).size("burst", 1000, 100) == 7


def test_percentile_is_the_nearest_rank() -> None:
    assert percentile(range(1, 101), 0.99) == 99
    assert percentile([5], 0.99) == 5
    assert percentile([3, 1, 2], 0.5) == 2
