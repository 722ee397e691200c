"""The one table of kinds: it drives the CRDs, the RBAC rules, the docs and the handlers."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.api.meta import ALERT_RULE, GROUP, HEALTH_CHECK, NOTIFICATION_CHANNEL, VERSION


@dataclass(frozen=True, slots=True)
class Column:
    """A printer column; priority 1 shows it only with `-o wide`."""

    name: str
    json_path: str
    type: str = "string"
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: its names, its columns, and where its models live."""

    kind: str
    plural: str
    singular: str
    short_name: str
    module: str
    spec_model: str
    status_model: str
    columns: tuple[Column, ...]
    group: str = GROUP
    version: str = VERSION

    @property
    def status_module(self) -> str:
        """Where the status model lives."""
        return f"{self.module}_status"

    @property
    def resource(self) -> str:
        """The CRD's name: `alertrules.tocsin.dev`."""
        return f"{self.plural}.{self.group}"


def _condition(name: str) -> str:
    return f'.status.conditions[?(@.type=="{name}")].status'


_AGE = Column("Age", ".metadata.creationTimestamp", "date")

KINDS: tuple[Kind, ...] = (
    Kind(
        ALERT_RULE,
        "alertrules",
        "alertrule",
        "tar",
        "tocsin.api.alert_rule",
        "AlertRuleSpec",
        "AlertRuleStatus",
        (
            Column("Ready", _condition("Ready")),
            Column("Proven", _condition("Proven")),
            Column("State", ".status.state"),
            Column("Severity", ".status.severity"),
            Column("Active", ".status.activeCount", "integer"),
            Column("Since", ".status.since", "date"),
            Column("Channels", ".status.channelsSummary"),
            _AGE,
            Column("Tests", ".status.testsSummary", priority=1),
            Column("Reason", '.status.conditions[?(@.type=="Ready")].reason', priority=1),
        ),
    ),
    Kind(
        HEALTH_CHECK,
        "healthchecks",
        "healthcheck",
        "thc",
        "tocsin.api.health_check",
        "HealthCheckSpec",
        "HealthCheckStatus",
        (
            Column("Ready", _condition("Ready")),
            Column("Proven", _condition("Proven")),
            Column("State", ".status.state"),
            Column("Uptime-24h", ".status.uptime24h"),
            Column("Since", ".status.since", "date"),
            Column("Message", ".status.message"),
            _AGE,
            Column("Reason", '.status.conditions[?(@.type=="Ready")].reason', priority=1),
        ),
    ),
    Kind(
        NOTIFICATION_CHANNEL,
        "notificationchannels",
        "notificationchannel",
        "tnc",
        "tocsin.api.notification_channel",
        "NotificationChannelSpec",
        "NotificationChannelStatus",
        (
            Column("Ready", _condition("Ready")),
            Column("Type", ".status.type"),
            Column("Verified", _condition("Verified")),
            Column("Delivering", _condition("Delivering")),
            Column("Last-Delivery", ".status.lastDelivery", "date"),
            Column("Used-By", ".status.usedByCount", "integer"),
            _AGE,
            Column("Reason", '.status.conditions[?(@.type=="Ready")].reason', priority=1),
        ),
    ),
)

BY_KIND = {kind.kind: kind for kind in KINDS}
