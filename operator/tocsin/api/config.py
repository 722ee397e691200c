"""
The operator's configuration: one YAML file, validated as a whole before anything starts.

This is the platform's side of the contract: where the Alertmanager Secret is,
who hears when a namespace has no default of its own, which severities there are
and in which order, and what a tenant may use up. `docs/reference/configuration.md`
is generated from these models.
"""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from tocsin.api.duration import Duration, milliseconds
from tocsin.api.meta import (
    URL,
    KubeModel,
    LabelName,
    Name,
    NamespaceName,
    SecretKey,
    SecretKeyRef,
    Severity,
    ShortText,
)
from tocsin.api.policy import Policy

LabelKey = Annotated[str, StringConstraints(min_length=1, max_length=317)]

_LONGEST = (2**63 - 1) // 1_000_000
"""Milliseconds in the longest duration that Alertmanager can hold, 292 years."""
_WORD = "[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
_DOMAIN = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*"
_LABEL_KEY = re.compile(f"(?:{_DOMAIN}/)?{_WORD}")
_LABEL_VALUE = re.compile(f"(?:{_WORD})?")


class SecretLocation(KubeModel):
    """Where a Secret is."""

    namespace: NamespaceName = "monitoring"
    """namespace of the Secret."""
    name: Name = "alertmanager-tocsin"
    """name of the Secret; set it as `spec.configSecret` of the Alertmanager object."""


class BaseSecret(KubeModel):
    """An Alertmanager configuration that was there before Tocsin, and is kept."""

    name: Name
    """name of the Secret, in the namespace of `alertmanager.secret`; only read, never written."""
    key: SecretKey = "alertmanager.yaml"
    """key of the Secret that holds the configuration."""


class ServiceAccountName(KubeModel):
    """The operator's own ServiceAccount, named in messages that ask for consent."""

    namespace: NamespaceName = "tocsin-system"
    """namespace of the ServiceAccount."""
    name: Name = "tocsin"
    """name of the ServiceAccount."""


class AlertmanagerSettings(KubeModel):
    """The Alertmanager that Tocsin configures."""

    secret: SecretLocation = SecretLocation()
    """secret that the operator makes and keeps: the Alertmanager configuration."""
    base_secret: BaseSecret | None = None
    """baseSecret holds an existing configuration, which becomes a part of the operator's."""
    existing_namespaces: Annotated[tuple[NamespaceName, ...], Field(max_length=256)] = ()
    """existingNamespaces may have channels that are receivers of the base configuration."""
    urls: Annotated[tuple[URL, ...], Field(max_length=16)] = ()
    """urls of every replica, read to see which configuration is loaded; empty: not observed."""
    version: Annotated[str, StringConstraints(max_length=32, pattern=r"^0\.[0-9]+(\.[0-9]+)?$")] = (
        "0.34.2"
    )
    """version of Alertmanager that the configuration is written for."""
    secret_files_path: Annotated[str, StringConstraints(max_length=256, pattern=r"^/[^\s]*$")] = (
        "/etc/alertmanager/config"  # noqa: S105 a folder
    )
    """secretFilesPath is where prometheus-operator mounts the Secret's keys in Alertmanager."""
    selects_configs: bool = False
    """selectsConfigs says that the Alertmanager object has alertmanagerConfigSelector or
    alertmanagerConfiguration, as kube-prometheus-stack's has: channels that prometheus-operator
    would refuse the whole Secret for, then, are refused alone."""
    max_secret_bytes: Annotated[int, Field(ge=1024, le=1_040_000)] = 1_000_000
    """maxSecretBytes is the budget of the Secret; growth beyond it is refused with SizeLimit."""


class PrometheusSettings(KubeModel):
    """The Prometheus that evaluates the rules."""

    version: Annotated[
        str, StringConstraints(max_length=32, pattern=r"^[23]\.[0-9]+(\.[0-9]+)?$")
    ] = "3.15.0"
    """version of Prometheus that the rules are written for: which template functions it has."""


class Grouping(KubeModel):
    """How messages are batched where a notify block says nothing; Alertmanager's defaults."""

    group_wait: Duration = "30s"
    """groupWait is how long the first message of a group waits for others."""
    group_interval: Duration = "5m"
    """groupInterval is how long news of a group waits after a message."""
    repeat_interval: Duration = "4h"
    """repeatInterval is when a still firing alert is told again."""


class DefaultChannel(KubeModel):
    """A channel that hears where a namespace has no default channel of its own."""

    name: Name
    """name of the NotificationChannel."""
    namespace: NamespaceName
    """namespace of the NotificationChannel."""
    min_severity: Severity | None = None
    """minSeverity sends only alerts at least this severe."""
    after: Duration | None = None
    """after sends only what goes on this long."""


class SMTPSettings(KubeModel):
    """The mail relay of channels that name none."""

    smarthost: Annotated[str, StringConstraints(max_length=256, pattern=r"^[^\s:]+:[0-9]{1,5}$")]
    """smarthost is the relay as host:port."""
    from_: Annotated[str, StringConstraints(min_length=3, max_length=320), Field(alias="from")]
    """from is the sender's address."""
    hello: ShortText | None = None
    """hello is the name told to the relay."""
    auth_username: ShortText | None = None
    """authUsername for the relay."""
    auth_password_secret_ref: SecretKeyRef | None = None
    """authPasswordSecretRef is a key of a Secret in the Alertmanager Secret's namespace."""
    require_tls: bool = True
    """requireTLS refuses a relay without STARTTLS."""


class DefaultSeverities(KubeModel):
    """Severities of objects that name none."""

    alert_rule: Severity = "warning"
    """alertRule is the severity of an AlertRule without one."""
    health_check: Severity | None = None
    """healthCheck is the severity of a HealthCheck without one. Default: the highest."""


class Limits(KubeModel):
    """What one namespace may use up."""

    rules_per_namespace: Annotated[int, Field(ge=1, le=100_000)] = 1000
    """rulesPerNamespace is the largest number of AlertRules that are compiled."""
    channels_per_namespace: Annotated[int, Field(ge=1, le=10_000)] = 50
    """channelsPerNamespace is the largest number of NotificationChannels that are compiled."""
    min_interval: Duration = "1s"
    """minInterval is the shortest interval, groupInterval and repeatInterval; 15s is sensible."""
    rule_bytes: Annotated[int, Field(ge=1024, le=409_600)] = 131_072
    """ruleBytes is the largest PrometheusRule that one AlertRule may become."""
    bytes_per_namespace: Annotated[int, Field(ge=1024, le=1_000_000_000)] = 134_217_728
    """bytesPerNamespace is the largest sum of the PrometheusRules of one namespace."""
    channel_bytes_per_namespace: Annotated[int, Field(ge=1024, le=1_000_000)] = 131_072
    """channelBytesPerNamespace is what one namespace's channels may take of the Secret."""


class PromtoolSettings(KubeModel):
    """The program that runs the tests of AlertRules."""

    path: Annotated[str, StringConstraints(max_length=1024, pattern=r"^[^\s]*$")] = "promtool"
    """path of promtool; a name alone is looked for in PATH. Empty: tests are not run."""
    timeout: Annotated[
        str,
        StringConstraints(min_length=2, max_length=16, pattern=r"^([0-9]{1,4}m)?([0-9]{1,4}s)?$"),
    ] = "10s"
    """timeout is how much processor time the tests of one rule may take."""
    processes: Annotated[int, Field(ge=1, le=16)] = 1
    """processes is how many runs of promtool there may be at once, about 80 MiB each."""


class OperatorConfig(KubeModel):
    """The whole configuration file."""

    alertmanager: AlertmanagerSettings = AlertmanagerSettings()
    """alertmanager that is configured and observed."""
    prometheus: PrometheusSettings = PrometheusSettings()
    """prometheus that evaluates the rules."""
    service_account: ServiceAccountName = ServiceAccountName()
    """serviceAccount that the operator runs as; messages that ask for consent name it."""
    default_channels: Annotated[tuple[DefaultChannel, ...], Field(max_length=16)] = ()
    """defaultChannels hear where a namespace has no default channel of its own."""
    grouping: Grouping = Grouping()
    """grouping of messages where a notify block says nothing."""
    smtp: SMTPSettings | None = None
    """smtp is the mail relay of channels that name none."""
    severities: Annotated[tuple[Severity, ...], Field(min_length=1, max_length=16)] = (
        "critical",
        "warning",
        "info",
        "none",
    )
    """severities there are, the most severe first."""
    default_severities: DefaultSeverities = DefaultSeverities()
    """defaultSeverities of objects that name none."""
    trusted_namespaces: Annotated[tuple[NamespaceName, ...], Field(max_length=256)] = ()
    """trustedNamespaces may use what tenants may not, such as the template function query."""
    watch_namespaces: Annotated[tuple[NamespaceName, ...], Field(max_length=256)] = ()
    """watchNamespaces restricts the operator to these namespaces; empty means all."""
    rule_labels: Annotated[
        dict[LabelKey, Annotated[str, StringConstraints(max_length=63)]], Field(max_length=16)
    ] = Field(default={})
    """ruleLabels are put on every PrometheusRule, so that Prometheus' ruleSelector finds it."""
    reserved_labels: Annotated[tuple[LabelName, ...], Field(max_length=64)] = ()
    """reservedLabels are label names that users may not set, besides tocsin_*."""
    enforce_namespace: bool = False
    """enforceNamespace lets the expressions of tenants read only series of their namespace."""
    policy: Policy = Policy()
    """policy says what the platform asks of every AlertRule."""
    promtool: PromtoolSettings = PromtoolSettings()
    """promtool runs the tests of AlertRules before they go live."""
    limits: Limits = Limits()
    """limits of one namespace."""

    @model_validator(mode="after")
    def _base_is_another_secret(self) -> Self:
        base = self.alertmanager.base_secret
        if base is not None and base.name == self.alertmanager.secret.name:
            raise ValueError(
                f"alertmanager.baseSecret.name: {base.name!r} is the Secret that the operator "
                "writes; name the one that holds the configuration from before"
            )
        return self

    @model_validator(mode="after")
    def _severities_agree(self) -> Self:
        if len(set(self.severities)) != len(self.severities):
            raise ValueError("severities: an entry stands twice; name each severity once")
        default = self.default_severities.alert_rule
        if default not in self.severities:
            raise ValueError(
                f"defaultSeverities.alertRule: {default!r} is not one of severities; "
                f"choose from {', '.join(self.severities)}"
            )
        return self

    @model_validator(mode="after")
    def _every_severity_is_known(self) -> Self:
        named = {
            "defaultSeverities.healthCheck": self.default_severities.health_check,
            **{
                f"defaultChannels[{index}].minSeverity": channel.min_severity
                for index, channel in enumerate(self.default_channels)
            },
        }
        for field, severity in (*named.items(), *self.policy.named_severities()):
            if severity is not None and severity not in self.severities:
                raise ValueError(
                    f"{field}: {severity!r} is not one of severities; "
                    f"choose from {', '.join(self.severities)}"
                )
        return self

    @model_validator(mode="after")
    def _intervals_can_be_held(self) -> Self:
        """Alertmanager refuses an interval of zero, and none can be longer than 292 years."""
        for field, duration, shortest in (
            ("grouping.groupWait", self.grouping.group_wait, 0),
            ("grouping.groupInterval", self.grouping.group_interval, 1_000),
            ("grouping.repeatInterval", self.grouping.repeat_interval, 1_000),
            ("limits.minInterval", self.limits.min_interval, 1_000),
        ):
            if not shortest <= milliseconds(duration) <= _LONGEST:
                raise ValueError(
                    f"{field}: {duration} is too short or too long; write for example 5m"
                )
        return self

    @model_validator(mode="after")
    def _labels_are_labels(self) -> Self:
        for name, value in self.rule_labels.items():
            if not (_LABEL_KEY.fullmatch(name) and _LABEL_VALUE.fullmatch(value)):
                raise ValueError(
                    f"ruleLabels: {name!r}: {value!r} is no Kubernetes label; "
                    "write for example release: prometheus"
                )
        return self

    def at_least(self, floor: str | None) -> tuple[str, ...] | None:
        """
        Give the severities that meet a `minSeverity`, or None where there is no floor.

        A floor outside the list is met by nothing (api.md): the empty tuple.
        """
        if floor is None:
            return None
        if floor not in self.severities:
            return ()
        return self.severities[: self.severities.index(floor) + 1]
