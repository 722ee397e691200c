"""Rules of `notify` and of active times, shared by all kinds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tocsin.api.checks.rule import Rule, broken
from tocsin.api.checks.timezones import is_timezone
from tocsin.api.duration import milliseconds
from tocsin.api.meta import KubeModel
from tocsin.api.notify import ActiveTime, ChannelRef, EscalationStep, Notify, TimeRange
from tocsin.api.problem import Problem, Reason

_WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_SHORTEST = 28
"""Days of the shortest month."""


def not_zero(duration: str | None) -> bool:
    """Tell whether a duration, where given, is longer than nothing."""
    return duration is None or milliseconds(duration) > 0


NOTIFY = (
    Rule(
        lambda notify: notify.max_per_hour is None or notify.group_interval is None,
        "maxPerHour sets the group interval itself; remove groupInterval or maxPerHour",
        "groupInterval",
        "!(has(self.maxPerHour) && has(self.groupInterval))",
    ),
    Rule(
        lambda notify: notify.max_per_hour is None or not notify.group_by,
        "maxPerHour puts all alerts of the rule into one group; remove groupBy or maxPerHour",
        "groupBy",
        "!(has(self.maxPerHour) && has(self.groupBy) && self.groupBy.size() > 0)",
    ),
    Rule(
        lambda notify: len(set(notify.group_by)) == len(notify.group_by),
        "holds a label twice; name each label once",
        "groupBy",
        shows="group_by",
    ),
    Rule(
        lambda notify: not_zero(notify.group_interval),
        "must be longer than zero, or Alertmanager refuses it; write for example groupInterval: 5m",
        "groupInterval",
        shows="group_interval",
    ),
    Rule(
        lambda notify: not_zero(notify.repeat_interval),
        "must be longer than zero, or Alertmanager refuses it; write for example "
        "repeatInterval: 4h",
        "repeatInterval",
        shows="repeat_interval",
    ),
)
STEP = (
    Rule(
        lambda step: not_zero(step.after),
        "is too early, an escalation step comes later than the first message; write for example "
        "after: 15m, or move its channels to notify.channels",
        "after",
        shows="after",
    ),
)
TIME_RANGE = (
    Rule(
        lambda times: times.start != times.end,
        "start and end are the same, so the span is empty; for the whole day leave times out",
        "end",
        "self.start != self.end",
    ),
)
ACTIVE_TIME = (
    Rule(
        lambda active: is_timezone(active.timezone),
        "is no time zone of the IANA list; write for example timezone: Europe/Paris",
        "timezone",
        shows="timezone",
    ),
    Rule(
        lambda active: all(_ordered(one, _WEEKDAYS) for one in active.weekdays),
        "holds a range that ends before it begins (weeks begin on sunday); write two entries, "
        'such as ["saturday", "sunday"]',
        "weekdays",
        shows="weekdays",
    ),
    Rule(
        lambda active: all(_days_ordered(one) for one in active.days_of_month),
        "holds a range that ends before it begins; write for example "
        'daysOfMonth: ["1:15", "-3:-1"]',
        "daysOfMonth",
        shows="days_of_month",
    ),
    Rule(
        lambda active: all(_ordered(one, _MONTHS) for one in active.months),
        'holds a range that ends before it begins; write two entries, such as ["11:12", "1:2"]',
        "months",
        shows="months",
    ),
    Rule(
        lambda active: all(_ordered(one, ()) for one in active.years),
        'holds a range that ends before it begins; write for example years: ["2026:2028"]',
        "years",
        shows="years",
    ),
)


def check_notify(notify: Notify | None, path: str) -> Iterator[Problem]:
    """Check a notify block."""
    if notify is None:
        return
    yield from broken(NOTIFY, notify, path)
    for position, step in enumerate(notify.escalation):
        yield from broken(STEP, step, f"{path}.escalation[{position}]")
    seen: set[tuple[str | None, str]] = set()
    for place, ref in _channels(notify, path):
        yield from check_active_times(ref.active_times, f"{place}.activeTimes")
        if (ref.namespace, ref.name) in seen:
            yield Problem(
                Reason.INVALID_SPEC,
                place,
                f'the channel "{ref.name}" stands twice in this notify block, and Alertmanager '
                "would swallow its second message; name each channel once",
            )
        seen.add((ref.namespace, ref.name))


def check_active_times(times: Sequence[ActiveTime], path: str) -> Iterator[Problem]:
    """Check a list of active times."""
    for position, active in enumerate(times):
        place = f"{path}[{position}]"
        yield from broken(ACTIVE_TIME, active, place)
        for number, span in enumerate(active.times):
            yield from broken(TIME_RANGE, span, f"{place}.times[{number}]")


def _channels(notify: Notify, path: str) -> Iterator[tuple[str, ChannelRef]]:
    for position, ref in enumerate(notify.channels):
        yield f"{path}.channels[{position}]", ref
    for number, step in enumerate(notify.escalation):
        for position, ref in enumerate(step.channels):
            yield f"{path}.escalation[{number}].channels[{position}]", ref


def _ordered(span: str, names: Sequence[str]) -> bool:
    first, _, last = span.partition(":")
    return not last or _rank(first, names) <= _rank(last, names)


def _rank(text: str, names: Sequence[str]) -> int:
    return names.index(text) + 1 if text in names else int(text)


def _days_ordered(span: str) -> bool:
    first, _, last = span.partition(":")
    if not last:
        return True
    begin, end = int(first), int(last)
    if begin < 0 < end:
        return False
    # As Alertmanager does: days from the end are counted in the shortest month.
    return _SHORTEST * (begin < 0) + begin <= _SHORTEST * (end < 0) + end


CEL_RULES: dict[type[KubeModel], tuple[Rule, ...]] = {
    Notify: NOTIFY,
    EscalationStep: STEP,
    TimeRange: TIME_RANGE,
    ActiveTime: ACTIVE_TIME,
}
