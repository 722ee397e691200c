"""
``RunningOperator``: the operator as a process, with its own service account's token.

    with Cluster(stack=True) as cluster, RunningOperator(cluster) as operator:
        cluster.admin.apply({...})

It ends with the ``with`` block, with the cluster, and with this process. Its log lies with the
cluster's logs. The kubeconfig that it gets holds the token of ``tocsin-system/tocsin`` alone, and
its environment no trace of the caller's own.
"""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml
from tests.cluster.base import ClusterAccess
from tests.cluster.ports import Ports
from tests.cluster.processes import ProcessError, Processes
from tests.running.configuration import (
    NAMESPACE,
    SERVICE_ACCOUNT,
    Dumpable,
    config_for,
    plain,
)
from tests.running.install import install
from tests.running.memory import process_tree, resident_bytes

USER = f"system:serviceaccount:{NAMESPACE}:{SERVICE_ACCOUNT}"
"""The operator's name in the audit log."""

_TOCSIN = Path(sys.executable).parent / "tocsin"
_GRACE = 10.0  # seconds to end by itself


class _Home(ClusterAccess):
    """A cluster that can run processes beside it: ours and a user's both do."""

    processes: Processes


class RunningOperator:
    """
    One operator. ``config`` is laid over what fits the cluster (see ``config_for``).

    ``name`` tells several apart. ``arguments`` are added to the command line, ``environment`` to
    the process' variables. ``installed`` says that CRDs and RBAC are there already. ``timeout`` is
    how many seconds it gets until it is ready.
    """

    def __init__(
        self,
        cluster: Any,
        config: Mapping[str, Any] | Dumpable | None = None,
        *,
        name: str = "operator",
        arguments: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        installed: bool = False,
        timeout: float = 60,
    ) -> None:
        self._cluster: _Home = cluster
        self._name = name
        self._config = config_for(cluster, plain(config))
        self._arguments = tuple(arguments)
        self._environment = dict(environment or {})
        self._installed = installed
        self._timeout = timeout
        self._ports = Ports()
        self._port = self._ports.take()
        self._pid = 0

    # -- where it is ------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """Its own endpoints: ``/healthz``, ``/readyz``, ``/metrics``."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def metrics_url(self) -> str:
        """Its own series."""
        return f"{self.url}/metrics"

    @property
    def log_path(self) -> Path:
        """What it printed; restarts append."""
        return self._cluster.processes.log(self._name)

    @property
    def config_path(self) -> Path:
        """The configuration file."""
        return self._cluster.work / f"{self._name}.yaml"

    @property
    def kubeconfig(self) -> Path:
        """The operator's own; it holds nothing of the administrator's."""
        return self._cluster.work / f"{NAMESPACE}.{SERVICE_ACCOUNT}.kubeconfig"

    @property
    def pid(self) -> int:
        """The running process; 0 where there is none."""
        return self._pid

    def metrics(self) -> str:
        """The text of ``/metrics`` now."""
        with urllib.request.urlopen(self.metrics_url, timeout=10) as answer:
            text: str = answer.read().decode()
        return text

    def log(self) -> str:
        """What it printed until now."""
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    # -- life -------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def start(self, *, wait: bool = True) -> None:
        """Install what is missing, start, and wait for ``/readyz`` (unless told not to)."""
        if not self._installed:
            install(self._cluster)
            self._installed = True
        self._cluster.service_account_kubeconfig(NAMESPACE, SERVICE_ACCOUNT)
        self.config_path.write_text(yaml.safe_dump(self._config, sort_keys=False))
        self._pid = self._cluster.processes.start(
            self._name, self._command(), env=self._variables(), cwd=self._cluster.work, grace=2
        )
        if wait:
            self.await_ready()

    def await_ready(self, timeout: float | None = None) -> None:
        """Wait for ``/readyz``; ``ProcessError`` with its last lines where it does not come."""
        self._cluster.processes.await_ready(self._name, self.ready, timeout or self._timeout)

    def ready(self) -> bool:
        """Whether ``/readyz`` says yes now."""
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> int | None:
        """Ask it to end, as Kubernetes would; gives its exit code."""
        self._pid = 0
        return self._cluster.processes.stop(self._name, grace=_GRACE)

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self._pid = 0
        self._cluster.processes.stop(self._name, grace=0)

    def restart(self, *, crash: bool = False) -> None:
        """End it, by ``kill`` where ``crash``, start it again and wait until it is ready."""
        if crash:
            self.kill()
        else:
            self.stop()
        self.start()

    def close(self) -> None:
        """End it; may be called twice, and after the cluster."""
        try:
            self.stop()
        except (ProcessError, RuntimeError):
            self._pid = 0  # it ended with the cluster
        self._ports.close()

    # -- what it costs ----------------------------------------------------------------------

    def rss_bytes(self, *, children: bool = False) -> int:
        """Resident memory, with its child processes where asked for."""
        pids = process_tree(self._pid) if children else [self._pid]
        return sum(resident_bytes(pid) for pid in pids)

    # -- how it is started ------------------------------------------------------------------

    def _command(self) -> list[str | Path]:
        return [
            _TOCSIN,
            "operator",
            "--config",
            self.config_path,
            "--listen",
            f"127.0.0.1:{self._port}",
            *self._arguments,
        ]

    def _variables(self) -> dict[str, str]:
        return {
            "KUBECONFIG": str(self.kubeconfig),
            "HOME": str(self._cluster.work),  # no ~/.kube/config behind our back
            "PYTHONWARNINGS": os.environ.get("PYTHONWARNINGS", "default"),
            **self._environment,
        }
