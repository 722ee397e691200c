"""What a notify block and active times may not say, apart from their form (`tocsin.api.checks`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tocsin.api.config import OperatorConfig
from tocsin.api.duration import milliseconds
from tocsin.api.notify import ActiveTime, ChannelRef, Notify
from tocsin.api.problem import Problem
from tocsin.compile.hours import is_empty, passes_midnight
from tocsin.compile.refusals import (
    brief_problem,
    duration_problem,
    invalid,
    present,
    severity_problem,
    shortest_interval,
)

_NOTIFY = "spec.notify"


def check_notify_meaning(
    namespace: str, notify: Notify, config: OperatorConfig
) -> Iterator[Problem]:
    """Give everything that is wrong with the notify block of an object of a namespace."""
    seen: set[tuple[str, str]] = set()
    for field, channel in _channels(notify):
        key = (channel.namespace or namespace, channel.name)
        if key in seen:
            yield invalid(
                field,
                f"names channel {'/'.join(key)} again, and Alertmanager would swallow its second "
                "message: name each channel once",
            )
        seen.add(key)
        problem = severity_problem(f"{field}.minSeverity", channel.min_severity, config.severities)
        if problem is not None:
            yield problem
        yield from check_hours(f"{field}.activeTimes", channel.active_times)
    yield from _escalation(notify)
    shortest = shortest_interval(namespace, config)
    yield from present(
        (
            duration_problem(f"{_NOTIFY}.groupWait", notify.group_wait),
            brief_problem(f"{_NOTIFY}.groupInterval", notify.group_interval, shortest),
            brief_problem(f"{_NOTIFY}.repeatInterval", notify.repeat_interval, shortest),
        )
    )


def _channels(notify: Notify) -> Iterator[tuple[str, ChannelRef]]:
    for index, channel in enumerate(notify.channels):
        yield f"{_NOTIFY}.channels[{index}]", channel
    for number, step in enumerate(notify.escalation):
        for index, channel in enumerate(step.channels):
            yield f"{_NOTIFY}.escalation[{number}].channels[{index}]", channel


def _escalation(notify: Notify) -> Iterator[Problem]:
    for number, step in enumerate(notify.escalation):
        field = f"{_NOTIFY}.escalation[{number}].after"
        yield from present((duration_problem(field, step.after),))
        first = notify.group_wait
        if first is not None and milliseconds(step.after) <= milliseconds(first):
            yield invalid(
                field,
                f"{step.after} is no later than the first message, which groupWait sends after "
                f"{first}: write a longer time, or move the channels to spec.notify.channels",
            )


def check_hours(field: str, active: Iterable[ActiveTime]) -> Iterator[Problem]:
    """
    Refuse a window without a minute, and one over midnight beside dates.

    Its part after midnight is on the day after, and which date that is depends on how
    long the month is.
    """
    for index, one in enumerate(active):
        for number, span in enumerate(one.times):
            if is_empty(span):
                yield invalid(
                    f"{field}[{index}].times[{number}]",
                    "is empty, because 24:00 is the midnight at which the next day begins: write "
                    'start: "00:00" and end: "24:00" for the whole day',
                )
        if passes_midnight(one) and (one.days_of_month or one.months or one.years):
            yield invalid(
                f"{field}[{index}].times",
                "passes midnight beside daysOfMonth, months or years, and which day follows would "
                'depend on the month: write two entries, one that ends at "24:00" and one from '
                '"00:00" for the days after',
            )
