"""What each receiver of a base must have, here or in `global`, to be loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tocsin.compile.base.fields import INTEGRATIONS
from tocsin.compile.base.value_types import problems_of

_SLACK = (
    "api_url api_url_file app_token app_token_file global.slack_api_url "
    "global.slack_api_url_file global.slack_app_token global.slack_app_token_file"
)
_MATTERMOST = (
    "webhook_url webhook_url_file global.mattermost_webhook_url global.mattermost_webhook_url_file"
)
_NEEDS: dict[str, tuple[str, ...]] = {
    "discord_configs": ("webhook_url webhook_url_file",),
    "email_configs": ("to", "smarthost global.smtp_smarthost", "from global.smtp_from"),
    "incidentio_configs": (
        "url url_file",
        "alert_source_token alert_source_token_file http_config.authorization",
    ),
    "jira_configs": ("project", "issue_type", "api_url global.jira_api_url"),
    "mattermost_configs": (_MATTERMOST,),
    "msteams_configs": ("webhook_url webhook_url_file",),
    "msteamsv2_configs": ("webhook_url webhook_url_file",),
    "opsgenie_configs": (
        "api_key api_key_file global.opsgenie_api_key global.opsgenie_api_key_file",
    ),
    "pagerduty_configs": ("routing_key routing_key_file service_key service_key_file",),
    "pushover_configs": ("user_key user_key_file", "token token_file"),
    "rocketchat_configs": (
        "token token_file global.rocketchat_token global.rocketchat_token_file",
        "token_id token_id_file global.rocketchat_token_id global.rocketchat_token_id_file",
    ),
    "slack_configs": (_SLACK,),
    "sns_configs": ("topic_arn target_arn phone_number",),
    "telegram_configs": (
        "chat_id chat_id_file",
        "bot_token bot_token_file global.telegram_bot_token global.telegram_bot_token_file",
    ),
    "victorops_configs": (
        "routing_key",
        "api_key api_key_file global.victorops_api_key global.victorops_api_key_file",
    ),
    "webex_configs": ("room_id", "http_config.authorization"),
    "webhook_configs": ("url url_file",),
    "wechat_configs": (
        "api_secret api_secret_file global.wechat_api_secret global.wechat_api_secret_file",
        "corp_id global.wechat_api_corp_id",
    ),
}
"""Of each line one must be there."""
_ONE_AT_MOST: dict[str, tuple[str, ...]] = {
    "pushover_configs": ("html monospace",),
    "slack_configs": ("api_url app_token", "api_url_file app_token", "api_url app_token_file"),
    "sns_configs": ("topic_arn target_arn phone_number",),
    "incidentio_configs": (
        "alert_source_token http_config.authorization",
        "alert_source_token_file http_config.authorization",
    ),
}
POST_MESSAGE = "https://slack.com/api/chat.postMessage"
_LOGINS = ("authorization", "basic_auth", "oauth2", "bearer_token", "bearer_token_file")


def check_receiver(path: str, receiver: Mapping[str, Any], defaults: Any) -> Iterator[str]:
    """Say what of a receiver Alertmanager would refuse; `defaults` are the base's `global`."""
    known = defaults if isinstance(defaults, Mapping) else {}
    for kind in INTEGRATIONS:
        entries = receiver.get(kind)
        if entries is None:
            continue
        if not isinstance(entries, list):
            yield f"{path}.{kind}: is no list"
            continue
        for index, entry in enumerate(entries):
            here = f"{path}.{kind}[{index}]"
            if not isinstance(entry, Mapping):
                yield f"{here}: is no mapping"
                continue
            yield from problems_of(f"@{kind}", entry, here)
            yield from _needs(kind, here, entry, known)


def _needs(
    kind: str, path: str, entry: Mapping[str, Any], defaults: Mapping[str, Any]
) -> Iterator[str]:
    for line in _NEEDS[kind]:
        if not any(_has(name, entry, defaults) for name in line.split()):
            yield f"{path}: needs {line.replace(' ', ' or ')}"
    for line in _ONE_AT_MOST.get(kind, ()):
        if sum(_has(name, entry, defaults) for name in line.split()) > 1:
            yield f"{path}: may have only one of {line.replace(' ', ', ')}"
    if entry.get("update_message") is True and entry.get("api_url") != POST_MESSAGE:
        yield f"{path}.update_message: needs api_url: {POST_MESSAGE}"
    http = entry.get("http_config")
    if isinstance(http, Mapping) and sum(bool(http.get(name)) for name in _LOGINS) > 1:
        yield f"{path}.http_config: may have only one of {', '.join(_LOGINS)}"


def _has(name: str, entry: Mapping[str, Any], defaults: Mapping[str, Any]) -> bool:
    where, _, inner = name.rpartition(".")
    if not where:
        return bool(entry.get(inner))
    part = defaults if where == "global" else entry.get(where)
    return isinstance(part, Mapping) and bool(part.get(inner))
