"""`tocsin schema` as the real kubeconform reads it: what the CRD's schema refuses, it refuses."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
import yaml
from tests.cluster.programs import ensure_programs
from tests.contract.examples import invalid_examples, valid_examples

from tocsin.cli.main import main

LOCATION = "{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json"
ONLY_THE_SERVER = {"alertrule-level-twice"}
"""JSON Schema cannot say that a list is a map by one of its entries' fields."""


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """Everything judged in one run: by file name, kubeconform's status and message."""
    folder = tmp_path_factory.mktemp("kubeconform")
    assert main(["schema", "--output-dir", str(folder / "schemas")]) == 0
    files = folder / "files"
    files.mkdir()
    for name, document in valid_examples().items():
        (files / f"good-{name.replace('/', '_').replace(':', '_')}.yaml").write_text(
            yaml.safe_dump(document)
        )
    for one in invalid_examples():
        (files / f"bad-{one.name}.yaml").write_text(yaml.safe_dump(one.document))
    done = subprocess.run(
        [
            ensure_programs(["kubeconform"]) / "kubeconform",
            *("-strict", "-verbose", "-output", "json"),
            *("-schema-location", f"{folder}/schemas/{LOCATION}", str(files)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    resources = json.loads(done.stdout)["resources"]
    return {Path(one["filename"]).stem: one for one in resources}


def test_good_examples_pass(verdicts: dict[str, dict[str, str]]) -> None:
    good = {name: one for name, one in verdicts.items() if name.startswith("good-")}
    assert len(good) == len(valid_examples())
    assert {name: one["msg"] for name, one in good.items() if one["status"] != "statusValid"} == {}


@pytest.mark.parametrize(
    "name", [one.name for one in invalid_examples() if one.refused_by == "schema"]
)
def test_what_the_schema_refuses_is_refused(verdicts: dict[str, dict[str, str]], name: str) -> None:
    wanted = "statusValid" if name in ONLY_THE_SERVER else "statusInvalid"
    assert verdicts[f"bad-{name}"]["status"] == wanted, verdicts[f"bad-{name}"]


def test_a_combined_schema_lets_other_objects_pass(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    kinds = [one["if"]["properties"]["kind"]["const"] for one in schema["allOf"]]
    assert kinds == ["AlertRule", "HealthCheck", "NotificationChannel"]
