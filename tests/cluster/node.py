"""
``NodeCluster``: the control plane of ``Cluster``, and a real node under it.

    with NodeCluster() as cluster:
        cluster.admin.apply({...})      # pods run

kubelet, kube-proxy and CoreDNS are built as the other programs are; containerd, runc and the CNI
plug-ins are the machine's. Everything runs in one network namespace without an uplink, into which
the calling thread goes as well, until ``close``; another process gets in with ``enter``. On any
exit nothing is left behind (see ``nodehost``). Needs root; see ``nodeneeds``.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from tests.cluster import images, nodeconfig, nodeneeds, nodeprograms
from tests.cluster.cluster import CONTROL_PLANE, Cluster
from tests.cluster.netns import NetworkNamespace
from tests.cluster.nodeconfig import Folders
from tests.cluster.nodestack import NodeStack
from tests.cluster.programs import ensure_programs
from tests.cluster.stack import answers

KUBELET, PROXY, SCHEDULER, DNS = "kubelet", "kube-proxy", "kube-scheduler", "coredns"
NODE_PROGRAMS = (KUBELET, PROXY, SCHEDULER, DNS, "pause")
PYTHON_IMAGE = "python:3.13-slim"
"""The name under which nodes have an image with Python; it holds the Python that runs this."""

_CLIENTS = {
    KUBELET: (f"system:node:{nodeconfig.NAME}", "system:nodes"),
    PROXY: ("system:kube-proxy",),
    SCHEDULER: ("system:kube-scheduler",),
    DNS: ("coredns", "system:masters"),
    "apiserver-kubelet": ("kube-apiserver", "system:masters"),
}


class NodeCluster(Cluster):
    """
    A cluster with one node.

    ``monitoring`` adds prometheus-operator as a Deployment, and the images of what it runs.
    Further ``images`` are there from the start. The other options are those of ``Cluster``.
    """

    def __init__(
        self,
        *,
        monitoring: bool = True,
        further_images: Sequence[images.Image] = (),
        audit_level: str | None = "RequestResponse",
        keep_logs: Path | None = None,
        progress: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__(audit_level=audit_level, keep_logs=keep_logs, progress=progress)
        self._monitoring = NodeStack(self) if monitoring else None
        self._further_images = tuple(further_images)
        self._network = NetworkNamespace(nodeconfig.NETWORK)

    # -- life -------------------------------------------------------------------------------

    def start(self) -> None:
        """Start everything; returns when the node is ready, and what was asked for runs."""
        nodeneeds.ensure(self._progress)
        monitoring = self._monitoring.programs if self._monitoring else ()
        ensure_programs([*CONTROL_PLANE, *NODE_PROGRAMS, *monitoring], self._progress)
        self._network.enter()  # only now: nothing can be downloaded inside
        try:
            super().start()
        except BaseException:
            self._network.leave()
            raise

    def close(self, *, failed: bool = False) -> None:
        """End everything, and leave its network; may be called twice."""
        try:
            super().close(failed=failed)
        finally:
            self._network.leave()

    @property
    def enter(self) -> list[str]:
        """A command line's beginning that runs the rest of it in the cluster's network."""
        return ["nsenter", f"--net=/proc/{self.processes.keeper}/ns/net"]

    def _start_parts(self) -> None:
        self._folders = self._choose_folders()
        self._options = replace(
            self._options,
            arguments=nodeprograms.apiserver(self.work / "pki"),
            addresses=(nodeconfig.ADDRESS, nodeconfig.API_SERVICE),
            clients=_CLIENTS,
        )
        with ThreadPoolExecutor(1) as pool:
            archive = pool.submit(self._write_archive)
            super()._start_parts()
            self._start_scheduler()
            self._start_dns()
            self._start_node()
            self.load(archive.result())
        self.admin.wait_for("v1", "Node", nodeconfig.NAME, is_ready, timeout=60)
        self._say("node")
        if self._monitoring:
            self._monitoring.start()
            self._say("prometheus-operator")

    def _choose_folders(self) -> Folders:
        plugins = nodeneeds.plugins()
        assert plugins is not None  # nodeneeds.ensure has seen to it
        return Folders(self.work / "node", plugins, self.work.name)

    # -- programs ---------------------------------------------------------------------------

    def _start_scheduler(self) -> None:
        config = self.control_plane.kubeconfig(SCHEDULER)
        command = nodeprograms.scheduler(self._program(SCHEDULER), config, self.work / "scheduler")
        self.processes.start(SCHEDULER, command)

    def _start_dns(self) -> None:
        corefile = self.work / "Corefile"
        corefile.write_text(nodeconfig.corefile(self.control_plane.kubeconfig(DNS)))
        self.processes.start(DNS, [self._program(DNS), "-conf", corefile])
        url = f"http://{nodeconfig.DNS_READY}/ready"
        self.processes.await_ready(DNS, partial(answers, url))

    def _start_node(self) -> None:
        folders = self._folders
        authority = self.control_plane.pki / "ca.crt"
        for name, text in nodeconfig.files(folders, authority, nodeconfig.ADDRESS).items():
            path = folders.base / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        settings = folders.base / "settings.json"
        settings.write_text(json.dumps(self._settings(), indent=2))
        command: list[str | Path] = [
            sys.executable,
            "-I",
            "-S",
            Path(__file__).with_name("nodehost.py"),
            settings,
        ]
        self.processes.start("node", command, grace=20)
        self.processes.await_ready("node", folders.socket.exists)

    def _settings(self) -> dict[str, Any]:
        folders, plane = self._folders, self.control_plane
        containerd = nodeprograms.containerd(nodeneeds.program("containerd"), folders)
        kubelet = nodeprograms.kubelet(self._program(KUBELET), plane.kubeconfig(KUBELET), folders)
        proxy = nodeprograms.proxy(self._program(PROXY), plane.kubeconfig(PROXY))
        return {
            "cgroup": folders.cgroup,
            "path": nodeneeds.path(),
            "places": {
                "/var/lib": str(folders.base / "lib"),
                "/var/log": str(self.processes.logs / "node"),
            },
            "programs": [
                {**self._entry("containerd", containerd), "awaits": str(folders.socket)},
                self._entry(KUBELET, kubelet),
                self._entry(PROXY, proxy),
            ],
        }

    def _entry(self, name: str, command: Sequence[object]) -> dict[str, Any]:
        log = str(self.processes.log(name))
        return {"name": name, "argv": [str(word) for word in command], "log": log}

    def _program(self, name: str) -> Path:
        assert self.programs is not None
        return self.programs / name

    # -- images -----------------------------------------------------------------------------

    def _write_archive(self) -> Path:
        chosen = [
            images.of_program(nodeconfig.PAUSE, self._program("pause")),
            images.of_python(PYTHON_IMAGE),
            *(self._monitoring.images() if self._monitoring else ()),
            *self._further_images,
        ]
        return images.write(self.work / "images.tar", chosen)

    def load(self, archive: Path) -> None:
        """Give the node the images of a docker-archive; the file is removed."""
        ctr = nodeneeds.program("ctr")
        assert ctr is not None
        command: list[str | Path] = [ctr, f"--address={self._folders.socket}", "--namespace=k8s.io"]
        done = subprocess.run(
            [*command, "images", "import", archive], capture_output=True, text=True, check=False
        )
        archive.unlink()
        if done.returncode:
            raise RuntimeError(f"the node did not take the images: {done.stderr.strip()}")


def is_ready(document: dict[str, Any] | None) -> bool:
    """Whether the condition Ready of a node or a pod is true."""
    conditions = (document or {}).get("status", {}).get("conditions", [])
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)
