"""
A base and Tocsin's own configuration made one, so that neither changes what the other does.

- The base's tree becomes the last route, without matchers: what nobody of ours took
  goes where it went before. What a route inherits from its root is written out first,
  or it would inherit from ours.
- `global` stays, because AlertmanagerConfig objects and the base's receivers lean on it.
  Ours say for themselves what they would take from there. A few fields cannot be
  overruled in a receiver (a login to a mail relay would be tried at any relay that a
  tenant names): these move into the base's own receivers.
- Templates of the base come first and ours last, so that ours stay ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tocsin.compile.base.fields import INTEGRATIONS

if TYPE_CHECKING:
    from tocsin.compile.base.configuration import BaseConfiguration

Tree = dict[str, Any]

OUR_NOBODY = "tocsin//nobody"
"""Our receiver without integrations, where the base has one of the usual name."""

_WAITS = {"group_wait": "30s", "group_interval": "5m", "repeat_interval": "4h"}
_MAIL = ("auth_username", "auth_identity")
_MAIL_PAIRS = ("auth_password", "auth_secret")
_MOVED = frozenset(
    (
        *(f"smtp_{name}" for name in _MAIL),
        *(f"smtp_{name}{file}" for name in _MAIL_PAIRS for file in ("", "_file")),
        "slack_app_token",
        "slack_app_token_file",
        "opsgenie_api_key",
        "victorops_api_key",
    )
)
"""Fields of `global` that no receiver can overrule."""
_OVERRULED: dict[str, dict[str, tuple[str, Any]]] = {
    "email_configs": {
        "hello": ("smtp_hello", "localhost"),
        "tls_config": ("smtp_tls_config", {}),
        "require_tls": ("smtp_require_tls", True),
    },
    "slack_configs": {"app_url": ("slack_app_url", "https://slack.com/api/chat.postMessage")},
    "pagerduty_configs": {
        "url": ("pagerduty_url", "https://events.pagerduty.com/v2/enqueue"),
    },
    "opsgenie_configs": {"api_url": ("opsgenie_api_url", "https://api.opsgenie.com/")},
    "wechat_configs": {"api_url": ("wechat_api_url", "https://qyapi.weixin.qq.com/cgi-bin/")},
    "victorops_configs": {
        "api_url": (
            "victorops_api_url",
            "https://alert.victorops.com/integrations/generic/20131114/alert/",
        )
    },
    "telegram_configs": {"api_url": ("telegram_api_url", "https://api.telegram.org")},
    "webex_configs": {"api_url": ("webex_api_url", "https://webexapis.com/v1/messages")},
    "rocketchat_configs": {"api_url": ("rocketchat_api_url", "https://open.rocket.chat/")},
}
"""What ours say for themselves where the base's `global` says it: Alertmanager's own defaults."""


def merge(
    own: Mapping[str, Any], base: BaseConfiguration, existing: Mapping[str, str], nobody: str
) -> Tree:
    """
    Make one configuration of both; neither is changed.

    `existing` maps names in our tree to receivers of the base that they stand for;
    `nobody` is the name of our receiver without integrations.
    """
    given = base.document
    shared = given.get("global") or {}
    names = dict(existing)
    if nobody in base.view.receivers:
        names[nobody] = OUR_NOBODY
    document: Tree = {}
    kept = {name: value for name, value in shared.items() if name not in _MOVED}
    if kept:
        document["global"] = kept
    route = _renamed(own["route"], names)
    document["route"] = route | {"routes": [*route.get("routes", ()), _wrapped(given["route"])]}
    document["inhibit_rules"] = [*own["inhibit_rules"], *(given.get("inhibit_rules") or ())]
    document["receivers"] = [
        *(_ours(one, names, shared) for one in own["receivers"] if one["name"] not in existing),
        *(_theirs(one, shared) for one in given.get("receivers") or ()),
    ]
    document["templates"] = [*(given.get("templates") or ()), *own["templates"]]
    intervals = [*own.get("time_intervals", ()), *(given.get("time_intervals") or ())]
    if intervals:
        document["time_intervals"] = intervals
    if given.get("mute_time_intervals"):
        document["mute_time_intervals"] = given["mute_time_intervals"]
    return document


def _renamed(route: Mapping[str, Any], names: Mapping[str, str]) -> Tree:
    made = dict(route)
    if made.get("receiver") in names:
        made["receiver"] = names[made["receiver"]]
    if "routes" in made:
        made["routes"] = [_renamed(child, names) for child in made["routes"]]
    return made


def _wrapped(root: Mapping[str, Any]) -> Tree:
    """Write out what the root would have by default; as a child it would inherit from ours."""
    made = {name: value for name, value in root.items() if name != "continue"}
    waits = {name: made.get(name) or wait for name, wait in _WAITS.items()}
    if made.get("group_wait") == 0:
        waits["group_wait"] = "0s"
    return made | {"group_by": made.get("group_by") or []} | waits


def _ours(receiver: Mapping[str, Any], names: Mapping[str, str], shared: Mapping[str, Any]) -> Tree:
    made = {"name": names.get(receiver["name"], receiver["name"])}
    for kind, entries in receiver.items():
        if kind != "name":
            made[kind] = [_overruling(kind, entry, shared) for entry in entries]
    return made


def _overruling(kind: str, entry: Mapping[str, Any], shared: Mapping[str, Any]) -> Tree:
    made = dict(entry)
    if kind != "email_configs" and shared.get("http_config") is not None:
        made.setdefault("http_config", {})
    for field, (theirs, default) in _OVERRULED.get(kind, {}).items():
        if shared.get(theirs) is not None:
            made.setdefault(field, default)
    if kind == "email_configs" and shared.get("smtp_force_implicit_tls") is not None:
        # What Alertmanager does where nobody says anything.
        implicit = str(made.get("smarthost", "")).endswith(":465")
        made.setdefault("force_implicit_tls", implicit)
    return made


def _theirs(receiver: Mapping[str, Any], shared: Mapping[str, Any]) -> Tree:
    made = dict(receiver)
    for kind in INTEGRATIONS:
        if made.get(kind):
            made[kind] = [_moved(kind, entry, shared) for entry in made[kind]]
    return made


def _moved(kind: str, entry: Mapping[str, Any], shared: Mapping[str, Any]) -> Tree:
    """Take from `global` what moves, by the rules of Alertmanager's loader."""
    made = dict(entry)
    if kind == "email_configs":
        _move_mail(made, shared)
    elif kind == "slack_configs":
        _move_slack(made, shared)
    elif kind in {"opsgenie_configs", "victorops_configs"}:
        key = shared.get(f"{kind.removesuffix('_configs')}_api_key")
        if key and not made.get("api_key"):
            made["api_key"] = key
            made.pop("api_key_file", None)  # a key wins over a file
    return made


def _move_mail(made: Tree, shared: Mapping[str, Any]) -> None:
    for name in _MAIL:
        if not made.get(name) and shared.get(f"smtp_{name}"):
            made[name] = shared[f"smtp_{name}"]
    if not made.get("auth_password") and not made.get("auth_password_file"):
        for name in ("auth_password", "auth_password_file"):
            if shared.get(f"smtp_{name}"):
                made[name] = shared[f"smtp_{name}"]
    for name in ("auth_secret", "auth_secret_file"):
        if not made.get(name) and shared.get(f"smtp_{name}"):
            made[name] = shared[f"smtp_{name}"]


def _move_slack(made: Tree, shared: Mapping[str, Any]) -> None:
    http = made.get("http_config")
    own_login = isinstance(http, Mapping) and http.get("authorization") is not None
    if made.get("app_token") or made.get("app_token_file") or own_login or made.get("api_url"):
        return
    for name in ("app_token", "app_token_file"):
        if shared.get(f"slack_{name}"):
            made[name] = shared[f"slack_{name}"]
            made.pop("api_url_file", None)  # the app's own address wins
