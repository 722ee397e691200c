"""
``Cluster``: a context manager around a control plane and, if asked for, the monitoring stack.

    with Cluster(stack=True) as cluster:
        cluster.admin.apply({...})

Everything it starts ends with it, whatever happens: the programs belong to a keeper process
(see ``keeper``). Its folder is removed on success; after an error the logs stay, and their path
is printed.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.cluster import audit
from tests.cluster.api import ApiClient
from tests.cluster.base import ClusterAccess, wait_until
from tests.cluster.controlplane import ControlPlane, ControlPlaneOptions
from tests.cluster.ports import Ports
from tests.cluster.processes import Processes
from tests.cluster.programs import ensure_programs
from tests.cluster.stack import Stack, StackOptions

CONTROL_PLANE = ("mkcerts", "etcd", "kube-apiserver", "kube-controller-manager", "kubectl")
_STACK = ("prometheus-operator", "prometheus", "alertmanager")


class Cluster(ClusterAccess):
    """
    A cluster of our own.

    ``stack`` adds prometheus-operator, Prometheus and Alertmanager (True, or their options).
    ``progress`` gets a line as each part becomes ready. ``audit_level`` None writes no audit log.
    ``keep_logs`` is a folder that gets the logs in any case. Nothing runs before ``start``.
    """

    def __init__(
        self,
        *,
        stack: bool | StackOptions = False,
        controllers: bool = True,
        audit_level: str | None = "RequestResponse",
        apiserver_arguments: Sequence[str] = (),
        keep_logs: Path | None = None,
        progress: Callable[[str], None] | None = None,
    ) -> None:
        if stack and not controllers:
            raise ValueError("stack needs controllers=True: they make the pods of StatefulSets")
        self._stack_options = StackOptions() if stack is True else stack or None
        self._options = ControlPlaneOptions(audit_level, tuple(apiserver_arguments), controllers)
        self._keep_logs = keep_logs
        self._progress = progress or (lambda _line: None)
        self._ports = Ports()
        self._control_plane: ControlPlane | None = None
        self._processes: Processes | None = None
        self._stack: Stack | None = None
        self._audit_log: audit.Log | None = None
        self._began = 0.0

    # -- life -------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        asked_to = (KeyboardInterrupt, SystemExit)
        self.close(failed=kind is not None and not issubclass(kind, asked_to))

    def start(self) -> None:
        """Start everything; returns when it is ready."""
        stack_programs = _STACK if self._stack_options else ()
        self.programs = ensure_programs([*CONTROL_PLANE, *stack_programs], self._progress)
        self._began = time.monotonic()
        self.work = Path(tempfile.mkdtemp(prefix="tocsin-cluster-"))
        try:
            self._processes = Processes(self.work / "logs", doomed=[self.work])
            self._start_parts()
        except BaseException as error:
            self.close(failed=isinstance(error, Exception))
            shutil.rmtree(self.work, ignore_errors=True)  # where not even the keeper started
            raise

    def _start_parts(self) -> None:
        assert self.programs is not None
        plane = ControlPlane(self.programs, self.work, self.processes, self._ports, self._options)
        self._control_plane = plane
        plane.start()
        self.kubeconfig = plane.kubeconfig("admin")
        self.admin = ApiClient(plane.identity("admin"))
        self._say("control plane")
        if self._options.controllers:
            plane.start_controllers()
        if self._stack_options:
            self._stack = Stack(self, plane, self.processes, self._ports, self._stack_options)
            self._stack.start(self._say)
            self.prometheus_url = self._stack.prometheus_url
            self.alertmanager_url = self._stack.alertmanager_url

    def _say(self, part: str) -> None:
        self._progress(f"{part} ready after {time.monotonic() - self._began:.1f} s")

    def close(self, *, failed: bool = False) -> None:
        """End everything; may be called twice. ``failed`` keeps the logs and says where."""
        processes, self._processes = self._processes, None
        if processes is None:
            return
        processes.close_after(self._save_logs if failed or self._keep_logs else None)
        self._ports.close()

    def _save_logs(self) -> None:
        target = self._keep_logs or Path(tempfile.mkdtemp(prefix="tocsin-cluster-logs-"))
        shutil.copytree(self.work / "logs", target, symlinks=True, dirs_exist_ok=True)
        print(f"the logs of the cluster's programs are in {target}", file=sys.stderr)

    # -- parts ------------------------------------------------------------------------------

    @property
    def processes(self) -> Processes:
        """Starts further programs that end with the cluster, and tells about those that run."""
        if self._processes is None:
            raise RuntimeError("the cluster is not running; start() it, or use `with`")
        return self._processes

    @property
    def control_plane(self) -> ControlPlane:
        """The three programs of the control plane."""
        if self._control_plane is None:
            raise RuntimeError("the cluster is not running; start() it, or use `with`")
        return self._control_plane

    @property
    def stack(self) -> Stack:
        """The monitoring stack."""
        if self._stack is None:
            raise RuntimeError("this cluster has no monitoring stack; ask for Cluster(stack=True)")
        return self._stack

    def parts(self) -> dict[str, dict[str, int | None]]:
        """Each running program with its ``pid`` and ``port`` (None where it has none)."""
        pids = {n: s["pid"] for n, s in self.processes.status().items() if s["code"] is None}
        ports = dict(self.control_plane.ports)
        if self._stack is not None:
            ports |= self._stack.ports
            pids |= {name: state["pid"] for name, state in self._stack.state().items()}
        return {name: {"pid": pid, "port": ports.get(name)} for name, pid in pids.items()}

    def stop_apiserver(self, grace: float = 3) -> None:
        """End the API server; ``grace=0`` is a crash."""
        self.control_plane.stop_apiserver(grace)

    def start_apiserver(self) -> None:
        """Start it again, on the same port, and wait until it is ready."""
        self.control_plane.start_apiserver()

    def restart_apiserver(self, grace: float = 3) -> None:
        """Both."""
        self.stop_apiserver(grace)
        self.start_apiserver()

    def await_default_service_account(self, namespace: str, timeout: float = 60) -> None:
        """Pods cannot be created in a namespace before the controllers made this account."""
        self.admin.wait_for("v1", "ServiceAccount", "default", bool, namespace, timeout=timeout)

    # -- audit ------------------------------------------------------------------------------

    def audit_events(self) -> list[audit.Event]:
        """Every event until now, oldest first; what was answered before this call is in it."""
        if self._options.audit_level is None:
            raise RuntimeError("this cluster writes no audit log; leave audit_level at its default")
        marker = f"audit-marker-{uuid.uuid4().hex}"
        review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
        path = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
        self.admin.request("POST", path, review, headers={"User-Agent": marker})

        if self._audit_log is None:
            self._audit_log = audit.Log(self.control_plane.audit_log)
        log = self._audit_log

        def seen() -> bool:
            return any(event.get("userAgent") == marker for event in log.read_on())

        wait_until(seen, "the audit log is written")
        return [e for e in log.events if not str(e.get("userAgent")).startswith("audit-marker-")]

    def audit_writes(self, user: str | None = None) -> list[audit.Event]:
        """
        The writes until now, of a user where one is named, oldest first.

        A service account's user name is ``system:serviceaccount:NAMESPACE:NAME``.
        """
        return audit.select(self.audit_events(), user=user)
