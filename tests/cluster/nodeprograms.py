"""The command lines of a node's programs; it starts none."""

from __future__ import annotations

from pathlib import Path

from tests.cluster import nodeconfig
from tests.cluster.nodeconfig import Folders

Command = list[str | Path]


def containerd(program: Path | None, folders: Folders) -> Command:
    """The machine's own containerd; ``nodeneeds.ensure`` has seen to it that there is one."""
    if program is None:
        raise LookupError("containerd is not there")
    return [program, "-c", folders.base / "containerd.toml"]


def kubelet(program: Path, kubeconfig: Path, folders: Folders) -> Command:
    """The kubelet, under the name of the only node."""
    return [
        program,
        f"--config={folders.base / 'kubelet.json'}",
        f"--kubeconfig={kubeconfig}",
        f"--cert-dir={folders.base / 'kubelet-pki'}",
        f"--hostname-override={nodeconfig.NAME}",
        f"--node-ip={nodeconfig.ADDRESS}",
    ]


def proxy(program: Path, kubeconfig: Path) -> Command:
    """kube-proxy with iptables."""
    return [
        program,
        f"--kubeconfig={kubeconfig}",
        f"--hostname-override={nodeconfig.NAME}",
        f"--cluster-cidr={nodeconfig.PODS}",
        "--proxy-mode=iptables",
        "--conntrack-max-per-core=0",  # not this namespace's to set
        "--iptables-min-sync-period=100ms",
    ]


def scheduler(program: Path, kubeconfig: Path, certificates: Path) -> Command:
    """kube-scheduler, alone and so without a lease; it writes its own certificate."""
    return [
        program,
        f"--kubeconfig={kubeconfig}",
        f"--authentication-kubeconfig={kubeconfig}",
        f"--authorization-kubeconfig={kubeconfig}",
        "--bind-address=127.0.0.1",
        f"--cert-dir={certificates}",
        "--leader-elect=false",
    ]


def apiserver(pki: Path) -> tuple[str, ...]:
    """What kube-apiserver is told in addition, where there is a node."""
    return (
        "--bind-address=0.0.0.0",  # nobody outside this network sees it
        f"--advertise-address={nodeconfig.ADDRESS}",
        "--endpoint-reconciler-type=lease",
        f"--service-cluster-ip-range={nodeconfig.SERVICES}",
        "--authorization-mode=Node",  # added to RBAC
        "--enable-admission-plugins=NodeRestriction",
        "--kubelet-preferred-address-types=InternalIP",
        f"--kubelet-client-certificate={pki / 'apiserver-kubelet.crt'}",
        f"--kubelet-client-key={pki / 'apiserver-kubelet.key'}",
    )
