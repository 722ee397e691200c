"""
`spec.httpConfig`: how Alertmanager speaks HTTP to the receiver.

A safe part of Prometheus' common HTTP client configuration. Redirects cannot be
switched on (a credential would follow them), proxies cannot come from the
environment, and every credential is a reference.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tocsin.api.meta import Flag, KubeModel, SecretKeyRef, ShortText, SinkURL

TLSVersion = Literal["TLS10", "TLS11", "TLS12", "TLS13"]


class TLSConfig(KubeModel):
    """How the receiver's certificate is checked, and which one is shown to it."""

    server_name: ShortText | None = None
    """serverName that the certificate must be valid for."""
    insecure_skip_verify: Flag = False
    """insecureSkipVerify accepts any certificate."""
    ca_secret_ref: SecretKeyRef | None = None
    """caSecretRef is the certificate authority to trust, as PEM."""
    cert_secret_ref: SecretKeyRef | None = None
    """certSecretRef is the client's certificate, as PEM."""
    key_secret_ref: SecretKeyRef | None = None
    """keySecretRef is the client certificate's private key, as PEM."""
    min_version: TLSVersion | None = None
    """minVersion of TLS that is accepted."""
    max_version: TLSVersion | None = None
    """maxVersion of TLS that is accepted."""


class BasicAuth(KubeModel):
    """A user name and a password in every request."""

    username: ShortText
    """username to log in with."""
    password_secret_ref: SecretKeyRef | None = None
    """passwordSecretRef is the password."""


class Authorization(KubeModel):
    """An Authorization header in every request."""

    type: ShortText = "Bearer"
    """type of the credentials. Default: Bearer."""
    credentials_secret_ref: SecretKeyRef
    """credentialsSecretRef is what follows the type in the header, such as a token."""


class OAuth2(KubeModel):
    """A token from an OAuth 2 server, by client credentials."""

    client_id: ShortText
    """clientID to log in with."""
    client_secret_secret_ref: SecretKeyRef
    """clientSecretSecretRef is the client's secret."""
    token_url: SinkURL
    """tokenURL is where the token is fetched."""
    scopes: Annotated[tuple[ShortText, ...], Field(max_length=32)] = ()
    """scopes of the token."""
    endpoint_params: Annotated[dict[ShortText, ShortText], Field(max_length=32)] = Field(default={})
    """endpointParams are added to the token's request."""
    tls_config: TLSConfig | None = None
    """tlsConfig for the token's request."""
    proxy_url: SinkURL | None = None
    """proxyURL for the token's request."""


class HTTPConfig(KubeModel):
    """How the receiver is spoken to over HTTP; at most one kind of credential."""

    authorization: Authorization | None = None
    """authorization header in every request."""
    basic_auth: BasicAuth | None = None
    """basicAuth in every request."""
    oauth2: OAuth2 | None = None
    """oauth2 token in every request."""
    tls_config: TLSConfig | None = None
    """tlsConfig of the connection."""
    proxy_url: SinkURL | None = None
    """proxyURL that the requests go through."""
    enable_http2: Flag = True
    """enableHTTP2 allows HTTP/2. Default: true."""
