"""`tocsin render --base`, and `inhibitedBy` over the files of a run."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from tests.unit.compile import bases

from tocsin.cli.main import main

HEAD = """\
apiVersion: tocsin.dev/v1alpha1
kind: {kind}
metadata: {{name: {name}, namespace: shop}}
"""
NESTED = next(one for one in bases.GOOD if one.stem == "nested")


def rule(name: str, *muted_by: str) -> str:
    sources = ", ".join(f"{{kind: AlertRule, name: {one}}}" for one in muted_by)
    more = f", inhibitedBy: [{sources}]" if sources else ""
    return HEAD.format(kind="AlertRule", name=name) + f"spec: {{expr: up == 0{more}}}\n"


def written(folder: Path, *documents: str) -> str:
    file = folder / "rules.yaml"
    file.write_text("---\n".join(documents))
    return str(file)


def test_a_base_is_merged_into_the_configuration(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    existing = HEAD.format(kind="NotificationChannel", name="db")
    existing += "spec: {existing: {receiver: team-DB-pager}, default: {}}\n"
    config = tmp_path / "config.yaml"
    config.write_text("alertmanager: {existingNamespaces: [shop]}")
    files = written(tmp_path, existing, rule("errors"))
    asked = ["render", files, "--alertmanager-config", "--base", str(NESTED)]
    assert main([*asked, "--config", str(config)]) == 0
    *_, secret = yaml.safe_load_all(capsys.readouterr().out)
    merged = yaml.safe_load(secret["stringData"]["alertmanager.yaml"])
    *ours, last = merged["route"]["routes"]
    assert last["receiver"] == "team-X-mails"
    (child,) = next(one for one in ours if "tocsin_namespace" in one["matchers"][0])["routes"]
    assert child["receiver"] == "team-DB-pager"
    assert main(asked) == 1
    assert "may not use receivers of the base configuration" in capsys.readouterr().err


@pytest.mark.parametrize("path", [*bases.BAD[:2], Path("/nowhere")], ids=lambda path: path.stem)
def test_a_base_that_is_no_good_is_told_with_its_reasons(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["render", written(tmp_path, rule("errors")), "--base", str(path)]) == 2
    assert f"{path}: " in capsys.readouterr().err


def test_a_cycle_among_files_is_refused_and_sources_that_are_absent_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = written(tmp_path, rule("a", "b"), rule("b", "a"), rule("c", "elsewhere"))
    assert main(["render", files]) == 1
    said = capsys.readouterr()
    assert "AlertRule shop/b is muted by AlertRule shop/a is muted by AlertRule shop/b" in said.err
    assert "there is no AlertRule shop/elsewhere" in said.err
    assert [one["metadata"]["name"][0] for one in yaml.safe_load_all(said.out)] == ["a", "c"]
