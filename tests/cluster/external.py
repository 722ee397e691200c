"""
A cluster that somebody else runs, with the attributes of our own as far as they can be had.

``connect()`` reads ``KUBECONFIG`` (or a path). Nothing is started or ended in the cluster; only
the port-forwards are ours, and they end with us.
"""

from __future__ import annotations

import os
import ssl
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.cluster import kubeconfig
from tests.cluster.api import ApiClient
from tests.cluster.base import ClusterAccess
from tests.cluster.kubeconfig import KubeconfigError
from tests.cluster.ports import Ports
from tests.cluster.processes import Processes

_MONITORING = "monitoring.coreos.com/v1"


class ExternalCluster(ClusterAccess):
    """A user's cluster; end it with ``close`` or ``with``."""

    def __init__(self, path: Path) -> None:
        credentials = kubeconfig.load(path)  # first: a file that cannot be used starts nothing
        self.kubeconfig = path
        try:
            self.admin = ApiClient(credentials)
        except (ssl.SSLError, ValueError) as error:
            raise KubeconfigError(
                f"{path}: a certificate or key of the current context is none; log in again"
            ) from error
        self.work = Path(tempfile.mkdtemp(prefix="tocsin-external-"))
        self.processes = Processes(self.work / "logs", doomed=[self.work])
        self._ports = Ports()

    def forward(self, namespace: str, target: str, port: int) -> str:
        """``kubectl port-forward`` to ``target`` (``svc/NAME``); returns the local URL."""
        local = self._ports.take()
        name = f"forward-{local}"
        command: list[str | Path] = [
            self.kubectl_program,
            "-n",
            namespace,
            "port-forward",
            target,
            f"{local}:{port}",
        ]
        self.processes.start(name, command, env={"KUBECONFIG": str(self.kubeconfig)})
        log = self.processes.log(name)
        self.processes.await_ready(name, lambda: "Forwarding from" in log.read_text())
        return f"http://127.0.0.1:{local}"

    def forward_stack(self) -> None:
        """Set ``prometheus_url`` and ``alertmanager_url`` where the cluster has such objects."""
        prometheus, alertmanager = self.find("Prometheus"), self.find("Alertmanager")
        if prometheus:
            namespace = prometheus["metadata"]["namespace"]
            self.prometheus_url = self.forward(namespace, "svc/prometheus-operated", 9090)
        if alertmanager:
            namespace = alertmanager["metadata"]["namespace"]
            self.alertmanager_url = self.forward(namespace, "svc/alertmanager-operated", 9093)

    def find(self, kind: str) -> dict[str, Any] | None:
        """The first Prometheus or Alertmanager object, by namespace and name."""
        found = self.admin.list(_MONITORING, kind)
        found.sort(key=lambda o: (o["metadata"]["namespace"], o["metadata"]["name"]))
        return found[0] if found else None

    def close(self) -> None:
        """End our own port-forwards; the cluster stays as it is."""
        self.processes.close()
        self._ports.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()


def connect(path: str | Path | None = None) -> ExternalCluster:
    """
    The cluster of a kubeconfig: the named one, else ``KUBECONFIG``, else ``~/.kube/config``.

    Of several that KUBECONFIG names, the first that exists. Raises ``KubeconfigError``.
    """
    chosen = path or os.environ.get("KUBECONFIG") or Path.home() / ".kube" / "config"
    paths = [Path(name).expanduser() for name in str(chosen).split(os.pathsep) if name]
    return ExternalCluster(next((one for one in paths if one.exists()), paths[0]))
