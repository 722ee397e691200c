"""
Hours: active times as minutes of weekdays, and the two things Alertmanager cannot do.

A window over midnight belongs to the day on which it begins: its part after midnight
falls on the next weekday. And where two lists must both hold (the channel's and the
reference's), one becomes a route's active times and the complement of the other its
mute times: Alertmanager joins a route's list by "or", and a child route inherits none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tocsin.api.notify import ActiveTime, TimeRange
from tocsin.compile.calendar import (
    ANY_DAY,
    MONTH_NAMES,
    WEEKDAY_NAMES,
    Range,
    Ranges,
    days_outside,
    merged,
    merged_days,
    outside,
    ranges_of,
    share,
    share_a_day,
)

_DAY = 1440
"""Minutes of a day; summer time moves the clock, not the count."""
_WHOLE_DAY: Ranges = ((0, _DAY),)
_MONTHS: Range = (1, 12)
_YEARS: Range = (1, 9999)
_WEEK = range(7)

Week = tuple[Ranges, ...]
"""Minutes of the day as half-open ranges, for each weekday, Sunday first."""
_Dates = tuple[Ranges, Ranges, Ranges]
"""Days of the month, months and years; each empty for any."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Minutes of some weekdays, on some dates, on one time zone's clock: every part must hold."""

    timezone: str
    weekdays: tuple[int, ...]
    minutes: Ranges
    days: Ranges = ()
    months: Ranges = ()
    years: Ranges = ()


Hours = tuple[Span, ...]
"""Open while any span holds; equal meanings in one time zone are equal values."""

ALWAYS: Hours = ()


@dataclass(frozen=True, slots=True)
class Windows:
    """When a route is open: within `active` and not within `muted`; an empty part says nothing."""

    active: Hours = ALWAYS
    muted: Hours = ()

    @property
    def restricted(self) -> bool:
        """Whether there is any time at which it is not open."""
        return bool(self.active or self.muted)


def hours_of(active: Iterable[ActiveTime]) -> Hours:
    """Read a list of active times, of which any may hold; an empty one is always."""
    weeks: defaultdict[tuple[str, _Dates], list[list[Range]]] = defaultdict(
        lambda: [[] for _ in _WEEK]
    )
    for one in active:
        found = weeks[one.timezone, _dates(one)]
        for day, minutes in _minutes(one):
            found[day].append(minutes)
    spans: list[Span] = []
    for (timezone, dates), days in weeks.items():
        week = tuple(merged(day) for day in days)
        if dates == ANY_DAY and all(day == _WHOLE_DAY for day in week):
            return ALWAYS
        spans += _spans(timezone, week, dates)
    return tuple(sorted(spans))


def _dates(active: ActiveTime) -> _Dates:
    days = merged_days(ranges_of(active.days_of_month))
    months = merged(_inclusive(ranges_of(active.months, MONTH_NAMES)))
    years = merged(_inclusive(ranges_of(active.years)))
    return (
        days,
        () if months == ((1, 13),) else _exclusive(months),
        () if years == ((1, 10_000),) else _exclusive(years),
    )


def _inclusive(ranges: Iterable[Range]) -> Iterator[Range]:
    return ((begin, end + 1) for begin, end in ranges)


def _exclusive(ranges: Ranges) -> Ranges:
    return tuple((begin, end - 1) for begin, end in ranges)


def _minutes(active: ActiveTime) -> Iterator[tuple[int, Range]]:
    """Give each window's minutes by weekday; what passes midnight falls on the day after."""
    weekdays = set(_WEEK)
    if active.weekdays:
        ranges = ranges_of(active.weekdays, WEEKDAY_NAMES, first=0)
        weekdays = {day for begin, end in ranges for day in range(begin, end + 1)}
    windows = [(_clock(one.start), _clock(one.end)) for one in active.times] or [(0, _DAY)]
    for day in weekdays:
        for begin, end in windows:
            if begin < end:
                yield day, (begin, end)
            else:
                if begin < _DAY:
                    yield day, (begin, _DAY)
                if end:
                    yield (day + 1) % 7, (0, end)


def passes_midnight(active: ActiveTime) -> bool:
    """Tell whether a window goes on after the day on which it begins."""
    return any(_clock(one.start) > _clock(one.end) > 0 for one in active.times)


def is_empty(window: TimeRange) -> bool:
    """Tell whether a window holds no minute: 24:00 is the same midnight as the next day's 00:00."""
    return _clock(window.start) % _DAY == 0 == _clock(window.end) and window.start != window.end


def _clock(text: str) -> int:
    hour, _, minute = text.partition(":")
    return int(hour) * 60 + int(minute)


def _spans(timezone: str, week: Week, dates: _Dates) -> list[Span]:
    """Write a week with as few spans as there are different days."""
    alike: defaultdict[Ranges, list[int]] = defaultdict(list)
    for day, minutes in enumerate(week):
        if minutes:
            alike[minutes].append(day)
    return [Span(timezone, tuple(days), minutes, *dates) for minutes, days in alike.items()]


def both(owner: Hours, reference: Hours) -> Windows | None:
    """Give the windows in which two lists hold; None where no route can say that."""
    if not owner or not reference or owner == reference:
        return Windows(owner or reference)
    closed = complement(reference)
    if closed is not None:
        return Windows(owner, closed)
    closed = complement(owner)
    return None if closed is None else Windows(reference, closed)


def complement(hours: Hours) -> Hours | None:
    """
    Give all other times; None where that cannot be said as one list.

    A list is an "or" of spans, so its complement is an "and", which a list says only for
    one time zone with one set of dates.
    """
    dates = {(one.timezone, one.days, one.months, one.years) for one in hours}
    if len(dates) != 1:
        return None
    [(timezone, days, months, years)] = dates
    open_on = {day: one.minutes for one in hours for day in one.weekdays}
    week = tuple(outside(open_on.get(day, ()), (0, _DAY)) for day in _WEEK)
    spans = _spans(timezone, week, ANY_DAY)
    every = (timezone, tuple(_WEEK), _WHOLE_DAY)
    if days:
        other = days_outside(days)
        if other is None:
            return None
        spans.append(Span(*every, days=other))
    if months:
        spans.append(Span(*every, months=_others(months, _MONTHS)))
    if years:
        spans.append(Span(*every, years=_others(years, _YEARS)))
    return tuple(sorted(spans))


def _others(ranges: Ranges, whole: Range) -> Ranges:
    return _exclusive(outside(tuple(_inclusive(ranges)), (whole[0], whole[1] + 1)))


def may_meet(first: Hours, second: Hours) -> bool:
    """
    Tell whether two lists may hold at the same time.

    False is certain. Clocks of different time zones are not compared: how they differ
    changes with the seasons, and with the years.
    """
    if not first or not second:
        return True
    return any(_spans_may_meet(one, other) for one in first for other in second)


def _spans_may_meet(one: Span, other: Span) -> bool:
    if one.timezone != other.timezone:
        return True
    return (
        not set(one.weekdays).isdisjoint(other.weekdays)
        and share(one.minutes, other.minutes)
        and share_a_day(one.days, other.days)
        and all(
            not mine or not theirs or share(tuple(_inclusive(mine)), tuple(_inclusive(theirs)))
            for mine, theirs in ((one.months, other.months), (one.years, other.years))
        )
    )


def as_intervals(hours: Hours) -> list[dict[str, object]]:
    """Write hours as Alertmanager's time intervals."""
    return [_interval(one) for one in hours]


def _interval(span: Span) -> dict[str, object]:
    interval: dict[str, object] = {}
    if span.minutes != _WHOLE_DAY:
        interval["times"] = [
            {"start_time": _time(begin), "end_time": _time(end)} for begin, end in span.minutes
        ]
    if len(span.weekdays) < len(_WEEK):
        runs = _exclusive(merged((day, day + 1) for day in span.weekdays))
        interval["weekdays"] = _texts(runs, WEEKDAY_NAMES)
    for name, ranges in (("days_of_month", span.days), ("months", span.months)):
        if ranges:
            interval[name] = _texts(ranges)
    if span.years:
        interval["years"] = _texts(span.years)
    interval["location"] = span.timezone
    return interval


def _time(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _texts(ranges: Ranges, names: Sequence[str] = ()) -> list[str]:
    def word(number: int) -> str:
        return names[number] if names else str(number)

    return [word(begin) if begin == end else f"{word(begin)}:{word(end)}" for begin, end in ranges]
