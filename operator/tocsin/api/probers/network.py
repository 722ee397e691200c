"""`http`, `tcp`, `tls`, `dns`, `icmp` and `grpc`: a connection and an answer."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from tocsin.api.meta import MAP_BY_NAME, Flag, KubeModel, SecretKeyRef, ShortText, Text
from tocsin.api.receivers.http_config import BasicAuth, TLSConfig

HeaderName = Annotated[
    str, StringConstraints(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")
]
HeaderValue = Annotated[str, StringConstraints(max_length=8192, pattern=r"^[^\r\n\x00]*$")]
RequestPath = Annotated[
    str, StringConstraints(min_length=1, max_length=2048, pattern=r"^/[^\s\x00]*$")
]
DNSName = Annotated[
    str, StringConstraints(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9_.*-]+$")
]


class Header(KubeModel):
    """A header of the request; exactly one of value and valueSecretRef."""

    name: HeaderName
    """name of the header."""
    value: HeaderValue | None = None
    """value of the header, where it is no secret."""
    value_secret_ref: SecretKeyRef | None = None
    """valueSecretRef is the value; it is masked wherever it would be shown."""


Headers = Annotated[tuple[Header, ...], Field(max_length=32, json_schema_extra=MAP_BY_NAME)]


class HTTP(KubeModel):
    """An HTTP request."""

    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] | None = None
    """method of the request. Default: GET."""
    path: RequestPath | None = None
    """path that is joined to a target's own path."""
    headers: Headers = ()
    """headers of the request."""
    body: Text | None = None
    """body of the request."""
    basic_auth: BasicAuth | None = None
    """basicAuth logs in with a user name and a password."""
    follow_redirects: Flag = False
    """followRedirects goes where a redirect leads; each hop's address is checked."""
    tls_config: TLSConfig | None = None
    """tlsConfig of the connection."""


class TCP(KubeModel):
    """A TCP connection, and what is said over it."""

    send: Text | None = None
    """send is what is written after the connection is made."""


class TLS(TLSConfig):
    """A TLS handshake; its certificate is judged by assertions such as cert.expiresIn."""


class DNS(KubeModel):
    """A DNS query to each target, which is a name server."""

    name: DNSName
    """name that is asked for."""
    type: Literal["A", "AAAA", "CAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"] | None = None
    """type of the record. Default: A."""
    transport: Literal["UDP", "TCP"] | None = None
    """transport of the query. Default: UDP."""


class ICMP(KubeModel):
    """An ICMP echo request (ping)."""

    payload_bytes: Annotated[int, Field(strict=True, ge=0, le=65_000)] | None = None
    """payloadBytes that are sent along. Default: 28."""


class GRPC(KubeModel):
    """The gRPC health service."""

    service: ShortText | None = None
    """service whose health is asked for. Default: the whole server's."""
    headers: Headers = ()
    """headers (metadata) of the request."""
    plaintext: Flag = False
    """plaintext speaks without TLS."""
    tls_config: TLSConfig | None = None
    """tlsConfig of the connection."""
