"""
The programs that this project uses for real, and how each is built.

Their versions are pinned by one Go module a family in ``gomodules/`` (go.mod and go.sum, so that
every byte has a checksum). A family is built again when its pins change. To move a pin: edit the
version in go.mod, then run ``go get PACKAGE@VERSION`` for each package in the family's tools.go
(``go mod tidy`` for alertmanager), and build.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

MODULES = Path(__file__).with_name("gomodules")
LINKER_FLAGS = "-s -w"
BUILD_FLAGS = ("-trimpath", "-buildvcs=false")


@dataclass(frozen=True)
class Program:
    """One executable: its Go package, and build tags that leave out what we never use."""

    package: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Family:
    """
    Programs built from one module.

    ``pin`` is the module whose version names the family. ``embeds`` are folders that the authors'
    release fills with web pages and the module lacks: they get a stub page, which needs a vendored
    build. ``assets`` maps a folder of the pinned module to its name in the cache. ``node`` marks
    what only a real node needs: it is built when it is asked for by name.
    """

    name: str
    programs: dict[str, Program]
    pin: str | None = None
    version_variable: str | None = None
    embeds: tuple[str, ...] = ()
    assets: dict[str, str] | None = None
    node: bool = field(default=False, repr=False)  # changes nothing that is built

    @property
    def folder(self) -> Path:
        """Where the family's go.mod is."""
        return MODULES / self.name

    @property
    def version(self) -> str:
        """The pinned version, with its v."""
        if self.pin is None:
            return "v0"
        text = (self.folder / "go.mod").read_text()
        found = re.search(rf"^\s*(?:require )?{re.escape(self.pin)} (\S+)", text, re.MULTILINE)
        if found is None:
            raise LookupError(f"{self.folder / 'go.mod'} does not require {self.pin}")
        return found[1]

    def digest(self) -> str:
        """Changes when anything changes that the programs are built from."""
        seen = hashlib.sha256(repr((self, LINKER_FLAGS, BUILD_FLAGS)).encode())
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                seen.update(f"{path.relative_to(self.folder)}\0".encode() + path.read_bytes())
        return seen.hexdigest()[:16]


_KUBERNETES = "k8s.io/kubernetes"
_OPERATOR = "github.com/prometheus-operator/prometheus-operator"
_PROMETHEUS = "github.com/prometheus/prometheus"
_ALERTMANAGER = "github.com/prometheus/alertmanager"

FAMILIES = (
    Family("mkcerts", {"mkcerts": Program(".")}),
    Family("etcd", {"etcd": Program("go.etcd.io/etcd/server/v3")}, pin="go.etcd.io/etcd/server/v3"),
    Family(
        "kubernetes",
        {
            name: Program(f"{_KUBERNETES}/cmd/{name}")
            for name in ("kube-apiserver", "kube-controller-manager", "kubectl")
        },
        pin=_KUBERNETES,
        version_variable="k8s.io/component-base/version.gitVersion",
    ),
    Family(
        "prometheus-operator",
        {"prometheus-operator": Program(f"{_OPERATOR}/cmd/operator")},
        pin=_OPERATOR,
        assets={"example/prometheus-operator-crd": "crds"},
    ),
    Family(
        "alertmanager",
        {
            "alertmanager": Program(f"{_ALERTMANAGER}/cmd/alertmanager"),
            "amtool": Program(f"{_ALERTMANAGER}/cmd/amtool"),
            "route-judge": Program("./routejudge"),
        },
        pin=_ALERTMANAGER,
        embeds=(f"{_ALERTMANAGER}/ui/app/dist",),
    ),
    Family(
        "prometheus",
        {
            "promtool": Program(f"{_PROMETHEUS}/cmd/promtool", ("remove_all_sd",)),
            "prometheus": Program(
                f"{_PROMETHEUS}/cmd/prometheus", ("remove_all_sd", "enable_kubernetes_sd")
            ),
        },
        pin=_PROMETHEUS,
    ),
    Family("helm", {"helm": Program("helm.sh/helm/v4/cmd/helm")}, pin="helm.sh/helm/v4"),
    Family(
        "kubeconform",
        {"kubeconform": Program("github.com/yannh/kubeconform/cmd/kubeconform")},
        pin="github.com/yannh/kubeconform",
    ),
    Family(
        "node",
        {
            name: Program(f"{_KUBERNETES}/cmd/{name}")
            for name in ("kubelet", "kube-proxy", "kube-scheduler")
        },
        pin=_KUBERNETES,
        version_variable="k8s.io/component-base/version.gitVersion",
        node=True,
    ),
    Family(
        "prometheus-config-reloader",
        {"prometheus-config-reloader": Program(f"{_OPERATOR}/cmd/prometheus-config-reloader")},
        pin=_OPERATOR,
        node=True,
    ),
    Family("coredns", {"coredns": Program(".")}, pin="github.com/coredns/coredns", node=True),
    Family("pause", {"pause": Program(".")}, node=True),
)


def names(*, node: bool = False) -> Iterator[str]:
    """Every program, in the order in which they are built; those of a real node on demand."""
    for family in FAMILIES:
        if node or not family.node:
            yield from family.programs


def digest() -> str:
    """Of all families together: the name of the folder that holds all programs."""
    return hashlib.sha256(" ".join(f.digest() for f in FAMILIES).encode()).hexdigest()[:16]
