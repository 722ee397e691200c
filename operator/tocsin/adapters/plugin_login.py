"""
Logins through kubeconfig plug-ins (exec, OIDC, cloud providers), by the `kubernetes` package.

For work from outside a cluster alone: `kubeconfig` imports this module only when
a user needs it.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path

from kubernetes.client import Configuration
from kubernetes.config import ConfigException, kube_config

from tocsin.adapters.credentials import CredentialsError, TrustFiles

_RECHECK = 60.0
"""Seconds between questions to the plug-in, which decides itself whether to log in again."""


class PluginCredentials:
    """Satisfies `credentials.Credentials`."""

    def __init__(self, paths: list[Path]) -> None:
        self._configuration = Configuration()
        joined = os.pathsep.join(str(path) for path in paths)
        try:
            load: Callable[..., None] = kube_config.load_kube_config
            load(config_file=joined, client_configuration=self._configuration)
            self._header = self._ask()
        except (ConfigException, OSError, ValueError) as error:
            raise CredentialsError(
                f"{joined}: the login plug-in of the current user failed; "
                "run kubectl get namespaces to see why"
            ) from error
        found = self._configuration
        if self._header is None and not found.cert_file:
            raise CredentialsError(
                f"{joined}: the login plug-in of the current user gave no credentials; "
                "run kubectl get namespaces to see why"
            )
        self.server = str(found.host).rstrip("/")
        self.namespace = "default"
        self.proxy: str | None = found.proxy
        self.tls = None
        if self.server.startswith("https:"):
            self.tls = TrustFiles(
                ca_file=Path(found.ssl_ca_cert) if found.ssl_ca_cert else None,
                certificate=Path(found.cert_file) if found.cert_file else None,
                key=Path(found.key_file) if found.key_file else None,
                insecure=not found.verify_ssl,
            ).context()
        self._due = time.monotonic() + _RECHECK

    def _ask(self) -> str | None:
        header: str | None = self._configuration.get_api_key_with_prefix(
            "BearerToken", alias="authorization"
        )
        return header

    async def authorization(self) -> str | None:
        """Give the Authorization header; the plug-in may take a second to renew it."""
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + _RECHECK
            await self.renew()
        return self._header

    async def renew(self) -> bool:
        """Ask the plug-in, in a thread: it may start a program."""
        before = self._header
        try:
            self._header = await asyncio.to_thread(self._ask)
        except (ConfigException, OSError, ValueError):
            return False  # the server's 401 says it better
        return self._header != before
