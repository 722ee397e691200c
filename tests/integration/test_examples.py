"""Every example in `manifests/examples/`, applied as its reader would: all of it gets ready."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from tests.cluster import Cluster, ProgramsUnavailable, ensure_programs
from tests.cluster.programs import crds_folder
from tests.running import RunningOperator, install

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = sorted(path.parent for path in ROOT.glob("manifests/examples/*/kustomization.yaml"))
EMAIL = ROOT / "manifests/examples/email/values.yaml"

pytestmark = pytest.mark.programs


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A control plane, the operator, and what the example of the mail needs of the platform."""
    try:
        ensure_programs(["prometheus-operator"])
    except ProgramsUnavailable as reason:
        pytest.skip(f"no real programs: {reason}")
    values = yaml.safe_load(EMAIL.read_text())
    with Cluster() as running:
        running.kubectl("apply", "--server-side", "-f", str(crds_folder()))
        running.kubectl("create", "namespace", "monitoring")
        running.kubectl(
            *("create", "secret", "generic", "smtp", "--namespace=monitoring"),
            "--from-literal=password=not-a-real-one",
        )
        install(running)
        for namespace in values["secretConsent"]["namespaces"]:
            running.kubectl(
                *("create", "rolebinding", "tocsin-secret-reader", f"--namespace={namespace}"),
                "--clusterrole=tocsin-secret-reader",
                "--serviceaccount=tocsin-system:tocsin",
            )
        with RunningOperator(running, values["config"], installed=True):
            yield running


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_gets_ready(cluster: Cluster, example: Path) -> None:
    cluster.kubectl("apply", "--server-side", "-k", str(example))
    ours = [
        document
        for path in sorted(example.glob("*.yaml"))
        for document in yaml.safe_load_all(path.read_text())
        if document and document.get("apiVersion") == "tocsin.dev/v1alpha1"
    ]
    assert ours or example.name == "monitoring"
    for document in ours:
        cluster.kubectl(
            *("wait", "--for=condition=Ready", "--timeout=30s"),
            f"--namespace={document['metadata']['namespace']}",
            f"{document['kind']}.tocsin.dev/{document['metadata']['name']}",
        )
