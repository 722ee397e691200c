"""
`time.Time` and `time.Duration` of Go, with the methods that templates use.

Sources: time/time.go and time/format.go (Go 1.26). Nothing here reads a clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.promql.gotemplate.layout import DAYS, MONTHS, format_time
from tocsin.promql.gotemplate.values import NamedInt, Unsupported

Zone = Callable[[int], tuple[str, int]]
"""Gives the abbreviation and the seconds east of UTC at a second of Unix time."""
ZERO = -62_135_596_800
"""The first second of year 1 in Unix time: Go's zero time."""
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 arithmetic on the wall clock only
_SECOND = 1_000_000_000
_LARGEST = (1 << 63) - 1
_SMALLEST = -(1 << 63)


def utc(_second: int) -> tuple[str, int]:
    """Be the zone UTC."""
    return "UTC", 0


def duration(nanoseconds: int) -> NamedInt:
    """Make a duration; one that does not fit is the longest there is."""
    return NamedInt(max(_SMALLEST, min(_LARGEST, nanoseconds)), "time.Duration")


@dataclass(frozen=True, slots=True)
class Time:
    """A moment: seconds of Unix time, nanoseconds, and the zone in which it is shown."""

    seconds: int
    nanos: int = 0
    zone: Zone = utc
    go_type = "time.Time"

    @property
    def total(self) -> int:
        """Nanoseconds of Unix time."""
        return self.seconds * _SECOND + self.nanos

    def wall(self) -> datetime:
        """Give the wall clock in the zone."""
        try:
            return _EPOCH + timedelta(seconds=self.seconds + self.zone(self.seconds)[1])
        except OverflowError:
            raise Unsupported("the time is outside of the years 1 to 9999") from None

    def text(self, layout: str = "2006-01-02 15:04:05.999999999 -0700 MST") -> str:
        """Write it; without layout as Go prints it."""
        name, offset = self.zone(self.seconds)
        return format_time(layout, self.wall(), self.nanos, name, offset)


def at(nanoseconds: int, zone: Zone) -> Time:
    """Make a time from nanoseconds of Unix time."""
    return Time(*divmod(nanoseconds, _SECOND), zone)


def plus_date(time: Time, years: int, months: int, days: int) -> Time:
    """Add calendar units, as AddDate does: what overflows a month goes into the next."""
    wall = time.wall()
    count = wall.year * 12 + wall.month - 1 + years * 12 + months
    try:
        first = datetime(count // 12, count % 12 + 1, 1)  # noqa: DTZ001 as above
        moved = first + timedelta(days=wall.day - 1 + days, seconds=wall.hour * 3600)
        moved += timedelta(minutes=wall.minute, seconds=wall.second)
    except (ValueError, OverflowError):
        raise Unsupported("the time is outside of the years 1 to 9999") from None
    offset = time.zone(time.seconds)[1]
    return Time(int((moved - _EPOCH).total_seconds()) - offset, time.nanos, time.zone)


def truncate(number: int, unit: int) -> int:
    """Round a duration towards zero to a multiple of `unit`."""
    return number if unit <= 0 else number - (abs(number) % unit) * (1 if number >= 0 else -1)


def round_half_away(number: int, unit: int) -> int:
    """Round a duration to the nearest multiple; halves go away from zero."""
    if unit <= 0:
        return number
    rest = abs(number) % unit
    larger = abs(number) - rest + (unit if rest * 2 >= unit else 0)
    return larger if number >= 0 else -larger


def truncate_time(time: Time, unit: int) -> Time:
    """Round a time down, counted from Go's zero time."""
    since = time.total - ZERO * _SECOND
    return time if unit <= 0 else at(time.total - since % unit, time.zone)


def round_time(time: Time, unit: int) -> Time:
    """Round a time to the nearest multiple since Go's zero time; halves go up."""
    if unit <= 0:
        return time
    rest = (time.total - ZERO * _SECOND) % unit
    return at(time.total - rest + (unit if rest * 2 >= unit else 0), time.zone)


def duration_text(number: int) -> str:
    """Write a duration as Go prints it: `1h2m3.5s`."""
    if number == 0:
        return "0s"
    sign, size = ("-" if number < 0 else ""), abs(number)
    for unit, name in ((1, "ns"), (1_000, "µs"), (1_000_000, "ms")):
        if size < min(unit * 1000, _SECOND):
            return sign + _decimal(size, unit) + name
    minutes, rest = divmod(size, 60 * _SECOND)
    text = _decimal(rest, _SECOND) + "s"
    if minutes:
        hours, minutes = divmod(minutes, 60)
        text = f"{minutes}m{text}"
        if hours:
            text = f"{hours}h{text}"
    return sign + text


def _decimal(size: int, unit: int) -> str:
    whole, rest = divmod(size, unit)
    digits = f"{rest:0{len(str(unit)) - 1}d}".rstrip("0") if rest else ""
    return f"{whole}.{digits}" if digits else str(whole)


def month_text(number: int) -> str:
    """Name a month, counted from one."""
    return MONTHS[number - 1] if 0 < number <= len(MONTHS) else f"%!Month({number})"


def weekday_text(number: int) -> str:
    """Name a day of the week; Sunday is zero."""
    return DAYS[number] if 0 <= number < len(DAYS) else f"%!Weekday({number})"
