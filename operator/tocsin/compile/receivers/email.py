"""
`email`: mail as HTML and plain text, through the channel's relay or the platform's.

The platform's password is written only into receivers that use the platform's relay:
in Alertmanager's `global` it would go to any relay that a tenant names (S06).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tocsin.api.config import SMTPSettings
from tocsin.api.problem import Problem, Reason
from tocsin.api.receivers.email import Email
from tocsin.compile.messages.texts import call
from tocsin.compile.receivers.entry import Entry, Surroundings, opening, translate
from tocsin.compile.receivers.team import example_of, with_team
from tocsin.compile.refusals import invalid

SMTP_PASSWORD = "smtp.authPasswordSecretRef"  # noqa: S105 a field's name
"""The field of the operator's configuration that names the relay's password."""

_ADDRESS = re.compile(
    r'\s*(?:[^<>@,{}]*<[^<>@,\s{}]+@[^<>@,\s{}]+>|[^<>@,\s{}"]+@[^<>@,\s{}"]+)\s*'
)

_HOST_PORT = re.compile(r"[A-Za-z0-9._-]+:[0-9]{1,5}")


def check_email(email: Email, around: Surroundings) -> Iterator[Problem]:
    """Give what Alertmanager would refuse, and what this release does not do."""
    yield from _addresses(email)
    yield from _relay(email, around.config.smtp)


def _addresses(email: Email) -> Iterator[Problem]:
    if not all(_ADDRESS.fullmatch(part) for part in example_of(email.to).split(",")):
        yield invalid(
            "spec.email.to",
            "is no list of plain mail addresses: write a@example.org, b@example.org",
        )
    if email.from_ is not None and not _ADDRESS.fullmatch(email.from_):
        yield invalid(
            "spec.email.from", "is no plain mail address: write one such as alerts@example.org"
        )


def _relay(email: Email, smtp: SMTPSettings | None) -> Iterator[Problem]:
    if email.smarthost is not None:
        if not _HOST_PORT.fullmatch(email.smarthost):
            yield invalid("spec.email.smarthost", "is no host:port: write smtp.example.org:587")
        if email.from_ is None and smtp is None:
            yield invalid("spec.email.from", "is missing: write the sender's address")
        return
    if smtp is None:
        yield Problem(
            Reason.SMTP_NOT_CONFIGURED,
            "spec.email.smarthost",
            "is missing, and the operator's configuration has no smtp: write smarthost and from "
            "here, or ask the platform to set smtp",
        )
        return
    for field, value in (
        # With the platform's password it would act for somebody else on the relay.
        ("authIdentity", None if email.auth_username else email.auth_identity or None),
        ("requireTLS", None if email.require_tls else email.require_tls),
        ("tlsConfig", email.tls_config),
        ("forceImplicitTLS", email.force_implicit_tls),
    ):
        if value is not None:
            yield invalid(
                f"spec.email.{field}",
                "may not change the connection to the platform's relay: name your own smarthost",
            )


def compile_email(email: Email, around: Surroundings) -> Entry:
    """Write an entry of `email_configs`; every relay setting is written out."""
    entry = opening(around, http=False) | {"to": with_team(email.to)}
    smtp = around.config.smtp
    if email.smarthost is None and smtp is not None:
        entry |= _platform_relay(email, smtp, around)
    own = translate(email, "email", around.files, without=("to", "headers", "html", "text"))
    entry |= own
    if "from" not in entry and smtp is not None:
        entry["from"] = smtp.from_
    entry.setdefault("require_tls", True)
    if email.threading is not None:
        # Alertmanager has no default here, and refuses the whole configuration.
        entry["threading"]["thread_by_date"] = email.threading.thread_by_date
    entry["headers"] = {"Subject": call("title")} | {
        ("Subject" if one.name.lower() == "subject" else one.name): one.value
        for one in email.headers
    }
    if email.html is None and email.text is None:
        return entry | {"html": call("email.html"), "text": call("text")}
    # Alertmanager would add its own HTML to a text that stands alone.
    return entry | {"html": email.html or "", "text": email.text or ""}


def _platform_relay(email: Email, smtp: SMTPSettings, around: Surroundings) -> Entry:
    relay: Entry = {"from": smtp.from_, "smarthost": smtp.smarthost}
    if smtp.hello:
        relay["hello"] = smtp.hello
    relay["require_tls"] = smtp.require_tls
    own_login = (
        email.auth_username or email.auth_password_secret_ref or email.auth_secret_secret_ref
    )
    if not own_login:
        if smtp.auth_username:
            relay["auth_username"] = smtp.auth_username
        if smtp.auth_password_secret_ref is not None:
            relay["auth_password_file"] = around.files[SMTP_PASSWORD]
    return relay
