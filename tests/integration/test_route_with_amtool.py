"""`tocsin route` says what the real `amtool config routes test` says of the same configuration."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.cluster.programs import ensure_programs
from tests.contract.repository import ROOT

from tocsin.cli.main import main

SETS = [
    ROOT / "tests/unit/cli/testdata/routes.in.yaml",
    *sorted((ROOT / "manifests/examples").iterdir()),
]
BASE = ROOT / "tests/unit/cli/testdata/routes-base.yaml"
FOREIGN = (
    {"alertname": "KubePodCrashLooping", "namespace": "shop", "severity": "warning"},
    {"alertname": "X", "tocsin_namespace": "shop", "tocsin_name": "new", "severity": "critical"},
    {"alertname": "X", "tocsin_route": "0000000000000000", "tocsin_namespace": "shop"},
)


def _configuration(files: Path, folder: Path) -> list[str]:
    values = files / "values.yaml"
    if not values.exists():
        return []
    config = folder / "config.yaml"
    config.write_text(yaml.safe_dump(yaml.safe_load(values.read_text())["config"]))
    return ["--config", str(config)]


def _asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    main(list(arguments))
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("files", SETS, ids=lambda path: path.name)
def test_agrees(files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _check([str(files), *_configuration(files, tmp_path)], FOREIGN, tmp_path, capsys)


def test_agrees_with_a_base_below(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    alerts = [
        {"alertname": "X", "team": team, "severity": severity, "zone": zone}
        for team in ("db", "web", "shop", "webshop", "none")
        for severity in ("critical", "warning")
        for zone in ("a", "c")
    ]
    _check([str(SETS[0]), "--base", str(BASE)], alerts, tmp_path, capsys)


def _check(
    arguments: list[str],
    foreign: Iterable[Mapping[str, str]],
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Hold every rule's alerts, and these foreign ones, against amtool."""
    common = [*arguments, "-o", "json"]
    rendered = _asked(capsys, "render", *common, "--alertmanager-config")["items"][-1]
    config = folder / "alertmanager.yaml"
    config.write_text(rendered["stringData"]["alertmanager.yaml"])
    alerts = _asked(capsys, "route", *common)
    for labels in foreign:
        said = ",".join(f"{name}={value}" for name, value in labels.items())
        alerts += _asked(capsys, "route", *common, "--labels", said)
    amtool = ensure_programs(["amtool"]) / "amtool"
    for alert in alerts:
        done = subprocess.run(
            [amtool, "config", "routes", "test", f"--config.file={config}"]
            # amtool reads a bare value as a matcher's, where braces mean something.
            + [f"{name}={json.dumps(value)}" for name, value in alert["labels"].items()],
            capture_output=True,
            text=True,
            check=True,
        )
        theirs = [name for name in done.stdout.strip().split(",") if name not in {"nobody", "null"}]
        assert [told["receiver"] for told in alert["told"]] == theirs, alert["labels"]
