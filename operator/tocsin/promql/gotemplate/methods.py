"""The methods of Go's values that a template may call, by type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tocsin.promql.gotemplate import times
from tocsin.promql.gotemplate.calls import Context, Function
from tocsin.promql.gotemplate.message import pair
from tocsin.promql.gotemplate.printing import sorted_pairs, stringer
from tocsin.promql.gotemplate.times import Time, at, duration
from tocsin.promql.gotemplate.values import LabelMap, NamedInt, Sequence, Struct, Unsupported

_SECOND = 1_000_000_000


def _plain(call: Callable[..., object], *takes: str) -> Function:
    """Make a method that needs nothing of the execution."""
    return Function(lambda _context, receiver, *given: call(receiver, *given), takes)


def _own_text(value: object) -> str:
    return stringer(value) or ""


def _pairs(labels: LabelMap) -> Sequence:
    return Sequence((pair(*one) for one in sorted_pairs(labels)), "template.Pairs")


def _remove(context: Context, labels: LabelMap, names: list[object]) -> LabelMap:
    context.spend(16 * (len(labels) + len(names)))
    gone = frozenset(names)
    return LabelMap({name: text for name, text in labels.items() if name not in gone})


def _with_status(status: str) -> Function:
    def select(context: Context, alerts: Sequence) -> Sequence:
        context.spend(16 * len(alerts))
        chosen = [
            one for one in alerts if isinstance(one, Struct) and one.fields["Status"] == status
        ]
        return Sequence(chosen, "[]template.Alert")

    return Function(select)


def _strings(field: str) -> Function:
    return _plain(lambda pairs: Sequence((one.fields[field] for one in pairs), "template.Strings"))


def _join(context: Context, strings: Sequence, separator: str) -> str:
    context.spend(sum(len(str(one)) + len(separator) for one in strings))
    return separator.join(map(str, strings))


def _clock(part: Callable[[Any], int]) -> Function:
    return _plain(lambda time: part(time.wall()))


def _named(go_type: str, part: Callable[[Any], int]) -> Function:
    return _plain(lambda time: NamedInt(part(time.wall()), go_type))


_NOTHING: Mapping[str, Function] = {}
_TIME: Mapping[str, Function] = {
    "Format": _plain(lambda time, layout: time.text(layout), "string"),
    "String": _plain(lambda time: time.text()),
    "UTC": _plain(lambda time: at(time.total, times.utc)),
    "Local": _plain(lambda time: at(time.total, times.utc)),
    "Sub": _plain(lambda time, other: duration(time.total - other.total), "time.Time"),
    "Add": _plain(lambda time, size: at(time.total + size, time.zone), "time.Duration"),
    "AddDate": _plain(times.plus_date, "int", "int", "int"),
    "Truncate": _plain(times.truncate_time, "time.Duration"),
    "Round": _plain(times.round_time, "time.Duration"),
    "Before": _plain(lambda time, other: time.total < other.total, "time.Time"),
    "After": _plain(lambda time, other: time.total > other.total, "time.Time"),
    "Equal": _plain(lambda time, other: time.total == other.total, "time.Time"),
    "Compare": _plain(
        lambda time, other: (time.total > other.total) - (time.total < other.total), "time.Time"
    ),
    "IsZero": _plain(lambda time: time.total == times.ZERO * _SECOND),
    "Unix": _plain(lambda time: NamedInt(time.seconds, "int64")),
    "UnixMilli": _plain(lambda time: NamedInt(time.total // 1_000_000, "int64")),
    "UnixMicro": _plain(lambda time: NamedInt(time.total // 1_000, "int64")),
    "Year": _clock(lambda wall: wall.year),
    "Month": _named("time.Month", lambda wall: wall.month),
    "Day": _clock(lambda wall: wall.day),
    "Weekday": _named("time.Weekday", lambda wall: wall.isoweekday() % 7),
    "YearDay": _clock(lambda wall: wall.timetuple().tm_yday),
    "Hour": _clock(lambda wall: wall.hour),
    "Minute": _clock(lambda wall: wall.minute),
    "Second": _clock(lambda wall: wall.second),
    "Nanosecond": _plain(lambda time: time.nanos),
}
_DURATION: Mapping[str, Function] = {
    "String": _plain(_own_text),
    "Hours": _plain(lambda size: size / (3600 * _SECOND)),
    "Minutes": _plain(lambda size: size / (60 * _SECOND)),
    "Seconds": _plain(lambda size: size / _SECOND),
    "Milliseconds": _plain(lambda size: NamedInt(times.truncate(size, 10**6) // 10**6, "int64")),
    "Microseconds": _plain(lambda size: NamedInt(times.truncate(size, 10**3) // 10**3, "int64")),
    "Nanoseconds": _plain(lambda size: NamedInt(size, "int64")),
    "Round": _plain(
        lambda size, unit: duration(times.round_half_away(size, unit)), "time.Duration"
    ),
    "Truncate": _plain(lambda size, unit: duration(times.truncate(size, unit)), "time.Duration"),
    "Abs": _plain(lambda size: duration(abs(size))),
}
_TEXT: Mapping[str, Function] = {"String": _plain(_own_text)}
_METHODS: Mapping[str, Mapping[str, Function]] = {
    "template.KV": {
        "SortedPairs": _plain(_pairs),
        "Names": _plain(
            lambda labels: Sequence((name for name, _ in sorted_pairs(labels)), "template.Strings")
        ),
        "Values": _plain(
            lambda labels: Sequence((text for _, text in sorted_pairs(labels)), "template.Strings")
        ),
        "Remove": Function(_remove, ("[]string",)),
        "String": _plain(_own_text),
    },
    "template.Pairs": {
        "Names": _strings("Name"), "Values": _strings("Value"), "String": _plain(_own_text),
    },
    "template.Strings": {"Join": Function(_join, ("string",))},
    "template.Alerts": {"Firing": _with_status("firing"), "Resolved": _with_status("resolved")},
    "time.Time": _TIME,
    "time.Duration": _DURATION,
    "time.Month": _TEXT,
    "time.Weekday": _TEXT,
}  # fmt: skip
_NOT_DONE: Mapping[str, frozenset[str]] = {
    "time.Time": frozenset(
        {"AppendFormat", "AppendText", "AppendBinary", "Clock", "Date", "GoString", "GobEncode",
         "ISOWeek", "In", "IsDST", "Location", "MarshalBinary", "MarshalJSON", "MarshalText",
         "UnixNano", "Zone", "ZoneBounds"}
    ),
}  # fmt: skip


def find_method(receiver: object, go_type: str, name: str) -> Function | None:
    """Give a method of a type; None where the name may be a field's or a key's."""
    if name in _NOT_DONE.get(go_type, ()):
        raise Unsupported(f"{name} of a time cannot be checked: use Format")
    del receiver
    return _METHODS.get(go_type, _NOTHING).get(name)


def is_time(value: object) -> bool:
    """Tell whether a value is a time."""
    return isinstance(value, Time)
