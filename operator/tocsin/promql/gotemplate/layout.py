"""
Go's time layouts: `2006-01-02 15:04:05` as format and as pattern.

Source: time/format.go (Go 1.26).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

MONTHS = [
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
]
DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
CHUNK = re.compile(
    r"January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|002|0[1-6]|15|1|2006|2|__2|_2(?!006)|3|4|5|PM|pm"
    r"|[-Z]07(?:0000|:00:00|00|:00|)|[.,](?:0+|9+)(?![0-9])"
)


def format_time(layout: str, at: datetime, nanos: int, zone: str, offset: int) -> str:
    """
    Write a time by a layout.

    `at` is the wall clock without zone, `nanos` the part of its second, `offset` seconds
    east of UTC.
    """

    def chunk(found: re.Match[str]) -> str:
        name = found.group()
        if name in _CHUNKS:
            return _CHUNKS[name](at)
        if name == "MST":
            return zone
        if name[0] in "-Z":
            return _offset(name, offset)
        digits = f"{nanos:09d}"[: len(name) - 1]
        if name[1] == "0":
            return name[0] + digits
        digits = digits.rstrip("0")
        return name[0] + digits if digits else ""

    return CHUNK.sub(chunk, layout)


def _hour12(at: datetime) -> int:
    return at.hour % 12 or 12


_CHUNKS: dict[str, Callable[[datetime], str]] = {
    "January": lambda at: MONTHS[at.month - 1],
    "Jan": lambda at: MONTHS[at.month - 1][:3],
    "Monday": lambda at: DAYS[at.isoweekday() % 7],
    "Mon": lambda at: DAYS[at.isoweekday() % 7][:3],
    "002": lambda at: f"{at.timetuple().tm_yday:03d}",
    "__2": lambda at: f"{at.timetuple().tm_yday:3d}",
    "01": lambda at: f"{at.month:02d}",
    "02": lambda at: f"{at.day:02d}",
    "03": lambda at: f"{_hour12(at):02d}",
    "04": lambda at: f"{at.minute:02d}",
    "05": lambda at: f"{at.second:02d}",
    "06": lambda at: f"{at.year % 100:02d}",
    "15": lambda at: f"{at.hour:02d}",
    "1": lambda at: str(at.month),
    "2006": lambda at: f"{at.year:04d}",
    "2": lambda at: str(at.day),
    "_2": lambda at: f"{at.day:2d}",
    "3": lambda at: str(_hour12(at)),
    "4": lambda at: str(at.minute),
    "5": lambda at: str(at.second),
    "PM": lambda at: "PM" if at.hour > 11 else "AM",  # noqa: PLR2004 noon
    "pm": lambda at: "pm" if at.hour > 11 else "am",  # noqa: PLR2004 noon
}


def _offset(name: str, offset: int) -> str:
    if name[0] == "Z" and not offset:
        return "Z"
    sign = "-" if offset < 0 else "+"
    minutes, seconds = divmod(abs(offset), 60)
    hours, minutes = divmod(minutes, 60)
    colon = ":" if ":" in name else ""
    parts = [f"{hours:02d}", f"{minutes:02d}", f"{seconds:02d}"]
    wanted = 1 + sum(name.count(rest) for rest in ("00",)) if len(name) > len("-07") else 1
    return sign + colon.join(parts[:wanted])


_PATTERNS: dict[str, str] = {
    "January": f"(?P<january>{'|'.join(MONTHS)})",
    "Jan": f"(?P<jan>{'|'.join(one[:3] for one in MONTHS)})",
    "Monday": f"(?:{'|'.join(DAYS)})",
    "Mon": f"(?:{'|'.join(one[:3] for one in DAYS)})",
    "01": r"(?P<month>\d\d)", "1": r"(?P<month>\d{1,2})",
    "02": r"(?P<day>\d\d)", "2": r"(?P<day>\d{1,2})", "_2": r" ?(?P<day>\d{1,2})",
    "2006": r"(?P<year>\d{4})", "06": r"(?P<short>\d\d)",
    "15": r"(?P<hour>\d\d)", "04": r"(?P<minute>\d\d)", "4": r"(?P<minute>\d{1,2})",
    "03": r"(?P<hour>\d\d)", "3": r"(?P<hour>\d{1,2})",
    "05": r"(?P<second>\d\d(?:[.,]\d+)?)", "5": r"(?P<second>\d{1,2}(?:[.,]\d+)?)",
    "PM": r"(?P<noon>AM|PM)", "pm": r"(?P<noon>am|pm)", "MST": r"(?:UTC|[A-Z]{3,4})",
}  # fmt: skip


def parse_time(layout: str, text: str) -> datetime | None:
    """Read a time in UTC by a layout; None where the text does not fit, or cannot be told."""
    pattern, end = "", 0
    for found in CHUNK.finditer(layout):
        pattern += re.escape(layout[end : found.start()])
        name = found.group()
        if name[0] in "-Z":
            pattern += r"(?P<zone>Z|[+-]\d\d(?::?\d\d)?)"
        elif name[0] not in ".,":
            pattern += _PATTERNS.get(name, r"\d+")
        end = found.end()
    try:
        matched = re.fullmatch(pattern + re.escape(layout[end:]), text, re.ASCII)
        return None if matched is None else _moment(matched.groupdict())
    except (re.error, ValueError, OverflowError):
        return None


def _moment(found: dict[str, str | None]) -> datetime:
    month = int(found.get("month") or 1)
    if found.get("january"):
        month = MONTHS.index(found["january"] or "") + 1
    elif found.get("jan"):
        month = [one[:3] for one in MONTHS].index(found["jan"] or "") + 1
    short = int(found.get("short") or 0)
    year = int(found.get("year") or (short + (1900 if short >= 69 else 2000)))  # noqa: PLR2004 Go's rule
    hour = int(found.get("hour") or 0)
    if found.get("noon"):
        hour = hour % 12 + (12 if (found["noon"] or "").upper() == "PM" else 0)
    second = int((found.get("second") or "0").replace(",", ".").split(".")[0])
    return datetime(  # noqa: DTZ001 the wall clock, as Go's layouts see it
        year, month, int(found.get("day") or 1), hour, int(found.get("minute") or 0), second
    )
