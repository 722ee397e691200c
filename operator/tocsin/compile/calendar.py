"""Ranges of minutes, days, months and years: read, merged, turned inside out, compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Range = tuple[int, int]
Ranges = tuple[Range, ...]
"""Sorted and apart from each other."""

WEEKDAY_NAMES = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
ANY_DAY: tuple[Ranges, Ranges, Ranges] = ((), (), ())
"""No restriction of days of the month, months and years."""

_LONGEST = 31


def ranges_of(texts: Iterable[str], names: Sequence[str] = (), *, first: int = 1) -> list[Range]:
    """Read `monday:friday` or `-3:-1` as numbers, both ends included."""

    def number(text: str) -> int:
        return names.index(text) + first if text in names else int(text)

    found = []
    for text in texts:
        begin, _, end = text.partition(":")
        found.append((number(begin), number(end or begin)))
    return found


def merged(ranges: Iterable[Range]) -> Ranges:
    """Join half-open ranges that touch."""
    joined: list[Range] = []
    for begin, end in sorted(ranges):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return tuple(joined)


def outside(ranges: Ranges, whole: Range) -> Ranges:
    """Give what half-open ranges leave of a whole."""
    found: list[Range] = []
    at = whole[0]
    for begin, end in ranges:
        if at < begin:
            found.append((at, min(begin, whole[1])))
        at = max(at, end)
    if at < whole[1]:
        found.append((at, whole[1]))
    return tuple(found)


def share(first: Ranges, second: Ranges) -> bool:
    """Tell whether half-open ranges have something in common."""
    return any(max(one[0], other[0]) < min(one[1], other[1]) for one in first for other in second)


# -- days of the month: negative ones count from the end, -1 is the last --------------------


def merged_days(ranges: Sequence[Range]) -> Ranges:
    """Join days of one sign; empty where every day is meant."""
    ahead = merged((begin, end + 1) for begin, end in ranges if begin > 0 and end > 0)
    behind = merged((begin, end + 1) for begin, end in ranges if begin < 0)
    mixed = {(begin, end) for begin, end in ranges if begin > 0 > end}
    found = {(begin, end - 1) for begin, end in (*ahead, *behind)} | mixed
    if found & {(1, _LONGEST), (-_LONGEST, -1), (1, -1)}:
        return ()
    return tuple(sorted(found))


def days_outside(days: Ranges) -> Ranges | None:
    """Give the other days; None where that depends on how long the month is."""
    if all(begin > 0 for begin, _ in days) and all(end > 0 for _, end in days):
        whole = (1, _LONGEST + 1)
    elif all(end < 0 and begin < 0 for begin, end in days):
        whole = (-_LONGEST, 0)
    elif len(days) == 1:
        [(begin, end)] = days
        before = ((1, begin - 1),) if begin > 1 else ()
        return before + (((end + 1, -1),) if end < -1 else ())
    else:
        return None
    left = outside(tuple((begin, end + 1) for begin, end in days), whole)
    return tuple((begin, end - 1) for begin, end in left)


def share_a_day(first: Ranges, second: Ranges) -> bool:
    """Tell whether days may coincide; days of unlike signs may, in some month."""
    if not first or not second:
        return True
    return any(
        not _one_sign(one, other) or (max(one[0], other[0]) <= min(one[1], other[1]))
        for one in first
        for other in second
    )


def _one_sign(one: Range, other: Range) -> bool:
    return len({end > 0 for pair in (one, other) for end in pair}) == 1
