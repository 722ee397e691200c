"""Values as messages write them."""

from __future__ import annotations

_UNITS = (("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000))


def duration(milliseconds: int) -> str:
    """Write a time as Prometheus does: `1h30m`."""
    parts = []
    for unit, size in _UNITS:
        count, milliseconds = divmod(milliseconds, size)
        if count:
            parts.append(f"{count}{unit}")
    if milliseconds or not parts:
        parts.append(f"{milliseconds}ms")
    return "".join(parts)


def listed(names: list[str]) -> str:
    """Join names as a sentence does: `a, b and c`."""
    if len(names) < 2:  # noqa: PLR2004 one name needs no "and"
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
