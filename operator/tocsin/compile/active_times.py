"""
Active times of a reference as data: one order, one text, read back with suspicion.

The text enters the digest of a notify block, so its form is frozen: what the user
wrote with every list sorted, the time zone always said, empty parts left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter, ValidationError

from tocsin.api.checks.notify import check_active_times
from tocsin.api.notify import ActiveTime
from tocsin.compile.hours import is_empty
from tocsin.compile.names import canonical_json

_LIST: TypeAdapter[list[ActiveTime]] = TypeAdapter(list[ActiveTime])
_MOST = 16


def canonical_times(active: Iterable[ActiveTime]) -> tuple[ActiveTime, ...]:
    """Put active times into one order; those that say the same are one."""
    written = {canonical_json(_written(one)): one for one in active}
    return tuple(_LIST.validate_python([_written(written[text]) for text in sorted(written)]))


def write_times(active: Iterable[ActiveTime]) -> list[dict[str, Any]]:
    """Write canonical active times as JSON-able data, in the API's own words."""
    return [_written(one) for one in active]


def read_times(record: Any) -> tuple[ActiveTime, ...]:
    """Read what `write_times` wrote; anything else raises ValueError."""
    try:
        active = _LIST.validate_python(record)
    except ValidationError as error:
        raise ValueError("not active times") from error
    empty = any(is_empty(window) for one in active for window in one.times)
    if not 0 < len(active) <= _MOST or empty or any(check_active_times(active, "")):
        raise ValueError("not active times")
    return canonical_times(active)


def _written(active: ActiveTime) -> dict[str, Any]:
    times = sorted({(one.start, one.end) for one in active.times})
    parts: dict[str, list[Any]] = {
        "times": [{"start": start, "end": end} for start, end in times],
        "weekdays": sorted(set(active.weekdays)),
        "daysOfMonth": sorted(set(active.days_of_month)),
        "months": sorted(set(active.months)),
        "years": sorted(set(active.years)),
    }
    return {"timezone": active.timezone} | {name: part for name, part in parts.items() if part}
