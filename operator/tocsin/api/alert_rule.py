"""`AlertRule`: one alert intent. Becomes one PrometheusRule in the same namespace."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from tocsin.api.duration import Duration
from tocsin.api.meta import (
    MAP_BY_NAME,
    MAP_BY_SEVERITY,
    SET,
    URL,
    AnnotationName,
    Flag,
    KubeModel,
    LabelName,
    LabelValue,
    Name,
    NamespaceName,
    PromQL,
    Severity,
    Team,
    Text,
)
from tocsin.api.notify import Notify
from tocsin.api.number import Number

AlertName = Annotated[str, StringConstraints(min_length=1, max_length=256)]


class Level(KubeModel):
    """One severity of the alert; exactly one of above, below and expr."""

    severity: Severity
    """severity of the alert at this level."""
    above: Number | None = None
    """above fires while the query's value is greater: a number, "0.05" or 5%."""
    below: Number | None = None
    """below fires while the query's value is less: a number, "0.05" or 5%."""
    expr: PromQL | None = None
    """expr is a whole condition of this level's own, instead of the query and a line."""
    recover: Number | None = None
    """recover is the line at which a firing alert ends (hysteresis)."""
    for_: Annotated[Duration | None, Field(alias="for")] = None
    """for is how long the condition must hold before the alert fires. Default 0s."""
    keep_firing_for: Duration | None = None
    """keepFiringFor keeps the alert firing this long after the condition ended."""


class NoData(KubeModel):
    """An alert for when no series feeds the query."""

    after: Duration
    """after is how long the series must be gone."""
    severity: Severity | None = None
    """severity of that alert. Default: the operator's default for AlertRules."""


class InhibitedBy(KubeModel):
    """What mutes this rule's alerts while it fires; a kind and name, or an alertName."""

    kind: Literal["AlertRule", "HealthCheck"] | None = None
    """kind of the source: AlertRule or HealthCheck."""
    name: Name | None = None
    """name of the source object."""
    namespace: NamespaceName | None = None
    """namespace of the source object; absent means this object's own."""
    alert_name: AlertName | None = None
    """alertName of anybody's alert, instead of kind and name."""
    equal: Annotated[tuple[LabelName, ...], Field(max_length=16, json_schema_extra=SET)] = ()
    """equal are labels whose values must agree; empty means any firing source mutes."""


class InputSeries(KubeModel):
    """A series that a test feeds, in promtool's notation."""

    series: Annotated[str, StringConstraints(min_length=1, max_length=2048)]
    """series is a metric with labels."""
    values: Annotated[str, StringConstraints(min_length=1, max_length=4096)]
    """values in promtool's notation, such as `0+6x30`."""


class ExpectedAlert(KubeModel):
    """An alert that must fire; labels that are not named are not compared."""

    severity: Severity | None = None
    """severity of the alert."""
    labels: Annotated[dict[LabelName, LabelValue], Field(max_length=16)] = Field(default={})
    """labels that the alert has; those that are not named are not compared."""
    annotations: Annotated[dict[AnnotationName, Text], Field(max_length=8)] = Field(default={})
    """annotations that the alert has, as they read then; others are not compared."""


class Expectation(KubeModel):
    """Exactly which alerts fire at one time."""

    at: Duration
    """at is the time since the test's start."""
    firing: Annotated[tuple[ExpectedAlert, ...], Field(max_length=32)]
    """firing lists all alerts that fire then; empty means none."""


class RuleTest(KubeModel):
    """A unit test of the rule, run by promtool before the rule goes live."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    """name says what the test shows."""
    interval: Duration = "1m"
    """interval between the samples of the input series."""
    input_series: Annotated[tuple[InputSeries, ...], Field(min_length=1, max_length=64)]
    """inputSeries are the samples that the rule sees."""
    expect: Annotated[tuple[Expectation, ...], Field(min_length=1, max_length=32)]
    """expect says what fires when."""


class AlertRuleSpec(KubeModel):
    """What is wrong, how bad, who hears of it, and what to do."""

    alert_name: AlertName | None = None
    """alertName of the alert. Default: the object's name. Several rules may share one."""
    team: Team | None = None
    """team that owns the alert. Default: the namespace's label tocsin.dev/team."""
    summary: Text | None = None
    """summary is one line with placeholders like {value | percent} and {labels.route}."""
    description: Text | None = None
    """description says more; placeholders as in summary."""
    runbook_url: Annotated[URL | None, Field(alias="runbookURL")] = None
    """runbookURL leads to what to do."""
    dashboard_url: Annotated[URL | None, Field(alias="dashboardURL")] = None
    """dashboardURL leads to what to look at."""
    expr: PromQL | None = None
    """expr is the PromQL condition; with levels it is the query that they compare."""
    for_: Annotated[Duration | None, Field(alias="for")] = None
    """for is how long the condition must hold before the alert fires. Default 0s."""
    keep_firing_for: Duration | None = None
    """keepFiringFor keeps the alert firing this long after the condition ended."""
    severity: Severity | None = None
    """severity of the alert. Default: warning (set by the operator's configuration)."""
    levels: Annotated[
        tuple[Level, ...], Field(max_length=8, json_schema_extra=MAP_BY_SEVERITY)
    ] = ()
    """levels are severities with lines of their own; the higher mutes the lower."""
    no_data: NoData | None = None
    """noData is an alert for when no series feeds the query; only with above or below."""
    interval: Duration | None = None
    """interval between evaluations. Default: Prometheus' global one."""
    labels: Annotated[dict[LabelName, LabelValue], Field(max_length=64)] = Field(default={})
    """labels added to the alert."""
    annotations: Annotated[dict[AnnotationName, Text], Field(max_length=64)] = Field(default={})
    """annotations added to the alert; placeholders as in summary."""
    inhibited_by: Annotated[tuple[InhibitedBy, ...], Field(max_length=16)] = ()
    """inhibitedBy lists what mutes these alerts while it fires."""
    notify: Notify | None = None
    """notify says who hears. Absent: the namespace's default channels."""
    tests: Annotated[tuple[RuleTest, ...], Field(max_length=32, json_schema_extra=MAP_BY_NAME)] = ()
    """tests run before the rule goes live; a failing one keeps the last good rule."""
    suspend: Flag = False
    """suspend stops the rule: its PrometheusRule is removed."""
