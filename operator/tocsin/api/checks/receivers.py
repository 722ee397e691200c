"""Rules of single receivers, as Alertmanager would refuse them when it loads."""

from __future__ import annotations

from collections.abc import Mapping

from tocsin.api.checks.rule import Rule, cel_count, count
from tocsin.api.meta import KubeModel
from tocsin.api.receivers.email import Email
from tocsin.api.receivers.http_config import Authorization, HTTPConfig, TLSConfig
from tocsin.api.receivers.incidentio import IncidentIO
from tocsin.api.receivers.mattermost import Mattermost
from tocsin.api.receivers.opsgenie import OpsgenieResponder
from tocsin.api.receivers.pagerduty import PagerDuty
from tocsin.api.receivers.pushover import Pushover
from tocsin.api.receivers.rocketchat import RocketChat
from tocsin.api.receivers.slack import Slack, SlackAction
from tocsin.api.receivers.sns import SNS
from tocsin.api.receivers.telegram import Telegram
from tocsin.api.receivers.victorops import VictorOps
from tocsin.api.receivers.webhook import Webhook

_VICTOROPS_FIXED = (
    *("routing_key", "message_type", "state_message", "entity_display_name"),
    *("monitoring_tool", "entity_id", "entity_state"),
)
_THREAD_HEADERS = ("references", "in-reply-to")


def _list(fields: Mapping[str, str]) -> str:
    *first, last = fields.values()
    return f"{', '.join(first)} and {last}"


def _exactly_one(model: str, fields: Mapping[str, str], example: str) -> Rule:
    attributes = tuple(fields)
    return Rule(
        lambda part: count(*(getattr(part, name) for name in attributes)) == 1,
        f"{model} needs exactly one of {_list(fields)}; write for example {example}",
        "",
        cel_count(*fields.values()) + " == 1",
    )


def _no_team(receiver: str) -> Rule:
    return Rule(
        lambda part: part.channel is None or "{team}" not in part.channel,
        f"{receiver} knows no {{team}}, only slack.channel and email.to do; make one "
        "NotificationChannel a team",
        "channel",
        "!has(self.channel) || !self.channel.contains('{team}')",
    )


def _headers(email: Email) -> list[str]:
    return [header.name.lower() for header in email.headers]


_URL = {"url": "url", "url_secret_ref": "urlSecretRef"}
_KEYS = {
    "routing_key_secret_ref": "routingKeySecretRef",
    "service_key_secret_ref": "serviceKeySecretRef",
}
_CHAT = {"chat_id": "chatID", "chat_id_secret_ref": "chatIDSecretRef"}
_SNS = {"topic_arn": "topicARN", "target_arn": "targetARN", "phone_number": "phoneNumber"}

CEL_RULES: dict[type[KubeModel], tuple[Rule, ...]] = {
    Webhook: (_exactly_one("webhook", _URL, "urlSecretRef: {name: my-webhook, key: url}"),),
    IncidentIO: (_exactly_one("incidentio", _URL, "urlSecretRef: {name: incidentio, key: url}"),),
    PagerDuty: (
        _exactly_one(
            "pagerduty", _KEYS, "routingKeySecretRef: {name: pagerduty, key: routing-key}"
        ),
    ),
    Telegram: (
        _exactly_one("telegram", _CHAT, "chatID: -1001234567890"),
        Rule(
            lambda telegram: telegram.chat_id != 0,
            "is no chat; write the chat's number, which is negative for groups",
            "chatID",
            "!has(self.chatID) || self.chatID != 0",
        ),
    ),
    SNS: (_exactly_one("sns", _SNS, "topicARN: arn:aws:sns:eu-west-1:123456789012:alerts"),),
    Slack: (
        Rule(
            lambda slack: (
                count(slack.api_url_secret_ref, slack.app_token_secret_ref)
                == (0 if slack.update_message else 1)
            ),
            "slack needs exactly one of apiURLSecretRef and appTokenSecretRef, and with "
            "updateMessage neither of them but httpConfig.authorization; write for example "
            "apiURLSecretRef: {name: slack, key: url}",
            "",
            cel_count("apiURLSecretRef", "appTokenSecretRef")
            + " == (has(self.updateMessage) && self.updateMessage ? 0 : 1)",
        ),
        Rule(
            lambda slack: slack.app_url is None or slack.app_token_secret_ref is not None,
            "is where an app's token is sent; use it with appTokenSecretRef, or remove it",
            "appURL",
            "!has(self.appURL) || has(self.appTokenSecretRef)",
        ),
    ),
    SlackAction: (
        Rule(
            lambda action: count(action.url or None, action.name or None) >= 1,
            "a Slack action needs url or name; write for example url: https://runbooks.example.org",
            "",
            "(has(self.url) && self.url != '') || (has(self.name) && self.name != '')",
        ),
    ),
    OpsgenieResponder: (
        Rule(
            lambda one: any((one.id, one.name, one.username)),
            "a responder needs id, name or username; write for example {type: team, name: shop}",
            "",
            "(has(self.id) && self.id != '') || (has(self.name) && self.name != '') || "
            "(has(self.username) && self.username != '')",
        ),
    ),
    Pushover: (
        Rule(
            lambda pushover: not (pushover.html and pushover.monospace),
            "html and monospace exclude each other; remove one of them",
            "monospace",
            "!(has(self.html) && self.html && has(self.monospace) && self.monospace)",
        ),
    ),
    VictorOps: (
        Rule(
            lambda victorops: not any(name in victorops.custom_fields for name in _VICTOROPS_FIXED),
            f"may not hold the provider's own fields {', '.join(_VICTOROPS_FIXED)}; "
            "give the custom field another name",
            "customFields",
            f"!has(self.customFields) || !{list(_VICTOROPS_FIXED)}"
            ".exists(name, name in self.customFields)",
        ),
    ),
    RocketChat: (_no_team("rocketchat"),),
    Mattermost: (_no_team("mattermost"),),
    Email: (
        Rule(
            lambda email: len(set(_headers(email))) == len(email.headers),
            "a header stands twice (upper and lower case are the same); write each once",
            "headers",
        ),
        Rule(
            lambda email: (
                email.threading is None
                or not email.threading.enabled
                or not any(name in _THREAD_HEADERS for name in _headers(email))
            ),
            "threading writes the headers References and In-Reply-To itself; remove them, or "
            "threading",
            "headers",
        ),
    ),
    HTTPConfig: (
        Rule(
            lambda http: count(http.authorization, http.basic_auth, http.oauth2) <= 1,
            "httpConfig takes one of authorization, basicAuth and oauth2; remove the others",
            "",
            cel_count("authorization", "basicAuth", "oauth2") + " <= 1",
        ),
    ),
    Authorization: (
        Rule(
            lambda one: one.type.strip().lower() != "basic",
            "is not for user name and password; use "
            "basicAuth: {username: ..., passwordSecretRef: {name: ..., key: ...}}",
            "type",
            "!has(self.type) || !self.type.matches('(?i)^ *basic *$')",
        ),
    ),
    TLSConfig: (
        Rule(
            lambda tls: (tls.cert_secret_ref is None) == (tls.key_secret_ref is None),
            "certSecretRef and keySecretRef belong together; give both, or neither",
            "",
            "has(self.certSecretRef) == has(self.keySecretRef)",
        ),
        Rule(
            lambda tls: (
                count(tls.min_version, tls.max_version) < 2  # noqa: PLR2004 both of them
                or tls.min_version <= tls.max_version
            ),
            "must not be older than minVersion; raise it or lower minVersion",
            "maxVersion",
            "!has(self.minVersion) || !has(self.maxVersion) || self.minVersion <= self.maxVersion",
        ),
    ),
}
