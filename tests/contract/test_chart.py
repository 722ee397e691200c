"""The chart: every set of values renders, and what it renders keeps the promises."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.contract.repository import ROOT
from tests.generate.manifests import render_chart

from tocsin.api import rbac
from tocsin.api.config import OperatorConfig

CHART = ROOT / "charts/tocsin"
VALUES = {
    "default": None,
    "minimal": ROOT / "tests/contract/chart/minimal.yaml",
    "full": ROOT / "tests/contract/chart/full.yaml",
    "email": ROOT / "manifests/examples/email/values.yaml",
}

pytestmark = pytest.mark.programs
Objects = dict[tuple[str, str], dict[str, Any]]


@pytest.fixture(scope="module", params=list(VALUES))
def rendered(request: pytest.FixtureRequest, helm: Path) -> Objects:
    return _render(helm, VALUES[request.param])


def _render(helm: Path, values: Path | None, *arguments: str) -> Objects:
    chosen = [f"--values={values}"] if values else []
    documents = yaml.safe_load_all(render_chart(helm, CHART, *chosen, *arguments))
    return {(d["kind"], d["metadata"]["name"]): d for d in documents if d}


def test_a_secret_is_never_rendered(rendered: Objects) -> None:
    assert [name for kind, name in rendered if kind == "Secret"] == []


def test_the_configuration_is_what_the_operator_takes(rendered: Objects) -> None:
    text = rendered["ConfigMap", "tocsin"]["data"]["config.yaml"]
    config = OperatorConfig.model_validate(yaml.safe_load(text))
    role = rendered["Role", "tocsin-alertmanager"]
    assert role["metadata"]["namespace"] == config.alertmanager.secret.namespace
    assert role["rules"][0]["resourceNames"] == [config.alertmanager.secret.name]
    assert config.service_account.namespace == "tocsin-system"


def test_the_pod_meets_the_restricted_standard(rendered: Objects) -> None:
    pod = rendered["Deployment", "tocsin"]["spec"]["template"]["spec"]
    [container] = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert [kind for v in pod["volumes"] for kind in v if kind not in {"name", "configMap"}] == [
        "emptyDir"
    ]


def test_one_operator_at_a_time(rendered: Objects) -> None:
    spec = rendered["Deployment", "tocsin"]["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})


def test_the_service_finds_the_pod(rendered: Objects) -> None:
    selector = rendered["Service", "tocsin"]["spec"]["selector"].items()
    spec = rendered["Deployment", "tocsin"]["spec"]
    assert selector == spec["selector"]["matchLabels"].items()
    assert selector <= spec["template"]["metadata"]["labels"].items()


def test_consent_binds_the_reader_in_the_namespaces_named_and_nowhere_else(helm: Path) -> None:
    documents = yaml.safe_load_all(render_chart(helm, CHART, f"--values={VALUES['full']}"))
    bound = [
        (d["kind"], d["metadata"]["namespace"])
        for d in documents
        if d and d.get("roleRef", {}).get("name") == "tocsin-secret-reader"
    ]
    assert bound == [("RoleBinding", "observability"), ("RoleBinding", "shop")]


def test_a_base_secret_is_read_by_name_and_only_where_one_is_named(helm: Path) -> None:
    role = ("Role", "tocsin-alertmanager")
    assert len(_render(helm, None)[role]["rules"]) == len(rbac.ALERTMANAGER_SECRET_RULES)
    named = _render(helm, None, "--set=config.alertmanager.baseSecret.name=old")[role]
    expected = [one.to_document(names=["old"]) for one in rbac.BASE_SECRET_RULES]
    assert named["rules"][len(rbac.ALERTMANAGER_SECRET_RULES) :] == expected


def test_the_full_values_arrive(helm: Path) -> None:
    pod = _render(helm, VALUES["full"])["Deployment", "tocsin"]["spec"]["template"]
    full = yaml.safe_load(VALUES["full"].read_text())  # type: ignore[union-attr] # it is set above
    [container] = pod["spec"]["containers"]
    assert container["image"].startswith("registry.example.org/platform/tocsin@sha256:8f43")
    for field in ("imagePullSecrets", "nodeSelector", "tolerations", "priorityClassName"):
        assert pod["spec"][field] == full[field]
    assert pod["metadata"]["labels"].items() >= full["podLabels"].items()
    assert pod["metadata"]["annotations"].items() >= full["podAnnotations"].items()


@pytest.mark.parametrize(
    ("argument", "named"),
    [
        ("--set=config.alertmanger.secret.name=x", "alertmanger"),
        ("--set=config.limits.ruleBytes=1", "ruleBytes"),
        ("--set=replicas=2", "replicas"),
        ("--set=image.pullPolicy=Sometimes", "pullPolicy"),
        ("--set=secretConsent.namespaces={Shop}", "secretConsent"),
    ],
)
def test_a_value_that_is_wrong_is_refused_by_name(helm: Path, argument: str, named: str) -> None:
    with pytest.raises(RuntimeError, match=named):
        render_chart(helm, CHART, argument)


def test_a_changed_configuration_starts_a_new_pod(helm: Path) -> None:
    before = _render(helm, None)["Deployment", "tocsin"]["spec"]["template"]
    after = _render(helm, None, "--set=config.grouping.groupWait=1s")["Deployment", "tocsin"]
    assert before["metadata"]["annotations"] != after["spec"]["template"]["metadata"]["annotations"]


def test_the_default_values_are_the_models_defaults() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    assert OperatorConfig.model_validate(values["config"]) == OperatorConfig()


def test_every_value_is_described() -> None:
    def undescribed(schema: dict[str, Any], path: str) -> list[str]:
        parts = schema.get("properties", {})
        missing = [f"{path}.{n}" for n, p in parts.items() if "description" not in p]
        return missing + [m for n, p in parts.items() for m in undescribed(p, f"{path}.{n}")]

    schema = json.loads((CHART / "values.schema.json").read_text())
    del schema["properties"]["config"]  # its fields are in docs/reference/configuration.md
    assert undescribed(schema, "") == []


def test_the_chart_of_the_crds_keeps_them_on_uninstall(helm: Path) -> None:
    documents = list(
        filter(None, yaml.safe_load_all(render_chart(helm, ROOT / "charts/tocsin-crds")))
    )
    copies = sorted(path.name for path in (CHART / "crds").iterdir())
    assert len(documents) == len(copies) > 0
    for document in documents:
        assert document["kind"] == "CustomResourceDefinition"
        assert document["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"
