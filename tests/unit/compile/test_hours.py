"""Hours: what a user writes is what the spans hold, and two lists are joined as "and"."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.compile.clocks import is_open
from tests.unit.compile.strategies import active_times

from tocsin.api.notify import ActiveTime
from tocsin.compile.active_times import canonical_times, read_times, write_times
from tocsin.compile.calendar import Range
from tocsin.compile.hours import (
    ALWAYS,
    Hours,
    Span,
    Windows,
    as_intervals,
    both,
    complement,
    hours_of,
    may_meet,
)

instants = st.builds(
    lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes),
    st.integers(0, 7 * 366 * 1440),
) | st.builds(
    # Around midnights and the days on which clocks are changed.
    lambda month, day, minutes: datetime(2028, month, day, tzinfo=UTC) + timedelta(minutes=minutes),
    st.integers(1, 12),
    st.sampled_from([1, 7, 28, 29]),
    st.integers(-400, 400),
)


def holds(hours: Hours, instant: datetime) -> bool:
    """Say what spans mean; `tests/integration` asks Alertmanager the same of their intervals."""
    return not hours or any(_holds(one, instant) for one in hours)


def _holds(span: Span, instant: datetime) -> bool:
    local = instant.astimezone(ZoneInfo(span.timezone))
    length = calendar.monthrange(local.year, local.month)[1]

    def on(days: Range) -> bool:
        first, last = (number if number > 0 else length + number + 1 for number in days)
        return first <= local.day <= last

    minute = local.hour * 60 + local.minute
    return (
        (local.weekday() + 1) % 7 in span.weekdays
        and any(begin <= minute < end for begin, end in span.minutes)
        and (not span.days or any(map(on, span.days)))
        and (not span.months or any(a <= local.month <= b for a, b in span.months))
        and (not span.years or any(a <= local.year <= b for a, b in span.years))
    )


def read(*specs: Any) -> list[ActiveTime]:
    return [ActiveTime.model_validate(spec) for spec in specs]


@given(active_times, instants)
def test_spans_hold_when_the_list_does(active: list[ActiveTime], instant: datetime) -> None:
    assert holds(hours_of(active), instant) == is_open(active, instant)


@given(active_times, instants)
def test_a_complement_holds_at_all_other_times(active, instant) -> None:
    hours = hours_of(active)
    others = complement(hours)
    if others is not None:
        assert holds(others, instant) != holds(hours, instant)


@given(active_times, active_times, instants)
def test_two_lists_must_both_hold(owner, reference, instant) -> None:
    first, second = hours_of(owner), hours_of(reference)
    windows = both(first, second)
    expected = is_open(owner, instant) and is_open(reference, instant)
    if windows is not None:
        muted = bool(windows.muted) and holds(windows.muted, instant)
        assert (holds(windows.active, instant) and not muted) == expected
    if expected:
        assert may_meet(first, second)


@given(active_times, st.randoms(use_true_random=False))
def test_the_order_of_a_list_does_not_matter(active, random) -> None:
    mixed = [
        one.model_copy(
            update={
                name: tuple(random.sample(part, len(part)))
                for name in ("times", "weekdays", "days_of_month", "months", "years")
                if (part := getattr(one, name))
            }
        )
        for one in random.sample(active, len(active))
    ]
    assert hours_of(mixed) == hours_of(active)
    assert write_times(canonical_times(mixed)) == write_times(canonical_times(active))


@given(active_times)
def test_active_times_are_read_back(active) -> None:
    written = canonical_times(active)
    if written:
        assert read_times(write_times(written)) == written


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    """Friday's night ends on Saturday morning; Friday morning is Thursday's."""
    friday = read({"weekdays": ["friday"], "times": [{"start": "22:00", "end": "06:00"}]})
    assert as_intervals(hours_of(friday)) == [
        {
            "times": [{"start_time": "22:00", "end_time": "24:00"}],
            "weekdays": ["friday"],
            "location": "UTC",
        },
        {
            "times": [{"start_time": "00:00", "end_time": "06:00"}],
            "weekdays": ["saturday"],
            "location": "UTC",
        },
    ]


def test_two_clocks_are_joined_by_what_is_outside_of_one() -> None:
    paris = hours_of(
        read({"times": [{"start": "08:00", "end": "18:00"}], "timezone": "Europe/Paris"})
    )
    york = hours_of(
        read({"times": [{"start": "09:00", "end": "17:00"}], "timezone": "America/New_York"})
    )
    every_day = tuple(range(7))
    outside = (Span("America/New_York", every_day, ((0, 540), (1020, 1440))),)
    assert both(paris, york) == Windows(paris, outside)
    assert both(paris, ALWAYS) == both(paris, paris) == Windows(paris)


def test_what_cannot_be_joined_is_none() -> None:
    clocks = read({"weekdays": ["monday"], "timezone": "Europe/Paris"}, {"weekdays": ["friday"]})
    others = read({"months": ["may"], "timezone": "Europe/Paris"}, {"years": ["2027"]})
    assert both(hours_of(clocks), hours_of(others)) is None


@pytest.mark.parametrize(
    ("one", "other", "meets"),
    [
        ({"weekdays": ["monday:friday"]}, {"weekdays": ["saturday", "sunday"]}, False),
        (
            {"times": [{"start": "08:00", "end": "18:00"}]},
            {"times": [{"start": "18:00", "end": "08:00"}]},
            False,
        ),
        ({"months": ["1:6"]}, {"months": ["july"]}, False),
        ({"years": ["2026"]}, {"years": ["2027:2030"]}, False),
        ({"daysOfMonth": ["1:7"]}, {"daysOfMonth": ["8:14"]}, False),
        ({"daysOfMonth": ["1:7"]}, {"daysOfMonth": ["-7:-1"]}, True),
        ({"weekdays": ["monday"]}, {"weekdays": ["tuesday"], "timezone": "Asia/Tokyo"}, True),
    ],
)
def test_hours_that_never_meet(one: Any, other: Any, meets: bool) -> None:
    assert may_meet(hours_of(read(one)), hours_of(read(other))) is meets


def test_the_whole_week_is_always() -> None:
    halves = read(
        {"times": [{"start": "00:00", "end": "12:00"}]},
        {"times": [{"start": "12:00", "end": "24:00"}]},
    )
    assert hours_of(halves) == hours_of(read({"daysOfMonth": ["1:31"], "months": ["1:12"]})) == ()
