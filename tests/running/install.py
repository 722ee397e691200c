"""
What ``kubectl apply -f manifests/install.yaml`` would do, without the part that needs a node.

The objects are read from the shipped files, never written a second time here: a permission that
the operator lacks there is lacking here as well.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from tests.cluster.api import ApiError
from tests.cluster.base import ClusterAccess, wait_until

ROOT = Path(__file__).parents[2]
CRDS = ROOT / "crds"
INSTALL = ROOT / "manifests" / "install.yaml"
_CRD = "CustomResourceDefinition"
_NEEDS_A_NODE = {"Deployment", "Service", "ConfigMap"}
_HTTP_NOT_FOUND = 404
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times faster where libyaml is there

Object = dict[str, Any]


def load_documents(path: Path) -> list[Object]:
    """The objects of a YAML file, or of a folder's files that a kustomization lists."""
    if path.is_dir():
        kustomization = yaml.safe_load((path / "kustomization.yaml").read_text())
        files = [path / name for name in kustomization["resources"]]
        return [document for file in files for document in load_documents(file)]
    return [document for document in yaml.load_all(path.read_text(), _LOADER) if document]


def installed_documents() -> list[Object]:
    """The shipped objects that do not need a node, in their order: namespace, account, RBAC."""
    return [
        document
        for document in load_documents(INSTALL)
        if document["kind"] not in {*_NEEDS_A_NODE, _CRD}
    ]


def crds() -> list[Object]:
    """The shipped CustomResourceDefinitions."""
    found = [document for file in sorted(CRDS.glob("*.yaml")) for document in load_documents(file)]
    if not found:
        raise RuntimeError(f"no CustomResourceDefinitions in {CRDS}; run `make crds`")
    return found


def install(cluster: ClusterAccess) -> None:
    """
    Install the CRDs and the shipped RBAC, and wait until the kinds are served.

    Applies by server-side apply, so a second call changes nothing. The namespaces that the RBAC
    objects name are created where they are missing.
    """
    for document in crds():
        cluster.admin.apply(document)
    install_permissions(cluster)
    for document in crds():
        await_served(cluster, document)


def install_permissions(cluster: ClusterAccess) -> None:
    """The namespace, the service account and the RBAC objects alone."""
    documents = installed_documents()
    made = {d["metadata"]["name"] for d in documents if d["kind"] == "Namespace"}
    for namespace in sorted(_namespaces(documents) - made):
        if cluster.admin.get("v1", "Namespace", namespace) is None:
            cluster.create_namespace(namespace)
    for document in documents:
        cluster.admin.apply(document)


def _namespaces(documents: Iterable[Object]) -> set[str]:
    return {d["metadata"]["namespace"] for d in documents if "namespace" in d["metadata"]}


def await_served(cluster: ClusterAccess, crd: Object, *, timeout: float = 30) -> None:
    """Wait until the API server serves the kind of a CustomResourceDefinition."""
    group, plural = crd["spec"]["group"], crd["spec"]["names"]["plural"]
    path = f"/apis/{group}/{crd['spec']['versions'][0]['name']}/{plural}"

    def served() -> bool:
        try:
            cluster.admin.request("GET", path, query={"limit": "1"})
        except ApiError as error:
            if error.status == _HTTP_NOT_FOUND:
                return False
            raise
        return True

    wait_until(served, f"{plural}.{group} is served", timeout=timeout)


def delete_all(cluster: ClusterAccess, documents: Iterable[Object], *, timeout: float = 60) -> None:
    """Delete objects, the last first, and wait until namespaces are gone."""
    gone: list[str] = []
    for document in reversed(list(documents)):
        meta = document["metadata"]
        cluster.admin.delete(
            document["apiVersion"], document["kind"], meta["name"], meta.get("namespace")
        )
        if document["kind"] == "Namespace":
            gone.append(meta["name"])
    limit = time.monotonic() + timeout
    for name in gone:
        cluster.admin.wait_for(
            "v1",
            "Namespace",
            name,
            lambda found: found is None,
            timeout=max(limit - time.monotonic(), 1),
        )
