"""Durations as Prometheus writes them: `30s`, `1h30m`, `1d`."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import StringConstraints

PATTERN = (
    r"^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$"
)
"""prometheus-operator's own pattern (pkg/apis/monitoring/v1/types.go)."""

Duration = Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=PATTERN)]
"""A Prometheus duration."""

ShortDuration = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=32, pattern=r"^(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?$"
    ),
]
"""A duration that CEL can compare: only `h m s ms`."""

_PARTS = re.compile(r"([0-9]+)(ms|[ywdhms])")
_MILLISECONDS = {
    "y": 365 * 86_400_000,
    "w": 7 * 86_400_000,
    "d": 86_400_000,
    "h": 3_600_000,
    "m": 60_000,
    "s": 1000,
    "ms": 1,
}


def milliseconds(duration: str) -> int:
    """Give a duration's length in milliseconds; the text has passed the pattern before."""
    return sum(int(number) * _MILLISECONDS[unit] for number, unit in _PARTS.findall(duration))


def write_duration(total: int) -> str:
    """Write milliseconds the way Prometheus does, largest unit first; 0 is `0s`."""
    if total == 0:
        return "0s"
    text = ""
    for unit, size in _MILLISECONDS.items():
        # Prometheus writes years, weeks and days only where nothing smaller is left.
        if unit in {"y", "w", "d"} and total % size:
            continue
        count, total = divmod(total, size)
        if count:
            text += f"{count}{unit}"
    return text
