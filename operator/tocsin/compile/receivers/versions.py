"""
Receivers and fields that an older Alertmanager does not know.

Its loader is strict: one unknown field in one tenant's receiver makes it refuse the
whole configuration. Source: the structures in `config/` and `notify/` of
prometheus/alertmanager at each release from 0.23 on, and its CHANGELOG.md.
"""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.api.meta import KubeModel
from tocsin.api.problem import Problem, Reason
from tocsin.compile.receivers.entry import Surroundings, Version, alertmanager_version, field_name

RECEIVER_SINCE: dict[str, Version] = {
    "pagerduty": (0, 25),
    "victorops": (0, 25),
    "webex": (0, 25),
    "pushover": (0, 26),
    "telegram": (0, 26),
    "discord": (0, 27),
    "msteams": (0, 27),
    "jira": (0, 28),
    "msteamsv2": (0, 28),
    "rocketchat": (0, 28),
    "incidentio": (0, 29),
    "mattermost": (0, 30),
    "wechat": (0, 31),
}
"""First release that can be configured the way Tocsin does it: with every secret in a file."""

FIELD_SINCE: dict[str, dict[str, Version]] = {
    "discord": {"content": (0, 28), "username": (0, 28), "avatar_url": (0, 28)},
    "email": {
        "auth_password_secret_ref": (0, 25),
        "threading": (0, 30),
        "auth_secret_secret_ref": (0, 31),
        "force_implicit_tls": (0, 31),
    },
    "jira": {
        "api_type": (0, 29),
        "summary.enable_update": (0, 30),
        "description.enable_update": (0, 30),
    },
    "mattermost": dict.fromkeys(
        (
            *("fallback", "color", "pretext", "author_name", "author_link", "author_icon"),
            *("title", "title_link", "fields", "thumb_url", "footer", "footer_icon", "image_url"),
        ),
        (0, 32),
    ),
    "pagerduty": {"timeout": (0, 30)},
    "pushover": {"ttl": (0, 27), "monospace": (0, 29)},
    "slack": {
        "app_token_secret_ref": (0, 30),
        "app_url": (0, 30),
        "timeout": (0, 30),
        "message_text": (0, 31),
        "update_message": (0, 32),
    },
    "sns": {"sigv4.external_id": (0, 34)},
    "telegram": {"message_thread_id": (0, 28), "chat_id_secret_ref": (0, 31)},
    "webhook": {"url_secret_ref": (0, 26), "timeout": (0, 28)},
}


NOT_PASSED_ON: dict[str, tuple[str, ...]] = {
    "discord": (),
    "jira": ("summary.enable_update", "description.enable_update"),
    "mattermost": ("type",),
    "msteams": (),
}
"""Receivers (all of them where no field is named) that prometheus-operator does not know in the
way Tocsin writes them (discord, msteams: `webhook_url_file`). It refuses the whole Secret for
one where it merges AlertmanagerConfigs. Source: `pkg/alertmanager/types.go` of release 0.93."""


def check_versions(around: Surroundings) -> Iterator[Problem]:
    """Refuse what the Alertmanager of the operator's configuration would not load."""
    yield from _not_passed_on(around)
    kind = around.spec.type
    since = RECEIVER_SINCE.get(kind, (0, 0))
    if since > alertmanager_version(around.config):
        yield too_new(f"spec.{kind}", since, around, "use another receiver meanwhile")
        return
    for path, first in FIELD_SINCE.get(kind, {}).items():
        field = _given(getattr(around.spec, kind), path, f"spec.{kind}")
        if field is not None and first > alertmanager_version(around.config):
            yield too_new(field, first, around, "leave it out meanwhile")


def _not_passed_on(around: Surroundings) -> Iterator[Problem]:
    """Refuse what would not come through prometheus-operator to Alertmanager."""
    kind = around.spec.type
    if kind not in NOT_PASSED_ON or not around.config.alertmanager.selects_configs:
        return
    fields = [
        _given(getattr(around.spec, kind), path, f"spec.{kind}") for path in NOT_PASSED_ON[kind]
    ] or [f"spec.{kind}"]
    for field in fields:
        if field is not None:
            yield Problem(
                Reason.NOT_YET_SUPPORTED,
                field,
                "is not known to prometheus-operator, which would refuse everybody's "
                "configuration for it while the Alertmanager object has "
                "alertmanagerConfigSelector (alertmanager.selectsConfigs in the operator's "
                "configuration): leave it out, or ask the platform to remove that selector",
            )


def too_new(field: str, since: Version, around: Surroundings, meanwhile: str) -> Problem:
    """Refuse a field that only a newer Alertmanager knows."""
    return Problem(
        Reason.NOT_YET_SUPPORTED,
        field,
        f"needs Alertmanager {since[0]}.{since[1]}, and the operator's configuration says "
        f"{around.config.alertmanager.version}: {meanwhile}",
    )


def _given(model: KubeModel, path: str, field: str) -> str | None:
    """Give a field's name for users where the user wrote it."""
    name, _, rest = path.partition(".")
    if name not in model.model_fields_set:
        return None
    field = f"{field}.{field_name(model, name)}"
    value = getattr(model, name)
    if not rest:
        return field
    return _given(value, rest, field) if isinstance(value, KubeModel) else None
