"""What active times mean, said without the compiler: for tests that hold it against this."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tocsin.api.notify import ActiveTime

_WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_MONTHS = [name.lower() for name in calendar.month_name]


def is_open(active: Iterable[ActiveTime], instant: datetime) -> bool:
    """Tell whether a list of active times holds; an empty one always does."""
    listed = list(active)
    return not listed or any(_holds(one, instant) for one in listed)


def _holds(active: ActiveTime, instant: datetime) -> bool:
    local = instant.astimezone(ZoneInfo(active.timezone))
    clock = f"{local.hour:02}:{local.minute:02}"
    if not active.times:
        return _on_day(active, local)
    for one in active.times:
        if one.start < one.end:
            if one.start <= clock < one.end and _on_day(active, local):
                return True
        elif (one.start <= clock and _on_day(active, local)) or (
            clock < one.end and _on_day(active, local - timedelta(days=1))
        ):
            return True
    return False


def _on_day(active: ActiveTime, local: datetime) -> bool:
    length = calendar.monthrange(local.year, local.month)[1]
    weekday = (local.weekday() + 1) % 7
    return (
        _within(active.weekdays, weekday, _WEEKDAYS)
        and _within(active.months, local.month, _MONTHS)
        and _within(active.years, local.year)
        and (
            not active.days_of_month
            or any(_in_days(one, local.day, length) for one in active.days_of_month)
        )
    )


def _within(ranges: Iterable[str], value: int, names: tuple[str, ...] | list[str] = ()) -> bool:
    def number(text: str) -> int:
        return list(names).index(text) if text in names else int(text)

    listed = list(ranges)
    return not listed or any(
        number(begin) <= value <= number(end or begin)
        for begin, _, end in (one.partition(":") for one in listed)
    )


def _in_days(days: str, day: int, length: int) -> bool:
    begin, _, end = days.partition(":")
    first, last = (
        number if number > 0 else length + number + 1 for number in (int(begin), int(end or begin))
    )
    return first <= day <= last


def counted_short(active: Iterable[ActiveTime], instant: datetime) -> bool:
    """
    Tell whether Alertmanager miscounts the days of this month on one of the clocks.

    Its daysInMonth (0.34) divides the hours by 24, so that a month in which clocks go
    forward is a day short: its last day is none of days_of_month, and negative days
    are a day early. Nothing that we write could mend that.
    """
    for one in active:
        local = instant.astimezone(ZoneInfo(one.timezone))
        begin = datetime(local.year, local.month, 1, tzinfo=local.tzinfo)
        following = (begin + timedelta(days=32)).replace(day=1)
        days = calendar.monthrange(local.year, local.month)[1]
        if one.days_of_month and following.utcoffset() != begin.utcoffset():
            hours = (following.timestamp() - begin.timestamp()) / 3600
            if hours < days * 24:
                return True
    return False
