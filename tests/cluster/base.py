"""What every cluster offers, ours or a user's: a client, identities, kubectl."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.cluster import kubeconfig
from tests.cluster.api import ApiClient
from tests.cluster.kubeconfig import Credentials
from tests.cluster.programs import ensure_programs

TOKEN_LIFETIME = 3600  # seconds


class ClusterAccess:
    """
    An API server and who we are there.

    Attributes: ``kubeconfig`` (path), ``admin`` (client), ``work`` (a folder for files that go
    with the cluster), ``prometheus_url`` and ``alertmanager_url`` (None where there is none).
    """

    kubeconfig: Path
    admin: ApiClient
    work: Path
    programs: Path | None = None
    prometheus_url: str | None = None
    alertmanager_url: str | None = None

    @property
    def url(self) -> str:
        """The API server."""
        return self.admin.credentials.server

    @property
    def ca(self) -> str | None:
        """The certificate authority of the API server, as PEM text."""
        return self.admin.credentials.ca

    def service_account_token(
        self, namespace: str, name: str, *, seconds: int = TOKEN_LIFETIME
    ) -> str:
        """A token as the kubelet would get it; the service account must exist. At least 600 s."""
        path = self.admin.path("v1", "ServiceAccount", name, namespace, "token")
        request = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": {"expirationSeconds": seconds},
        }
        token: str = self.admin.request("POST", path, request)["status"]["token"]
        return token

    def service_account_credentials(self, namespace: str, name: str) -> Credentials:
        """How that service account logs in."""
        admin = self.admin.credentials
        token = self.service_account_token(namespace, name)
        return Credentials(
            server=admin.server,
            ca=admin.ca,
            insecure=admin.insecure,
            token=token,
            namespace=namespace,
        )

    def service_account_kubeconfig(self, namespace: str, name: str) -> Path:
        """A kubeconfig file with that service account's own token and nothing of the admin's."""
        path = self.work / f"{namespace}.{name}.kubeconfig"
        return kubeconfig.write(path, self.service_account_credentials(namespace, name))

    def client(self, namespace: str, name: str) -> ApiClient:
        """A client that is that service account."""
        return ApiClient(self.service_account_credentials(namespace, name))

    @property
    def kubectl_program(self) -> Path:
        """Ours where we built the programs, else the user's, else one that we build."""
        if self.programs is None:
            found = shutil.which("kubectl")
            self.programs = Path(found).parent if found else ensure_programs(["kubectl"])
        return self.programs / "kubectl"

    def kubectl(
        self, *arguments: str, stdin: str | None = None, check: bool = True, timeout: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Run kubectl as the admin; its output is in ``stdout`` and ``stderr``."""
        return subprocess.run(
            [self.kubectl_program, *arguments],
            env={**os.environ, "KUBECONFIG": str(self.kubeconfig)},
            input=stdin,
            capture_output=True,
            text=True,
            check=check,
            timeout=timeout,
        )

    def create_namespace(self, name: str, *, labels: dict[str, str] | None = None) -> None:
        """Create a namespace where there is none."""
        document = {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": name, "labels": labels or {}},
        }
        self.admin.apply(document)


def wait_until(
    predicate: Callable[[], Any], what: str, *, timeout: float = 30, interval: float = 0.05
) -> Any:
    """Poll until ``predicate()`` is true, and return its value."""
    limit = time.monotonic() + timeout
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() > limit:
            raise TimeoutError(f"after {timeout:g} s still not true: {what}")
        time.sleep(interval)
