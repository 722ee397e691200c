"""
`spec.notify`: who hears of an alert, and how messages are batched.

Shared by AlertRule and HealthCheck. Field names are Alertmanager's
(group_by, group_wait, group_interval, repeat_interval) in camelCase.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from tocsin.api.duration import Duration
from tocsin.api.meta import SET, KubeModel, LabelName, Name, NamespaceName, Severity

ClockTime = Annotated[
    str, StringConstraints(max_length=5, pattern=r"^((([01][0-9])|(2[0-3])):[0-5][0-9]|24:00)$")
]
_WEEKDAY = "(sunday|monday|tuesday|wednesday|thursday|friday|saturday)"
_MONTH = (
    "(january|february|march|april|may|june|july|august|september|october|november|december"
    "|[1-9]|1[0-2])"
)
_DAY = "-?([1-9]|[12][0-9]|3[01])"


def _one_or_range(part: str) -> StringConstraints:
    return StringConstraints(min_length=1, max_length=32, pattern=f"^{part}(:{part})?$")


WeekdayRange = Annotated[str, _one_or_range(_WEEKDAY)]
DayRange = Annotated[str, _one_or_range(_DAY)]
MonthRange = Annotated[str, _one_or_range(_MONTH)]
TimezoneName = Annotated[
    str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_+/-]+$")
]
YearRange = Annotated[str, _one_or_range("[0-9]{4}")]


class TimeRange(KubeModel):
    """A span within a day; it may pass midnight (it is split in two for Alertmanager)."""

    start: ClockTime
    """start of the span, `HH:MM`, inclusive."""
    end: ClockTime
    """end of the span, `HH:MM`, exclusive; `24:00` is the end of the day."""


class ActiveTime(KubeModel):
    """When notifications are sent; every part given must hold."""

    times: Annotated[tuple[TimeRange, ...], Field(max_length=16)] = ()
    """times of the day; empty means the whole day."""
    weekdays: Annotated[tuple[WeekdayRange, ...], Field(max_length=16)] = ()
    """weekdays are names or ranges, such as `monday:friday`."""
    days_of_month: Annotated[tuple[DayRange, ...], Field(max_length=16)] = ()
    """daysOfMonth are numbers or ranges; negative ones count from the end."""
    months: Annotated[tuple[MonthRange, ...], Field(max_length=16)] = ()
    """months are names, numbers or ranges."""
    years: Annotated[tuple[YearRange, ...], Field(max_length=16)] = ()
    """years are numbers or ranges."""
    timezone: TimezoneName = "UTC"
    """timezone is an IANA name such as `Europe/Paris`."""


class ChannelRef(KubeModel):
    """A NotificationChannel by name, with what this reference narrows."""

    name: Name
    """name of the NotificationChannel."""
    namespace: NamespaceName | None = None
    """namespace of the channel; absent means this object's own. Its owner must allow it."""
    min_severity: Severity | None = None
    """minSeverity sends only alerts at least this severe; it can raise the channel's own floor."""
    active_times: Annotated[tuple[ActiveTime, ...], Field(max_length=16)] = ()
    """activeTimes restrict when this channel hears of the alert; empty means always."""


class EscalationStep(KubeModel):
    """Who hears next if the alert goes on."""

    after: Duration
    """after is how long the alert must have been firing, at least."""
    channels: Annotated[tuple[ChannelRef, ...], Field(min_length=1, max_length=16)]
    """channels that hear then."""


class Notify(KubeModel):
    """Who hears of the alert. Without it, the namespace's default channels do."""

    channels: Annotated[tuple[ChannelRef, ...], Field(max_length=32)] = ()
    """channels to notify; an explicit empty list means nobody, on purpose."""
    escalation: Annotated[tuple[EscalationStep, ...], Field(max_length=8)] = ()
    """escalation steps, who hears next if it goes on."""
    group_by: Annotated[tuple[LabelName, ...], Field(max_length=16, json_schema_extra=SET)] = ()
    """groupBy are labels whose values get messages of their own."""
    group_wait: Duration | None = None
    """groupWait is how long the first message of a group waits for others. Default 30s."""
    group_interval: Duration | None = None
    """groupInterval is how long news of a group waits after a message. Default 5m."""
    repeat_interval: Duration | None = None
    """repeatInterval is when a still firing alert is told again. Default 4h."""
    max_per_hour: Annotated[int, Field(strict=True, ge=1, le=60)] | None = None
    """maxPerHour bounds the messages per channel; excludes groupBy and groupInterval."""
