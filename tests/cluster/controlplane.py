"""
The control plane as processes: etcd, kube-apiserver, kube-controller-manager.

Everything listens on the loopback address and trusts an authority made for this one cluster.
etcd does not fsync: its data are not meant to survive the machine.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.cluster import audit, kubeconfig
from tests.cluster.api import ApiClient, ApiError
from tests.cluster.kubeconfig import Credentials
from tests.cluster.ports import Ports
from tests.cluster.processes import Processes

ETCD, APISERVER, CONTROLLERS = "etcd", "kube-apiserver", "kube-controller-manager"
_MASTERS = "system:masters"
_CLIENTS = {
    "admin": ("admin", _MASTERS),
    "prometheus-operator": ("prometheus-operator", _MASTERS),
    "kubelet": ("kubelet", _MASTERS),
    CONTROLLERS: (f"system:{CONTROLLERS}",),
}
_NAMES = "localhost,kubernetes,kubernetes.default,kubernetes.default.svc"


@dataclass(frozen=True)
class ControlPlaneOptions:
    """
    ``audit_level`` is for writes (None: no audit log); ``arguments`` go to kube-apiserver.

    ``addresses`` are further ones of the API server, ``clients`` further identities: a common name
    and groups by name.
    """

    audit_level: str | None = "RequestResponse"
    arguments: Sequence[str] = ()
    controllers: bool = True
    addresses: Sequence[str] = ()
    clients: Mapping[str, Sequence[str]] = field(default_factory=dict)


class ControlPlane:
    """Starts and stops the three programs; knows their files and identities."""

    def __init__(
        self,
        programs: Path,
        work: Path,
        processes: Processes,
        ports: Ports,
        options: ControlPlaneOptions,
    ) -> None:
        self._programs = programs
        self._work = work
        self._processes = processes
        self._options = options
        self._etcd_port, self._etcd_peer_port = ports.take(), ports.take()
        self._controllers_port = ports.take()
        self._port = ports.take()
        self.url = f"https://127.0.0.1:{self._port}"
        self.pki = work / "pki"
        self.audit_log = work / "audit.log"

    def start(self) -> None:
        """Start everything; returns when the API server is ready."""
        self._write_files()
        self._start_etcd()
        self.start_apiserver()

    def start_controllers(self) -> None:
        """Only once the API server is ready: the program ends itself otherwise."""
        config = self._work / f"{CONTROLLERS}.kubeconfig"
        self._processes.start(
            CONTROLLERS,
            [
                self._programs / CONTROLLERS,
                f"--kubeconfig={config}",
                f"--authentication-kubeconfig={config}",
                f"--authorization-kubeconfig={config}",
                "--bind-address=127.0.0.1",
                f"--secure-port={self._controllers_port}",
                f"--cert-dir={self._work / 'controllers'}",
                f"--service-account-private-key-file={self.pki / 'sa.key'}",
                f"--root-ca-file={self.pki / 'ca.crt'}",
                "--use-service-account-credentials",
                "--leader-elect=false",
                "--kube-api-qps=1000",  # the default, 20, makes the start seconds longer
                "--kube-api-burst=1000",
            ],
        )

    def identity(self, name: str) -> Credentials:
        """How the client ``name`` logs in."""
        return Credentials(
            server=self.url,
            ca=(self.pki / "ca.crt").read_text(),
            client_certificate=(self.pki / f"{name}.crt").read_text(),
            client_key=(self.pki / f"{name}.key").read_text(),
        )

    @property
    def ports(self) -> dict[str, int]:
        """By program; etcd's is the one for clients."""
        return {
            ETCD: self._etcd_port,
            APISERVER: self._port,
            CONTROLLERS: self._controllers_port,
        }

    def kubeconfig(self, name: str) -> Path:
        """The kubeconfig file of the client ``name``."""
        return self._work / f"{name}.kubeconfig"

    def start_apiserver(self) -> None:
        """Start the API server on its port and wait until it is ready."""
        self._processes.start(
            APISERVER,
            [self._programs / APISERVER, *self._apiserver_flags()],
            env={"GOGC": "200"},  # less CPU until the stack is ready, for some memory
        )
        client = ApiClient(self.identity("admin"), timeout=5)

        def ready() -> bool:
            try:
                return str(client.request("GET", "/readyz")) == "ok"
            except (OSError, ApiError):
                return False

        self._processes.await_ready(APISERVER, ready)

    def stop_apiserver(self, grace: float = 3) -> None:
        """End it; with ``grace=0`` at once, as a crash would."""
        self._processes.stop(APISERVER, grace)

    def _write_files(self) -> None:
        self.pki.mkdir(mode=0o700)
        command: list[str | Path] = [self._programs / "mkcerts", "-dir", self.pki, "-names", _NAMES]
        command += ["-addresses", ",".join(["127.0.0.1", "10.0.0.1", *self._options.addresses])]
        clients = {**_CLIENTS, **self._options.clients}
        for name, subject in clients.items():
            command += ["-client", f"{name}={','.join(subject)}"]
        subprocess.run(command, check=True)
        for name in clients:
            kubeconfig.write(self.kubeconfig(name), self.identity(name))
        if self._options.audit_level:
            (self._work / "audit-policy.json").write_text(audit.policy(self._options.audit_level))

    def _start_etcd(self) -> None:
        client = f"http://127.0.0.1:{self._etcd_port}"
        peer = f"http://127.0.0.1:{self._etcd_peer_port}"
        self._processes.start(
            ETCD,
            [
                self._programs / ETCD,
                f"--data-dir={self._work / 'etcd'}",
                f"--listen-client-urls={client}",
                f"--advertise-client-urls={client}",
                f"--listen-peer-urls={peer}",
                f"--initial-advertise-peer-urls={peer}",
                f"--initial-cluster=default={peer}",
                "--quota-backend-bytes=8589934592",
                "--log-level=warn",
                "--unsafe-no-fsync",
            ],
        )

    def _apiserver_flags(self) -> list[str]:
        pki = self.pki
        flags = [
            f"--etcd-servers=http://127.0.0.1:{self._etcd_port}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            f"--secure-port={self._port}",
            "--endpoint-reconciler-type=none",
            "--service-cluster-ip-range=10.0.0.0/24",
            "--authorization-mode=RBAC",
            "--allow-privileged=true",
            f"--client-ca-file={pki / 'ca.crt'}",
            f"--tls-cert-file={pki / 'serving.crt'}",
            f"--tls-private-key-file={pki / 'serving.key'}",
            f"--cert-dir={self._work / 'apiserver'}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={pki / 'sa.pub'}",
            f"--service-account-signing-key-file={pki / 'sa.key'}",
        ]
        if self._options.audit_level:
            flags += [
                f"--audit-policy-file={self._work / 'audit-policy.json'}",
                f"--audit-log-path={self.audit_log}",
                "--audit-log-maxsize=100000",  # megabytes: one file, never rotated
            ]
        return [*flags, *self._options.arguments]
