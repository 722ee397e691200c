"""
The monitoring stack on a control plane: prometheus-operator, Prometheus, Alertmanager.

prometheus-operator is real and runs as a process; Prometheus and Alertmanager run on what it
really wrote (see ``standin``). The Alertmanager object reads its configuration from a Secret by
name, verbatim (no AlertmanagerConfig selectors).
"""

from __future__ import annotations

import json
import sys
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tests.cluster import stackobjects
from tests.cluster.api import ApiClient, ApiError
from tests.cluster.base import ClusterAccess, wait_until
from tests.cluster.controlplane import ControlPlane
from tests.cluster.pins import FAMILIES
from tests.cluster.ports import Ports
from tests.cluster.processes import Processes
from tests.cluster.programs import crds_folder
from tests.cluster.standin import HELD

OPERATOR, STANDIN = "prometheus-operator", "standin"
_ROOT = Path(__file__).parents[2]
_UNUSED_CRDS = ("prometheusagents", "thanosrulers")


@dataclass(frozen=True)
class StackOptions:
    """
    Durations as Prometheus writes them; ``prometheus`` and ``alertmanager`` are laid over the
    specs of the two objects (top level). ``alertmanager_secret`` is ``spec.configSecret``.
    """

    namespace: str = "monitoring"
    name: str = "main"
    alertmanager_secret: str = "alertmanager-tocsin"
    scrape_interval: str = "1s"
    evaluation_interval: str = "1s"
    resend_delay: str = "2s"
    prometheus: dict[str, Any] = field(default_factory=dict)
    alertmanager: dict[str, Any] = field(default_factory=dict)


class Stack:
    """Starts the stack on a control plane; ends with the cluster's processes."""

    def __init__(
        self,
        cluster: ClusterAccess,
        plane: ControlPlane,
        processes: Processes,
        ports: Ports,
        options: StackOptions,
    ) -> None:
        self._cluster = cluster
        self._plane = plane
        self._processes = processes
        self.options = options
        self._prometheus_port, self._alertmanager_port = ports.take(), ports.take()
        self._operator_port = ports.take()
        self.prometheus_url = f"http://127.0.0.1:{self._prometheus_port}"
        self.alertmanager_url = f"http://127.0.0.1:{self._alertmanager_port}"
        self._folder = cluster.work / "pods"

    def start(self, say: Callable[[str], None]) -> None:
        """Everything, in order; ``say`` hears of each part."""
        apply_crds(self._cluster.admin)
        self._apply_objects()
        self._start_operator()
        say("prometheus-operator")
        self._start_standin()
        for url, name in (
            (self.alertmanager_url, "Alertmanager"),
            (self.prometheus_url, "Prometheus"),
        ):
            self._processes.await_ready(STANDIN, partial(answers, f"{url}/-/ready"))
            say(name)

    def state(self) -> dict[str, dict[str, Any]]:
        """Of the containers ``prometheus`` and ``alertmanager``: pid, starts, reloads, and more."""
        state: dict[str, dict[str, Any]] = json.loads((self._folder / "state.json").read_text())
        return state

    @property
    def ports(self) -> dict[str, int]:
        """By program."""
        return {
            OPERATOR: self._operator_port,
            "prometheus": self._prometheus_port,
            "alertmanager": self._alertmanager_port,
        }

    def pod_folder(self, container: str) -> Path:
        """The folder that stands for the root of the container's file system."""
        return self._folder / container

    @contextmanager
    def held(self, container: str) -> Iterator[None]:
        """Deliver no file to the container, as a kubelet that takes its time."""
        mark = self._folder / f"{container}.{HELD}"
        mark.touch()
        try:
            yield
        finally:
            mark.unlink()

    def _apply_objects(self) -> None:
        admin = self._cluster.admin
        prepare, then = stackobjects.foundation(self.options), self._monitored()
        for document in prepare:
            admin.apply(document)
        token = self._cluster.service_account_token(
            self.options.namespace, stackobjects.PROMETHEUS, seconds=7 * 24 * 3600
        )
        self._token_file.touch(mode=0o600)
        self._token_file.write_text(token)
        for document in then:
            admin.apply(document)

    @property
    def _token_file(self) -> Path:
        return self._cluster.work / "prometheus.token"

    def _monitored(self) -> Iterator[dict[str, Any]]:
        api_server = {
            "host": self._plane.url,
            "authorization": {"credentialsFile": str(self._token_file)},
            "tlsConfig": {"caFile": str(self._plane.pki / "ca.crt")},
        }
        yield stackobjects.alertmanager_targets(self.options, self._alertmanager_port)
        yield stackobjects.alertmanager(
            self.options, _version("alertmanager"), self._alertmanager_port
        )
        yield stackobjects.prometheus(
            self.options, _version("prometheus"), api_server, self._prometheus_port
        )

    def _start_operator(self) -> None:
        assert self._cluster.programs is not None
        self._processes.start(
            OPERATOR,
            [
                self._cluster.programs / OPERATOR,
                f"-web.listen-address=127.0.0.1:{self._operator_port}",
                "-feature-gates=StatusForConfigurationResources=true",
            ],
            env={"KUBECONFIG": str(self._plane.kubeconfig(OPERATOR))},
        )
        url = f"http://127.0.0.1:{self._operator_port}/healthz"
        self._processes.await_ready(OPERATOR, lambda: answers(url))

    def _start_standin(self) -> None:
        assert self._cluster.programs is not None
        programs = self._cluster.programs
        settings = self._cluster.work / "standin.json"
        document = {
            "kubeconfig": str(self._plane.kubeconfig("kubelet")),
            "namespace": self.options.namespace,
            "folder": str(self._folder),
            "containers": {
                "prometheus": [str(programs / "prometheus"), self._prometheus_port],
                "alertmanager": [str(programs / "alertmanager"), self._alertmanager_port],
            },
        }
        settings.write_text(json.dumps(document))
        command = [sys.executable, "-m", "tests.cluster.standin", str(settings)]
        self._processes.start(STANDIN, command, cwd=_ROOT, grace=5)


def apply_crds(admin: ApiClient) -> None:
    """Create prometheus-operator's CRDs, and wait until their kinds are served."""
    files = [
        path
        for path in crds_folder().glob("*.yaml")
        if not any(unused in path.name for unused in _UNUSED_CRDS)
    ]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(partial(_create_crd, admin), files))
    plurals = {path.stem.partition("_")[2] for path in files}
    wait_until(lambda: plurals <= _served(admin), "prometheus-operator's kinds are served")


def _create_crd(admin: ApiClient, file: Path) -> None:
    # A plain create: server-side apply of these megabytes takes twice as long.
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    admin.request("POST", path, file.read_bytes(), content_type="application/yaml")


def _served(admin: ApiClient) -> set[str]:
    """The plurals of prometheus-operator's kinds that the API server serves by now."""
    try:
        versions = admin.request("GET", "/apis/monitoring.coreos.com")["versions"]
        lists = [admin.request("GET", f"/apis/{one['groupVersion']}") for one in versions]
    except ApiError:  # the group is not there yet
        return set()
    return {entry["name"] for found in lists for entry in found["resources"]}


def _version(family: str) -> str:
    version = next(f for f in FAMILIES if f.name == family).version
    if family != "prometheus":
        return version
    minor, patch = version.removeprefix("v0.").split(".")  # the module's v0.315.0 is release 3.15.0
    return f"v{minor[0]}.{int(minor[1:])}.{patch}"


def answers(url: str) -> bool:
    """Whether a GET is answered with success."""
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except OSError:
        return False
