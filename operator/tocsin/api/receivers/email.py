"""`email`: mail through the channel's own relay or the platform's."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from tocsin.api.meta import MAP_BY_NAME, Flag, KubeModel, SecretKeyRef, ShortText, Text
from tocsin.api.receivers.http_config import TLSConfig

HeaderName = Annotated[
    str, StringConstraints(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")
]
Address = Annotated[
    str,
    StringConstraints(min_length=1, max_length=2048, pattern=r"^[^\r\n\x00]*[@{][^\r\n\x00]*$"),
]
"""One or several mail addresses, or a template that gives them."""

HostPort = Annotated[str, StringConstraints(max_length=256, pattern=r"^[^\s:]+:[0-9]{1,5}$")]


class EmailHeader(KubeModel):
    """A header of the mail."""

    name: HeaderName
    """name of the header; upper and lower case are the same."""
    value: Text
    """value of the header."""


class EmailThreading(KubeModel):
    """How mails of one alert group are tied together."""

    enabled: Flag = False
    """enabled ties the mails of one alert group into a thread."""
    thread_by_date: Literal["none", "daily"] = "none"
    """threadByDate starts a new thread each day (daily) or never (none, the default)."""


class Email(KubeModel):
    """Mail. Without smarthost, the relay and sender of the operator's configuration."""

    to: Address
    """to is who gets the mail; may hold {team}."""
    from_: Annotated[Address | None, Field(alias="from")] = None
    """from is the sender. Default: the operator's configuration."""
    smarthost: HostPort | None = None
    """smarthost is the relay as host:port. Default: the operator's configuration."""
    hello: ShortText | None = None
    """hello is the name told to the relay."""
    auth_username: ShortText | None = None
    """authUsername for the relay."""
    auth_password_secret_ref: SecretKeyRef | None = None
    """authPasswordSecretRef is the password for the relay."""
    auth_secret_secret_ref: SecretKeyRef | None = None
    """authSecretSecretRef is the secret of the CRAM-MD5 login."""
    auth_identity: ShortText | None = None
    """authIdentity of the PLAIN login."""
    headers: Annotated[
        tuple[EmailHeader, ...],
        Field(max_length=32, json_schema_extra=MAP_BY_NAME),
    ] = ()
    """headers of the mail, such as Subject."""
    html: Text | None = None
    """html is the mail's body as HTML."""
    text: Text | None = None
    """text is the mail's body as plain text."""
    require_tls: Flag | None = None
    """requireTLS refuses a relay without STARTTLS. Default: true."""
    tls_config: TLSConfig | None = None
    """tlsConfig of the connection to the relay."""
    force_implicit_tls: Flag | None = None
    """forceImplicitTLS speaks TLS from the first byte. Default: only on port 465."""
    threading: EmailThreading | None = None
    """threading ties mails of one alert group together."""
