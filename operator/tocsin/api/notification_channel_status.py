"""The status of a NotificationChannel."""

from __future__ import annotations

from typing import Literal

from tocsin.api.meta import KubeModel
from tocsin.api.status import Count, KindStatus, Time, Word


class UsedBy(KubeModel):
    """How many objects would tell this channel."""

    alert_rules: Count
    """alertRules is the number of AlertRules."""
    health_checks: Count
    """healthChecks is the number of HealthChecks."""


class DeliveryFailure(KubeModel):
    """The last message that could not be delivered."""

    at: Time
    """at is when it failed."""
    reason: Word
    """reason in Alertmanager's words, such as clientError or rateLimited."""


class NotificationChannelStatus(KindStatus):
    """What became of the channel, and who uses it."""

    type: Word | None = None
    """type of the receiver, such as slack."""
    used_by: UsedBy | None = None
    """usedBy counts the objects that would tell this channel."""
    used_by_count: Count | None = None
    """usedByCount is their sum."""
    last_delivery: Time | None = None
    """lastDelivery is when a message was last delivered."""
    last_failure: DeliveryFailure | None = None
    """lastFailure is the last message that could not be delivered."""
    state: Literal["Active", "Suspended"] | None = None
    """state of the channel."""
