"""
The configuration of a node's programs, as pure texts: addresses, containerd, CNI, kubelet, DNS.

Addresses are of 198.18.0.0/15, the range for tests of networks, which nobody routes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

NAME = "node"
ADDRESS = "198.18.0.1"
SERVICES = "198.18.128.0/17"
API_SERVICE = "198.18.128.1"  # the first of SERVICES; pods find the API server there
PODS = "198.19.0.0/16"
DOMAIN = "cluster.local"
DNS_READY = "127.0.0.1:8181"
PAUSE = "localhost/pause:1"

# The bridge stands for the node's network card: this kernel may have no dummy device. The default
# route lets the node reach Services, whose addresses only kube-proxy knows.
NETWORK = (
    ("ip", "link", "set", "lo", "up"),
    ("ip", "link", "add", "node0", "type", "bridge"),
    ("ip", "address", "add", f"{ADDRESS}/24", "dev", "node0"),
    ("ip", "link", "set", "node0", "up"),
    ("ip", "route", "add", "default", "dev", "node0"),
)


@dataclass(frozen=True)
class Folders:
    """
    ``base`` holds all files; ``plugins`` is CNI's; ``cgroup`` is the node's name among the
    control groups of the machine.
    """

    base: Path
    plugins: Path
    cgroup: str

    @property
    def socket(self) -> Path:
        """containerd's; the path must stay under 108 characters."""
        return self.base / "containerd.sock"


def files(folders: Folders, authority: Path, resolver: str) -> dict[str, str]:
    """File names below ``base`` and their texts; ``authority`` is the API server's, as a path."""
    return {
        "containerd.toml": _containerd(folders),
        "cni/10-ptp.conflist": json.dumps(_cni(), indent=2),
        "kubelet.json": json.dumps(_kubelet(folders, authority, resolver), indent=2),
        "resolv.conf": f"nameserver {resolver}\n",
    }


def _containerd(folders: Folders) -> str:
    # restrict_oom_score_adj: without CAP_SYS_RESOURCE no sandbox starts otherwise ("can't get
    # final child's PID from pipe"). enable_unprivileged_*: as kind does, and newer versions.
    return f"""version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs",
  "io.containerd.internal.v1.tracing", "io.containerd.tracing.processor.v1.otlp"]

[grpc]
  address = "{folders.socket}"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{PAUSE}"
  restrict_oom_score_adj = true
  enable_unprivileged_ports = true
  disable_hugetlb_controller = true
  tolerate_missing_hugetlb_controller = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{folders.plugins}"
    conf_dir = "{folders.base / "cni"}"
"""


def _cni() -> dict[str, object]:
    """A route of its own for each pod (as kind has it), so that every packet meets kube-proxy."""
    ipam = {"type": "host-local", "ranges": [[{"subnet": PODS}]], "routes": [{"dst": "0.0.0.0/0"}]}
    ptp = {"type": "ptp", "mtu": 1500, "ipMasq": False, "ipam": ipam}
    return {"cniVersion": "0.4.0", "name": "pods", "plugins": [ptp]}


def _kubelet(folders: Folders, authority: Path, resolver: str) -> dict[str, object]:
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": ADDRESS,
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": str(authority)},
        },
        "authorization": {"mode": "Webhook"},
        "containerRuntimeEndpoint": f"unix://{folders.socket}",
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"/{folders.cgroup}",
        "failCgroupV1": False,
        "failSwapOn": False,
        "clusterDNS": [resolver],
        "clusterDomain": DOMAIN,
        "resolvConf": str(folders.base / "resolv.conf"),
        # a full disk of the machine is not what is tested, and images must not be collected
        "evictionHard": {"memory.available": "50Mi", "nodefs.available": "0%"},
        "imageGCHighThresholdPercent": 100,
        "imageGCLowThresholdPercent": 99,
        # how soon a changed ConfigMap or Secret is in a pod: a minute on an ordinary node
        "syncFrequency": "2s",
        "serializeImagePulls": False,
    }


def corefile(kubeconfig: Path) -> str:
    """CoreDNS for the cluster's own names; there is nobody to forward others to."""
    return f""".:53 {{
    bind {ADDRESS}
    errors
    ready {DNS_READY}
    kubernetes {DOMAIN} in-addr.arpa {{
        kubeconfig {kubeconfig}
    }}
}}
"""
