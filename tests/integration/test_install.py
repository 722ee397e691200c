"""
The installation on a real API server: what is shipped is accepted, and allows what it says.

The chart is judged by `helm install --dry-run=server`, the manifest by applying it whole. The
rights of the operator's ServiceAccount are compared with a golden file, and those on the one
Secret are tried.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from tests.cluster import ApiClient, ApiError, Cluster, ProgramsUnavailable, ensure_programs
from tests.cluster.programs import crds_folder

ROOT = Path(__file__).parent.parent.parent
GOLDEN = Path(__file__).with_name("can_i.golden.txt")
SERVICE_ACCOUNT = ("tocsin-system", "tocsin")
EXAMPLES = sorted(path.parent for path in ROOT.glob("manifests/examples/*/kustomization.yaml"))

pytestmark = pytest.mark.programs


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    try:
        ensure_programs(["helm", "prometheus-operator"])
    except ProgramsUnavailable as reason:
        pytest.skip(f"no real programs: {reason}")
    with Cluster() as running:
        running.kubectl("create", "namespace", "monitoring")
        running.kubectl("apply", "--server-side", "-f", str(crds_folder()))
        yield running


@pytest.fixture(scope="module")
def installed(cluster: Cluster) -> Cluster:
    _apply(cluster, "-f", str(ROOT / "manifests/install.yaml"))
    cluster.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")
    return cluster


@pytest.fixture
def operator(installed: Cluster) -> ApiClient:
    return installed.client(*SERVICE_ACCOUNT)


def _apply(cluster: Cluster, *arguments: str) -> None:
    done = cluster.kubectl("apply", "--server-side", *arguments, check=False)
    assert done.returncode == 0, done.stderr


def _secret(name: str, namespace: str = "monitoring") -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": namespace},
        "stringData": {"alertmanager.yaml": "route: {receiver: nobody}"},
    }


def test_helm_installs_the_chart(cluster: Cluster) -> None:
    helm = ensure_programs(["helm"]) / "helm"
    # A namespace is not made in a dry run, and every object of the chart needs it.
    cluster.kubectl("create", "namespace", "from-chart")
    try:
        done = subprocess.run(
            [
                *(helm, "install", "tocsin", ROOT / "charts/tocsin", "--namespace=from-chart"),
                *("--dry-run=server", f"--kubeconfig={cluster.kubeconfig}"),
            ],
            env={**os.environ, "HELM_CACHE_HOME": str(cluster.work / "helm")},
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        cluster.admin.delete("v1", "Namespace", "from-chart")
    assert done.returncode == 0, done.stderr
    assert "kind: Deployment" in done.stdout
    assert "kubectl get tocsin -A" in done.stdout


def test_every_object_of_the_manifest_is_accepted(installed: Cluster) -> None:
    documents = [
        document
        for document in yaml.safe_load_all((ROOT / "manifests/install.yaml").read_text())
        if document
    ]
    missing = [
        (document["kind"], document["metadata"]["name"])
        for document in documents
        if installed.admin.get(
            document["apiVersion"],
            document["kind"],
            document["metadata"]["name"],
            document["metadata"].get("namespace"),
        )
        is None
    ]
    assert missing == []


def test_the_pod_is_admitted_where_the_restricted_standard_is_enforced(installed: Cluster) -> None:
    deployment = installed.admin.get("apps/v1", "Deployment", "tocsin", "tocsin-system")
    assert deployment is not None
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "trial", "namespace": "tocsin-system"},
        "spec": deployment["spec"]["template"]["spec"],
    }
    installed.admin.create(pod, dryRun="All")
    pod["spec"]["containers"][0]["securityContext"]["capabilities"] = {}
    with pytest.raises(ApiError, match="violates PodSecurity"):
        installed.admin.create(pod, dryRun="All")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_every_example_is_accepted(installed: Cluster, example: Path) -> None:
    _apply(installed, "-k", str(example))


def _consent(cluster: Cluster) -> None:
    """Let the namespace shop consent, as the quick start does."""
    for name in ("namespace", "secret", "consent"):
        _apply(cluster, "-f", str(ROOT / f"manifests/examples/quickstart/{name}.yaml"))


def test_the_rights_are_those_of_the_golden_file(installed: Cluster) -> None:
    _consent(installed)
    rights = "".join(
        f"# in the namespace {namespace}\n{_rights(installed, namespace)}"
        for namespace in ("default", "monitoring", "shop")
    )
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(rights)
    assert rights == GOLDEN.read_text()


def _rights(cluster: Cluster, namespace: str) -> str:
    """Give what `kubectl auth can-i --list` says of objects, sorted and with single blanks."""
    user = "system:serviceaccount:" + ":".join(SERVICE_ACCOUNT)
    done = cluster.kubectl("auth", "can-i", "--list", f"--as={user}", f"--namespace={namespace}")
    lines = [re.sub(r" +", " ", line) for line in done.stdout.splitlines()[1:]]
    return "".join(f"{line}\n" for line in sorted(lines) if not line.startswith(" "))


def test_no_verb_on_secrets_where_nobody_consented(operator: ApiClient) -> None:
    for name in (None, "any"):
        with pytest.raises(ApiError) as refusal:
            operator.request("GET", operator.path("v1", "Secret", name, "default"))
        assert refusal.value.status == 403
    with pytest.raises(ApiError, match="forbidden"):
        operator.list("v1", "Secret")


def test_consent_is_get_and_nothing_else(installed: Cluster, operator: ApiClient) -> None:
    _consent(installed)
    assert operator.get("v1", "Secret", "on-call", "shop") is not None
    with pytest.raises(ApiError, match="cannot list"):
        operator.list("v1", "Secret", "shop")


def test_the_one_secret_can_be_made_and_kept_by_apply(operator: ApiClient) -> None:
    operator.apply(_secret("alertmanager-tocsin"), field_manager="tocsin")
    seen = operator.list(
        "v1", "Secret", "monitoring", fieldSelector="metadata.name=alertmanager-tocsin"
    )
    assert [secret["metadata"]["name"] for secret in seen] == ["alertmanager-tocsin"]


def test_no_other_secret_can_be_made_or_read(operator: ApiClient) -> None:
    with pytest.raises(ApiError, match="cannot patch"):
        operator.apply(_secret("another"))
    with pytest.raises(ApiError, match="cannot create"):
        operator.create(_secret("another"))
    with pytest.raises(ApiError, match="cannot list"):
        operator.list("v1", "Secret", "monitoring")
    with pytest.raises(ApiError, match="cannot delete"):
        operator.delete("v1", "Secret", "alertmanager-tocsin", "monitoring")


@pytest.mark.parametrize("verbs", [["patch"], ["create"]])
def test_making_it_needs_both_create_and_patch(
    installed: Cluster, verbs: list[str], operator: ApiClient
) -> None:
    """The role without one of them, on another name, so that the shipped one stays as it is."""
    name = f"trial-{verbs[0]}"
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": name, "namespace": "monitoring"},
        "rules": [
            {"apiGroups": [""], "resources": ["secrets"], "resourceNames": [name], "verbs": verbs}
        ],
    }
    installed.admin.apply(role)
    installed.kubectl(
        *["create", "rolebinding", name, "--namespace=monitoring", f"--role={name}"],
        f"--serviceaccount={':'.join(SERVICE_ACCOUNT)}",
    )
    with pytest.raises(ApiError) as refusal:
        operator.apply(_secret(name))
    assert refusal.value.status == 403
