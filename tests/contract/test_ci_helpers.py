"""The pre-commit hooks and the GitHub Action: what they run is there, and does what it says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.contract.repository import ROOT

from tocsin.cli.main import COMMANDS

BIN = Path(sys.executable).parent
GOOD = """\
apiVersion: tocsin.dev/v1alpha1
kind: AlertRule
metadata: {name: errors, namespace: shop}
spec:
  expr: sum(rate(http_requests_total{code="500"}[5m])) > 1
  summary: Errors
  runbookURL: https://runbooks.example.org/errors
  notify: {channels: []}
"""
BAD = GOOD.replace("> 1", "> > 1")


def _hooks() -> list[dict[str, Any]]:
    hooks: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    return hooks


def _lint_step() -> dict[str, Any]:
    steps = yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"]
    found: dict[str, Any] = steps[-1]
    return found


def test_hooks_call_commands_that_there_are() -> None:
    for hook in _hooks():
        program, command = hook["entry"].split()
        assert program == "tocsin"
        assert command in {one.name for one in COMMANDS}


@pytest.mark.parametrize(("text", "status"), [(GOOD, 0), (BAD, 1)])
def test_the_lint_hook_judges_the_files_of_a_commit(text: str, status: int, tmp_path: Path) -> None:
    (tmp_path / "rule.yaml").write_text(text)
    entry = next(hook["entry"] for hook in _hooks() if hook["id"] == "tocsin-lint").split()
    done = subprocess.run(
        [BIN / entry[0], *entry[1:], "rule.yaml"], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == status, done.stderr


def _act(folder: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run the action's last step as a runner does, with our own environment as its own."""
    (folder / "temp").mkdir()
    (folder / "temp/tocsin").symlink_to(BIN.parent)
    step = _lint_step()
    assert {value.strip("${ }").removeprefix("inputs.") for value in step["env"].values()} == set(
        inputs
    )
    environment = {
        name: inputs[value.strip("${ }").removeprefix("inputs.")]
        for name, value in step["env"].items()
    }
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=folder,
        env=os.environ | environment | {"RUNNER_TEMP": str(folder / "temp")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_action_annotates_the_line_and_fails(tmp_path: Path) -> None:
    (tmp_path / "my rules").mkdir()
    (tmp_path / "my rules/bad.yaml").write_text(BAD)
    done = _act(tmp_path, paths="my rules\n\n", strict="false", config="")
    assert done.returncode == 1, done.stderr
    assert "::error file=my rules/bad.yaml,line=5" in done.stdout


def test_the_action_passes_what_is_good(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "config.yaml").write_text("severities: [critical, warning, info, none]\n")
    done = _act(tmp_path, paths="good.yaml", strict="true", config="config.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_input_is_no_command(tmp_path: Path) -> None:
    done = _act(tmp_path, paths="$(touch owned); touch owned", strict="false", config="")
    assert done.returncode == 2
    assert not (tmp_path / "owned").exists()
