"""Rules of a NotificationChannel."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.api.checks.notify import check_active_times, not_zero
from tocsin.api.checks.receivers import CEL_RULES as RECEIVER_RULES
from tocsin.api.checks.rule import Rule, broken, cel_count, count
from tocsin.api.checks.walk import walk
from tocsin.api.meta import KubeModel, to_field_name
from tocsin.api.notification_channel import TYPES, AllowedNamespaces, NotificationChannelSpec
from tocsin.api.problem import Problem


def _authorized(spec: NotificationChannelSpec) -> bool:
    return spec.http_config is not None and spec.http_config.authorization is not None


def _without_http(member: str, message: str) -> Rule:
    return Rule(
        lambda spec: getattr(spec, member) is None or spec.http_config is None,
        message,
        "httpConfig",
        f"!has(self.{member}) || !has(self.httpConfig)",
    )


_CEL_AUTHORIZED = "(has(self.httpConfig) && has(self.httpConfig.authorization))"

CHANNEL = (
    Rule(
        lambda spec: count(*(getattr(spec, name) for name in TYPES)) == 1,
        f"a channel needs exactly one of {', '.join(TYPES)}; write for example "
        "slack: {apiURLSecretRef: {name: slack, key: url}}",
        "",
        cel_count(*TYPES) + " == 1",
    ),
    _without_http(
        "email", "email speaks SMTP; use email.tlsConfig and email.authPasswordSecretRef"
    ),
    _without_http("existing", "an existing receiver keeps its own settings; remove httpConfig"),
    Rule(
        lambda spec: spec.webex is None or _authorized(spec),
        "webex takes the bot's token from here; write "
        "httpConfig: {authorization: {credentialsSecretRef: {name: webex, key: token}}}",
        "httpConfig",
        f"!has(self.webex) || {_CEL_AUTHORIZED}",
    ),
    Rule(
        lambda spec: (
            spec.incidentio is None
            or (spec.incidentio.alert_source_token_secret_ref is None) == _authorized(spec)
        ),
        "incidentio needs exactly one of alertSourceTokenSecretRef and "
        "httpConfig.authorization; write for example "
        "alertSourceTokenSecretRef: {name: incidentio, key: token}",
        "incidentio",
        "!has(self.incidentio) || "
        f"has(self.incidentio.alertSourceTokenSecretRef) != {_CEL_AUTHORIZED}",
    ),
    Rule(
        lambda spec: (
            spec.slack is None or spec.slack.app_token_secret_ref is None or not _authorized(spec)
        ),
        "slack.appTokenSecretRef is already the credential; remove httpConfig.authorization",
        "httpConfig",
        f"!has(self.slack) || !has(self.slack.appTokenSecretRef) || !{_CEL_AUTHORIZED}",
    ),
    Rule(
        lambda spec: spec.slack is None or not spec.slack.update_message or _authorized(spec),
        "slack.updateMessage needs a bot's token; write "
        "httpConfig: {authorization: {credentialsSecretRef: {name: slack, key: token}}}",
        "httpConfig",
        "!has(self.slack) || !has(self.slack.updateMessage) || !self.slack.updateMessage || "
        + _CEL_AUTHORIZED,
    ),
    Rule(
        lambda spec: spec.existing is None or spec.send_resolved is None,
        "an existing receiver says itself whether it tells of resolutions; remove sendResolved",
        "sendResolved",
        "!has(self.existing) || !has(self.sendResolved)",
    ),
    Rule(
        lambda spec: not_zero(spec.digest),
        "must be longer than zero; write for example digest: 1h, or remove it",
        "digest",
        shows="digest",
    ),
)
ALLOWED_NAMESPACES = (
    Rule(
        lambda one: (one.selector is not None) == (one.from_ == "Selector"),
        "selector belongs to from: Selector and to nothing else; write for example "
        '{from: Selector, selector: {matchLabels: {tenant: "true"}}}',
        "",
        "has(self.selector) == (has(self.from) && self.from == 'Selector')",
    ),
)
CEL_RULES: dict[type[KubeModel], tuple[Rule, ...]] = {
    NotificationChannelSpec: CHANNEL,
    AllowedNamespaces: ALLOWED_NAMESPACES,
    **RECEIVER_RULES,
}


def check_notification_channel(spec: NotificationChannelSpec) -> tuple[Problem, ...]:
    """Check what stands between the fields of a channel; empty where all is well."""
    return tuple(_problems(spec))


def _problems(spec: NotificationChannelSpec) -> Iterator[Problem]:
    yield from broken(CHANNEL, spec, "spec")
    if spec.allowed_namespaces is not None:
        yield from broken(ALLOWED_NAMESPACES, spec.allowed_namespaces, "spec.allowedNamespaces")
    yield from check_active_times(spec.active_times, "spec.activeTimes")
    for name in (*TYPES, "http_config"):
        member = getattr(spec, name)
        if member is not None:
            yield from walk(RECEIVER_RULES, member, f"spec.{to_field_name(name)}")
