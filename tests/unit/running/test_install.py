"""What is installed is what is shipped, without the part that needs a node."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cluster.base import ClusterAccess
from tests.running import NAMESPACE, SERVICE_ACCOUNT, installed_documents, load_documents
from tests.running.configuration import config_for
from tests.running.install import INSTALL, ROOT

pytestmark = pytest.mark.slow


def test_nothing_but_the_deployment_is_left_out() -> None:
    shipped = [d["kind"] for d in load_documents(INSTALL)]
    installed = [d["kind"] for d in installed_documents()]
    left_out = set(shipped) - set(installed)
    assert left_out <= {"Deployment", "Service", "ConfigMap", "CustomResourceDefinition"}
    assert {"ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role"} <= set(installed)


def test_the_account_is_the_one_that_the_operator_gets() -> None:
    (account,) = [d for d in installed_documents() if d["kind"] == "ServiceAccount"]
    assert (account["metadata"]["namespace"], account["metadata"]["name"]) == (
        NAMESPACE,
        SERVICE_ACCOUNT,
    )


def test_a_folder_is_read_as_its_kustomization_says(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("resources: [b.yaml, a.yaml]\n")
    (tmp_path / "a.yaml").write_text("kind: A\n")
    (tmp_path / "b.yaml").write_text("kind: B\n---\n---\nkind: C\n")
    assert [document["kind"] for document in load_documents(tmp_path)] == ["B", "C", "A"]


def test_examples_can_be_read() -> None:
    for folder in sorted((ROOT / "manifests" / "examples").iterdir()):
        if (folder / "kustomization.yaml").exists():
            assert load_documents(folder), folder.name


class Somewhere(ClusterAccess):
    """A cluster with an Alertmanager."""

    alertmanager_url = "http://127.0.0.1:9093"


def test_the_configuration_is_the_shipped_one_with_the_clusters_alertmanager() -> None:
    plain = config_for(ClusterAccess(), {})
    assert "urls" not in plain["alertmanager"]
    config = config_for(Somewhere(), {"alertmanager": {"version": "0.33.0"}, "severities": ["P0"]})
    assert config["alertmanager"]["urls"] == ["http://127.0.0.1:9093"]
    assert config["alertmanager"]["secret"]["name"] == "alertmanager-tocsin"
    assert config["alertmanager"]["version"] == "0.33.0"
    assert config["severities"] == ["P0"]
    assert config["serviceAccount"] == {"namespace": NAMESPACE, "name": SERVICE_ACCOUNT}
