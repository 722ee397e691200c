"""
The templates that Alertmanager brings along: their names, since when, and what they need.

Their text is Alertmanager's own; what counts here is that a call of one that does not
exist, or with the wrong dot, loses the notification, and about how much one writes.
Sources: template/default.tmpl, template/email.tmpl and CHANGELOG.md of Alertmanager
0.34.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from tocsin.promql.gotemplate.program import BuiltIn
from tocsin.promql.template_functions import Version

_MESSAGE = "template.Data"
_ALERTS = "template.Alerts []template.Alert"
_SUBJECT = BuiltIn(_MESSAGE, per_call=300)
_SHORT = BuiltIn("", per_call=20)
_ADDRESS = BuiltIn(_MESSAGE, per_call=120)
_LIST = BuiltIn(_MESSAGE, per_call=300, per_alert=700)
_COLOR = BuiltIn(_MESSAGE, per_call=6)

_SLACK = {
    "title": _SUBJECT, "username": _SHORT, "fallback": _SUBJECT, "callbackid": _SHORT,
    "pretext": _SHORT, "titlelink": _ADDRESS, "iconemoji": _SHORT, "iconurl": _SHORT,
    "text": _SHORT, "footer": _SHORT,
}  # fmt: skip
_BY_PROVIDER: Mapping[str, tuple[Version, Mapping[str, BuiltIn]]] = {
    "slack": ((0, 0), _SLACK),
    "pagerduty": ((0, 0), {
        "description": _SUBJECT, "client": _SHORT, "clientURL": _ADDRESS,
        "instances": BuiltIn(_ALERTS, per_alert=700),
    }),
    "opsgenie": ((0, 0), {"message": _SUBJECT, "description": _LIST, "source": _ADDRESS}),
    "wechat": ((0, 0), {
        "message": _LIST, "to_user": _SHORT, "to_party": _SHORT, "to_tag": _SHORT,
        "agent_id": _SHORT,
    }),
    "victorops": ((0, 0), {
        "state_message": _LIST, "entity_display_name": _SUBJECT, "monitoring_tool": _SHORT,
    }),
    "email": ((0, 0), {
        "subject": _SUBJECT, "html": BuiltIn(_MESSAGE, per_call=12_000, per_alert=2_000),
    }),
    "pushover": ((0, 0), {"title": _SUBJECT, "message": _LIST, "url": _ADDRESS}),
    "sns": ((0, 23), {"subject": _SUBJECT, "message": _LIST}),
    "telegram": ((0, 24), {"message": _LIST}),
    "discord": ((0, 25), {"title": _SUBJECT, "message": _LIST}),
    "webex": ((0, 25), {"message": _LIST}),
    "msteams": ((0, 26), {"summary": _SUBJECT, "title": _SUBJECT, "text": _LIST}),
    "msteamsv2": ((0, 28), {"title": _SUBJECT, "text": _LIST}),
    "jira": ((0, 28), {"summary": _SUBJECT, "description": _LIST, "priority": _COLOR}),
    "rocketchat": ((0, 28), {
        "title": _SUBJECT, "alias": _SHORT, "titlelink": _ADDRESS, "emoji": _SHORT,
        "iconurl": _SHORT, "text": _SHORT,
    }),
    "mattermost": ((0, 30), {"username": _SHORT, "text": _LIST}),
}  # fmt: skip
_LATER: Mapping[str, tuple[Version, BuiltIn]] = {
    "discord.default.content": ((0, 28), _SHORT),
    "slack.default.color": ((0, 32), _COLOR),
    "mattermost.default.color": ((0, 32), _COLOR),
    "mattermost.default.title": ((0, 32), _SUBJECT),
    "mattermost.default.titlelink": ((0, 32), _ADDRESS),
    "mattermost.default.fallback": ((0, 32), _SUBJECT),
    "msteams.default.summary": ((0, 27), _SUBJECT),
    "__text_alert_list_markdown": ((0, 26), BuiltIn(_ALERTS, per_alert=700)),
}
_COMMON: Mapping[str, BuiltIn] = {
    "__alertmanager": _SHORT,
    "__alertmanagerURL": _ADDRESS,
    "__subject": _SUBJECT,
    "__description": _SHORT,
    "__text_alert_list": BuiltIn(_ALERTS, per_alert=700),
}


@lru_cache(maxsize=4)
def built_in_templates(version: Version) -> Mapping[str, BuiltIn]:
    """Give the templates that an Alertmanager of a version has."""
    found = dict(_COMMON)
    for provider, (since, templates) in _BY_PROVIDER.items():
        if since <= version:
            found |= {f"{provider}.default.{name}": one for name, one in templates.items()}
    for name, (since, one) in _LATER.items():
        found.pop(name, None)
        if since <= version:
            found[name] = one
    return found
