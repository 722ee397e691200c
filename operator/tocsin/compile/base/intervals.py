"""Time intervals of a base, by the rules of Alertmanager's `timeinterval` package."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tocsin.api.checks.timezones import is_timezone

_TIME = re.compile("(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00")
_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_WEEKDAY_OF = {name: number for number, name in enumerate(_DAYS)}
_MONTH_OF = {name: number for number, name in enumerate(_MONTHS, 1)}
_SHORTEST_MONTH, _LONGEST_MONTH = 28, 31


def check_interval(path: str, interval: Mapping[str, Any]) -> Iterator[str]:
    """Say what of one interval Alertmanager would refuse; the types were checked before."""
    for index, span in enumerate(interval.get("times") or ()):
        start, end = str(span.get("start_time")), str(span.get("end_time"))
        if not (_TIME.fullmatch(start) and _TIME.fullmatch(end) and start < end):
            yield f"{path}.times[{index}]: needs start_time before end_time, as HH:MM"
    for field, member in (("weekdays", _weekday), ("months", _month), ("years", _year)):
        for text in interval.get(field) or ():
            if not _is_range([member(part) for part in str(text).lower().split(":")]):
                yield f"{path}.{field}: {str(text)[:40]!r} is no range"
    for text in interval.get("days_of_month") or ():
        if not _is_day_range([_year(part) for part in str(text).split(":")]):
            yield f"{path}.days_of_month: {str(text)[:40]!r} is no range"
    zone = interval.get("location")
    if zone and not is_timezone(str(zone)) and zone != "Local":
        yield f"{path}.location: {str(zone)[:40]!r} is no time zone"


def _is_range(members: list[int | None]) -> bool:
    known = [one for one in members if one is not None]
    return len(known) == len(members) <= 2 and known[0] <= known[-1]  # noqa: PLR2004 begin and end


def _is_day_range(days: list[int | None]) -> bool:
    known = [one for one in days if one is not None]
    if not (len(known) == len(days) <= 2):  # noqa: PLR2004 begin and end
        return False
    begin, end = known[0], known[-1]
    if not all(1 <= abs(one) <= _LONGEST_MONTH for one in known) or begin < 0 < end:
        return False
    first, last = (one + _SHORTEST_MONTH if one < 0 else one for one in (begin, end))
    return first <= last


def _weekday(text: str) -> int | None:
    return _WEEKDAY_OF.get(text)


def _month(text: str) -> int | None:
    number = _year(text)
    if number is None:
        return _MONTH_OF.get(text)
    return number if 1 <= number <= len(_MONTHS) else None


def _year(text: str) -> int | None:
    return int(text) if re.fullmatch("-?[0-9]{1,9}", text) else None
