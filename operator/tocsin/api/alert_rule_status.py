"""The status of an AlertRule."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from tocsin.api.meta import KubeModel, LabelName, LabelValue
from tocsin.api.status import Count, Generation, KindStatus, Line, Time, Word

ChannelName = Annotated[str, StringConstraints(max_length=320)]


class ActiveAlert(KubeModel):
    """One alert that is pending or firing."""

    labels: Annotated[dict[LabelName, LabelValue], Field(max_length=64)] = Field(default={})
    """labels of the alert, without the reserved ones."""
    severity: Word | None = None
    """severity of the alert."""
    state: Literal["pending", "firing"]
    """state of the alert."""
    since: Time | None = None
    """since when it is in that state."""


class TestCounts(KubeModel):
    """How the rule's tests went."""

    passed: Count
    """passed is how many tests passed."""
    failed: Count
    """failed is how many tests failed."""


class AlertRuleStatus(KindStatus):
    """What became of the rule, and what it says now."""

    live_generation: Generation | None = None
    """liveGeneration is the generation whose output is live (the last good one)."""
    state: Literal["Inactive", "Pending", "Firing", "Unknown", "Suspended"] | None = None
    """state of the rule, the worst of its alerts."""
    severity: Word | None = None
    """severity of the worst alert that is active."""
    active_count: Count | None = None
    """activeCount is how many alerts are pending or firing."""
    since: Time | None = None
    """since when the rule is in its state."""
    active_alerts: Annotated[tuple[ActiveAlert, ...], Field(max_length=10)] = ()
    """activeAlerts are at most ten of the alerts, the worst first."""
    channels: Annotated[tuple[ChannelName, ...], Field(max_length=300)] = ()
    """channels that would be told, as namespace/name."""
    channels_summary: Line | None = None
    """channelsSummary is the list of channels, short."""
    tests: TestCounts | None = None
    """tests counts the tests that passed and failed."""
    tests_summary: Word | None = None
    """testsSummary is the tests' result, such as 3/3."""
    prometheus_rule: Annotated[str, StringConstraints(max_length=253)] | None = None
    """prometheusRule is the name of the PrometheusRule made from this object."""
