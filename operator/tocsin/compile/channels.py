"""
NotificationChannels: what is wrong with one, and which secrets it needs.

Secrets are only references here. Their values meet this module once, to be judged,
and never stand in what it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from tocsin.api.config import OperatorConfig
from tocsin.api.meta import KubeModel, ObjectRef, SecretKeyRef
from tocsin.api.notification_channel import NotificationChannelSpec
from tocsin.api.problem import Problem, Reason
from tocsin.compile.base.existing import check_existing
from tocsin.compile.messages.checks import (
    MessageUse,
    html_fields,
    message_template_cost,
    message_template_problem,
)
from tocsin.compile.names import canonical_json, digest_of
from tocsin.compile.notify_checks import check_hours
from tocsin.compile.receivers.email import SMTP_PASSWORD
from tocsin.compile.receivers.entry import Surroundings, field_name
from tocsin.compile.receivers.jira import takes_documents
from tocsin.compile.receivers.table import check_receiver
from tocsin.compile.refusals import (
    brief_problem,
    control_problem,
    duration_problem,
    invalid,
    is_request_url,
    not_yet,
    present,
    severity_problem,
    variable_problem,
)

MAX_SECRET_BYTES = 8_192
"""A URL, token or password is shorter; the Alertmanager Secret is shared by all tenants."""

MAX_PEM_BYTES = 32_768
"""Certificates come in bundles."""

MAX_CHANNEL_BYTES = 32_768
"""A channel as JSON; all share one Alertmanager Secret of a megabyte (S14)."""

MAX_TEMPLATE_COST = 50_000_000
"""What judging the templates of one channel may take together, about half a second."""

_READABLE_NAME = 100
_TEMPLATED_KEYS = (
    *("routingKeySecretRef", "serviceKeySecretRef", "opsgenie.apiKeySecretRef"),
    *("pushover.userKeySecretRef", "pushover.tokenSecretRef", "wechat.apiSecretSecretRef"),
)
"""Secrets that Alertmanager renders as templates before it uses them."""
_REQUESTED = re.compile(
    r"^spec\.(?:webhook|pagerduty|incidentio)\.url$|\.(?:api|app|proxy|token)URL$"
)
"""Fields with addresses of requests; other URLs are texts for people."""
_PEM = {
    "caSecretRef": "certificate",
    "certSecretRef": "certificate",
    "keySecretRef": "private key",
}
_DURATION = re.compile(r"\.(?:timeout|retry|expire|ttl|reopenDuration)$")
_CHAT = re.compile("-?[0-9]{1,18}")
_BREAKS = re.compile(rb"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class SecretUse:
    """One secret of a channel: its field in the spec, its file in Alertmanager, its source."""

    field: str
    """Path in the spec, such as `slack.apiURLSecretRef`."""
    file: str
    """Key in the Alertmanager Secret; no two channels or fields share one."""
    ref: SecretKeyRef


def secret_uses(ref: ObjectRef, spec: NotificationChannelSpec) -> tuple[SecretUse, ...]:
    """Give every secret that a channel refers to, in the order of its fields."""
    return tuple(
        SecretUse(field, _file_name(ref, field), secret) for field, secret in _references(spec)
    )


def smtp_secret_use(config: OperatorConfig) -> SecretUse | None:
    """Give the relay's password; its Secret is in the Alertmanager Secret's namespace."""
    if config.smtp is None or config.smtp.auth_password_secret_ref is None:
        return None
    return SecretUse(
        SMTP_PASSWORD, "tocsin-smtp-auth-password", config.smtp.auth_password_secret_ref
    )


def _references(model: KubeModel, path: str = "") -> Iterator[tuple[str, SecretKeyRef]]:
    given = model.model_fields_set
    for name in type(model).model_fields:
        value = getattr(model, name) if name in given else None
        if isinstance(value, KubeModel):
            field = f"{path}.{field_name(model, name)}" if path else field_name(model, name)
            if isinstance(value, SecretKeyRef):
                yield field, value
            else:
                yield from _references(value, field)


def _file_name(ref: ObjectRef, field: str) -> str:
    """
    Name a secret's key: readable, and injective by the hash at its end.

    The namespace is always whole, so that no tenant can meet another's key.
    """
    readable = field.removesuffix("SecretRef")
    digest = digest_of((ref.namespace, ref.name, field), 10)
    return f"tocsin-{ref.namespace}_{ref.name[:_READABLE_NAME]}_{readable}-{digest}"


def check_channel(
    ref: ObjectRef, spec: NotificationChannelSpec, config: OperatorConfig
) -> tuple[Problem, ...]:
    """Give everything that is wrong with a channel but the values of its secrets."""
    size = len(canonical_json(spec.model_dump(by_alias=True, exclude_unset=True)).encode())
    if size > MAX_CHANNEL_BYTES:
        message = f"has {size:,} bytes, {MAX_CHANNEL_BYTES:,} is the limit: shorten its texts"
        return (Problem(Reason.SIZE_LIMIT, "spec", message),)
    around = Surroundings(spec, config, {})
    use = MessageUse(
        trusted=ref.namespace in config.trusted_namespaces,
        resolves=spec.send_resolved is not False,
        version=config.alertmanager.version,
        severities=config.severities,
    )
    pages = html_fields(spec)
    problems = [*_unsupported(spec), *check_receiver(around)]
    problems += check_existing(ref, spec, config)
    problems += _policy(spec, config)
    cost = 0
    for field, text in _texts(spec):
        read = _use_of(field, spec, use, pages)
        problem = _text_problem(field, text, read)
        if problem is not None:
            problems.append(problem)
        cost += message_template_cost(text, read) if "{{" in text else 0
        if cost > MAX_TEMPLATE_COST:
            message = "takes too long with the templates before it: simplify them"
            return (*problems, Problem(Reason.INVALID_TEMPLATE, field, message))
    return tuple(problems)


def _use_of(
    field: str, spec: NotificationChannelSpec, use: MessageUse, pages: frozenset[str]
) -> MessageUse:
    """Give how one field of a channel is read."""
    document = field == "spec.jira.description.template" and takes_documents(spec.jira)
    return replace(use, html=field in pages, document=document)


def _unsupported(spec: NotificationChannelSpec) -> Iterator[Problem]:
    if spec.verify is not None and spec.verify.on_change:
        yield not_yet("spec.verify.onChange", "leave it out and fire a test AlertRule meanwhile")


def _policy(spec: NotificationChannelSpec, config: OperatorConfig) -> list[Problem]:
    default, subscribe = spec.default, spec.subscribe
    problems = present(
        (
            severity_problem("spec.minSeverity", spec.min_severity, config.severities),
            severity_problem(
                "spec.default.minSeverity",
                None if default is None else default.min_severity,
                config.severities,
            ),
            severity_problem(
                "spec.subscribe.minSeverity",
                None if subscribe is None else subscribe.min_severity,
                config.severities,
            ),
            duration_problem("spec.default.after", None if default is None else default.after),
            brief_problem("spec.digest", spec.digest),
        )
    )
    problems += check_hours("spec.activeTimes", spec.active_times)
    problems += present(
        control_problem(f"spec.subscribe.alertNames[{index}]", name)
        for index, name in enumerate(() if subscribe is None else subscribe.alert_names)
    )
    return problems


def _texts(model: KubeModel, path: str = "spec") -> Iterator[tuple[str, str]]:
    """Give every string that the user wrote, with its field."""
    for name in type(model).model_fields:
        if name in model.model_fields_set:
            yield from _texts_in(getattr(model, name), f"{path}.{field_name(model, name)}")


def _texts_in(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, KubeModel):
        yield from _texts(value, path)
    elif isinstance(value, tuple):
        for index, one in enumerate(value):
            yield from _texts_in(one, f"{path}[{index}]")
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _texts_in(name, f"{path}.{name}")
            yield from _texts_in(one, f"{path}.{name}")


def _text_problem(field: str, text: str, use: MessageUse) -> Problem | None:
    problem = control_problem(field, text, lines=True)
    if problem is None and _REQUESTED.search(field) and not is_request_url(text):
        problem = invalid(field, "is no address that Alertmanager takes: write https://host/path")
    if problem is None and _DURATION.search(field):
        problem = duration_problem(field, text)
    if problem is None:
        problem = variable_problem(field, text)
    if problem is None and "{{" in text:
        problem = message_template_problem(field, text, use)
    return problem


def clean_secret_value(value: bytes) -> bytes:
    """Strip the line ends that editors and `echo` leave behind a secret."""
    return value.rstrip(b"\r\n")


def check_secret_value(
    use: SecretUse, spec: NotificationChannelSpec, value: bytes
) -> Problem | None:
    """Refuse a value that cannot work; what is said never holds any part of it."""
    del spec
    reason = _value_problem(use.field, clean_secret_value(value))
    if reason is None:
        return None
    message = f"key {use.ref.key!r} of Secret {use.ref.name!r} {reason}"
    return Problem(Reason.SECRET_MALFORMED, f"spec.{use.field}", message)


def _value_problem(field: str, value: bytes) -> str | None:
    if not value:
        return "is empty: put the value there"
    pem = next((what for end, what in _PEM.items() if field.endswith(end)), None)
    if pem is not None:
        return _pem_problem(pem, value)
    if len(value) > MAX_SECRET_BYTES:
        return (
            f"has {len(value):,} bytes, the limit is {MAX_SECRET_BYTES:,}: put only the value there"
        )
    if _BREAKS.search(value):
        return "has a line break or control character inside: put the value on one line"
    try:
        return _text_reason(field, value.decode())
    except UnicodeDecodeError:
        return "is not UTF-8 text: put the value there as text"


def _pem_problem(what: str, value: bytes) -> str | None:
    if len(value) > MAX_PEM_BYTES:
        return (
            f"has {len(value):,} bytes, the limit is {MAX_PEM_BYTES:,}: put only the {what} there"
        )
    if not value.isascii() or b"-----BEGIN" not in value or what.encode() not in value.lower():
        return f"holds no {what} as PEM: put the text there, from -----BEGIN on"
    return None


def _text_reason(field: str, text: str) -> str | None:
    is_url = field.endswith(("URLSecretRef", "urlSecretRef"))
    if "{{" in text and (is_url or field.endswith(_TEMPLATED_KEYS)):
        return "holds {{, which Alertmanager would read as a template: remove it"
    if field == "telegram.chatIDSecretRef" and not _CHAT.fullmatch(text):
        return "is no chat's number: put it there in digits, such as -1001234567890"
    if field.startswith("pushover.") and not text.isalnum():
        return "is no key of Pushover: put the letters and digits there, and nothing else"
    if is_url and not _is_url(text):
        return "is no http or https URL: copy the whole address, from https:// on"
    return None


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        port_is_good = parts.port is None or parts.port > 0
    except ValueError:
        return False
    blank = any(character.isspace() for character in text)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and port_is_good and not blank
