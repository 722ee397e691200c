"""What of the HTTP client's configuration Alertmanager could not load safely."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tocsin.api.notification_channel import NotificationChannelSpec
from tocsin.api.problem import Problem
from tocsin.api.receivers.http_config import TLSConfig
from tocsin.compile.refusals import invalid, not_yet

_WORD = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]*")
"""What HTTP takes for a scheme. Go's lower case of `BASİC` is `basic`, Python's is not."""


def check_http(spec: NotificationChannelSpec) -> Iterator[Problem]:
    """Give what is refused in `httpConfig`."""
    http = spec.http_config
    if http is None:
        return
    if http.authorization is not None and not _WORD.fullmatch(http.authorization.type):
        yield invalid(
            "spec.httpConfig.authorization.type",
            "is no word that a header can hold: write letters and digits, such as Bearer",
        )
    yield from check_tls("spec.httpConfig.tlsConfig", http.tls_config)
    if http.oauth2 is not None:
        if not http.oauth2.client_id:
            yield invalid("spec.httpConfig.oauth2.clientID", "is empty: write the client's id")
        yield from check_tls("spec.httpConfig.oauth2.tlsConfig", http.oauth2.tls_config)


def check_tls(field: str, tls: TLSConfig | None) -> Iterator[Problem]:
    """
    Refuse certificates from Secrets in an HTTP client's configuration.

    Alertmanager reads them while it loads its configuration, so that one tenant's
    damaged PEM would stop every later change for all. (Those of `email` it reads when
    it sends a mail.)
    """
    if tls is None:
        return
    for name, ref in (
        ("caSecretRef", tls.ca_secret_ref),
        ("certSecretRef", tls.cert_secret_ref),
        ("keySecretRef", tls.key_secret_ref),
    ):
        if ref is not None:
            yield not_yet(
                f"{field}.{name}",
                "leave it out and use a certificate that Alertmanager's system trusts meanwhile",
            )
