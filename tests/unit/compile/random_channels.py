"""Random channels of every kind: a small one that works, and anything in its other fields."""

from __future__ import annotations

from typing import Any, Literal

from hypothesis import strategies as st
from tests.unit.compile.strategies import hostile

from tocsin.api.meta import KubeModel, SecretKeyRef
from tocsin.api.notification_channel import NotificationChannelSpec
from tocsin.api.receivers.http_config import HTTPConfig
from tocsin.api.shape import Shape, fields_of, shape_at, shape_of, shape_of_field

_SECRET = {"name": "s", "key": "k"}
_WEBHOOK = {"webhookURLSecretRef": _SECRET}
SMALL: dict[str, dict[str, Any]] = {
    "discord": _WEBHOOK,
    "email": {"to": "a@example.org", "from": "b@example.org", "smarthost": "smtp.example.org:25"},
    "incidentio": {"url": "https://h.example.org", "alertSourceTokenSecretRef": _SECRET},
    "jira": {"apiURL": "https://h.example.org/rest/api/3", "project": "P", "issueType": "Bug"},
    "mattermost": _WEBHOOK,
    "msteams": _WEBHOOK,
    "msteamsv2": _WEBHOOK,
    "opsgenie": {"apiKeySecretRef": _SECRET},
    "pagerduty": {"routingKeySecretRef": _SECRET},
    "pushover": {"userKeySecretRef": _SECRET, "tokenSecretRef": _SECRET},
    "rocketchat": {"tokenSecretRef": _SECRET, "tokenIDSecretRef": _SECRET},
    "slack": {"apiURLSecretRef": _SECRET, "channel": "#alerts"},
    "sns": {"topicARN": "arn:aws:sns:eu-west-1:1:a"},
    "telegram": {"botTokenSecretRef": _SECRET, "chatID": -100},
    "victorops": {"apiKeySecretRef": _SECRET, "routingKey": "r"},
    "webex": {"roomID": "r"},
    "webhook": {"url": "https://h.example.org"},
    "wechat": {"apiSecretSecretRef": _SECRET, "corpID": "c", "toUser": "u"},
}
_BEARER = {"authorization": {"credentialsSecretRef": _SECRET}}
HTTP = {"webex": {"httpConfig": _BEARER}}
"""What a small channel needs beside its receiver."""

_GOOD = ("x", "2", "{{ .Status }}", '{{ template "tocsin.title" . }}', "{team}", "a: b", "")
_ODD = (
    *("{{ .Status", "{{ nope }}", "- x", "{{team}}", "$(HOME)", "null", "0x1", "~", "<secret>"),
    *('{{ if match "(" .Status }}{{ end }}', "\u2028", "\u00e9", "&a *a", "%", "high", "a@b.org"),
)
_texts = st.sampled_from(_GOOD) | st.sampled_from(_ODD)
_urls = st.sampled_from(("https://h.example.org/x", "http://[::1]:80/", "https://h/3/")) | (
    st.sampled_from(
        (
            *("http://[1::2::3]/", "https://h/%7b", "http://h:99999/", "http://h:/", "ftp://h"),
            *("https://h/?a=%zz", "https://\u00e4.example.org/", "http://:80", "https://h/x y"),
            *("https://u:p@h/", "http://h:0", "http://%41", "https://h/a%2fb", "https://h/<>"),
        )
    )
)
_durations = st.sampled_from(["0s", "1s", "90m", "1h30m", "9999999h", "300000h", "1d", "1y", "-1s"])


def _of_model(model: type[KubeModel]) -> st.SearchStrategy[dict[str, Any]]:
    fields = {
        name: _of(shape_of_field(info))
        for name, info in fields_of(model).items()
        if not name.endswith(("caSecretRef", "certSecretRef", "keySecretRef"))
    }
    required = {name for name, info in fields_of(model).items() if info.is_required()}
    return st.fixed_dictionaries(
        {name: one for name, one in fields.items() if name in required},
        optional={name: one for name, one in fields.items() if name not in required},
    )


def _of(shape: Shape) -> st.SearchStrategy[Any]:
    if shape.type is SecretKeyRef:
        return st.just(_SECRET)
    if shape.model is not None:
        return _of_model(shape.model)
    plain: dict[Any, st.SearchStrategy[Any]] = {
        Literal: st.sampled_from(shape.arguments or ("",)),
        bool: st.booleans(),
        int: st.sampled_from([0, 1, -1, 2**31 - 1, 2**53, 100_000]),
        dict: st.dictionaries(_texts, _texts, max_size=2),
    }
    if shape.type is list:
        return st.lists(_of(shape_of(shape.arguments[0])), max_size=2)
    return plain[shape.type] if shape.type in plain else _of_text(shape.pattern or "")


def _of_text(pattern: str) -> st.SearchStrategy[str]:
    if "https?" in pattern:
        return _urls
    if "ms" in pattern:
        return _durations
    if "@" in pattern:
        return st.sampled_from(["a@b.org", "{team}@b.org", "a@b.org, C <c@d.org>", "@", "a@b@c"])
    if pattern.endswith(":[0-9]{1,5}$"):
        return st.sampled_from(["smtp.example.org:25", "[::1]:25", "h:99999", "h%:1"])
    return st.one_of(_texts, _texts, hostile)


def channels() -> st.SearchStrategy[dict[str, Any]]:
    """Make specs of channels, most of which parse."""
    return st.sampled_from(sorted(SMALL)).flatmap(_channel)


def _channel(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    shape = shape_at(NotificationChannelSpec, [kind])
    assert shape is not None
    assert shape.model is not None
    fields = _of_model(shape.model).flatmap(_some)
    http = st.none() if kind == "email" else st.none() | _of_model(HTTPConfig).flatmap(_some)
    return st.builds(lambda more, client: _written(kind, SMALL[kind] | more, client), fields, http)


def _some(fields: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Keep a few fields: one that is refused must not hide what the others do."""
    names = st.lists(st.sampled_from(sorted(fields)), max_size=2) if fields else st.just([])
    return names.map(lambda kept: {name: fields[name] for name in kept})


def _written(kind: str, member: dict[str, Any], client: dict[str, Any] | None) -> dict[str, Any]:
    if kind == "webex":
        client = (client or {}) | _BEARER
    return {kind: member} | ({} if client is None else {"httpConfig": client})
