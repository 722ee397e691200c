"""Every example in `manifests/` and in the documents: it compiles, as `tocsin render` says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.contract.repository import PAGES, ROOT, files, name, yaml_blocks

TOCSIN = Path(sys.executable).with_name("tocsin")
EXAMPLES = sorted(path.parent for path in ROOT.glob("manifests/examples/*/kustomization.yaml"))
NOT_YET = "docs/kinds/healthcheck.md"  # shows the kind that this release does not act on

BLOCKS = [
    pytest.param(block, id=f"{name(page)}-{number}")
    for page in PAGES
    for number, block in enumerate(yaml_blocks(page), 1)
    if "apiVersion: tocsin.dev/" in block and (name(page), number) != (NOT_YET, 1)
]


def _configuration(example: Path, folder: Path) -> list[str]:
    """Give the operator's configuration that an example's values.yaml holds, as arguments."""
    values = example / "values.yaml"
    if not values.exists():
        return []
    config = folder / "config.yaml"
    config.write_text(yaml.safe_dump(yaml.safe_load(values.read_text())["config"]))
    return ["--config", str(config)]


def _base(block: str, folder: Path) -> list[str]:
    """Give a platform that has the receivers which a block's channels point at."""
    channels = [d for d in _ours(block) if "existing" in d["spec"]]
    names = [channel["spec"]["existing"]["receiver"] for channel in channels]
    base, config = folder / "base.yaml", folder / "config.yaml"
    receivers = [{"name": name} for name in names]
    base.write_text(yaml.safe_dump({"route": {"receiver": names[0]}, "receivers": receivers}))
    spaces = [channel["metadata"]["namespace"] for channel in channels]
    config.write_text(yaml.safe_dump({"alertmanager": {"existingNamespaces": spaces}}))
    return ["--config", str(config), "--base", str(base)]


def _render(
    *arguments: str, stdin: str | None = None, code: int = 0
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [TOCSIN, "render", *arguments], input=stdin, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stderr
    return done


def _ours(documents: str) -> list[dict[str, Any]]:
    return [
        d for d in yaml.safe_load_all(documents) if d and d["apiVersion"] == "tocsin.dev/v1alpha1"
    ]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_compiles(example: Path, tmp_path: Path) -> None:
    config = _configuration(example, tmp_path)
    done = _render(*config, str(example))
    written = [d for d in yaml.safe_load_all(done.stdout) if d]
    rules = [
        rule
        for path in sorted(example.glob("*.yaml"))
        for rule in yaml.safe_load_all(path.read_text())
        if rule and rule.get("kind") == "AlertRule"
    ]
    assert [d["kind"] for d in written] == ["PrometheusRule"] * len(rules)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_lists_all_its_files(example: Path) -> None:
    listed = yaml.safe_load((example / "kustomization.yaml").read_text())["resources"]
    there = {path.name for path in example.glob("*.yaml")} - {"kustomization.yaml", "values.yaml"}
    assert set(listed) == there


@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_in_the_documents_compiles(block: str, tmp_path: Path) -> None:
    config = _configuration(ROOT / "manifests/examples/email", tmp_path)
    if "existing:" in block:
        config = _base(block, tmp_path)
    done = _render(*config, "-", stdin=block)
    rules = [d for d in _ours(block) if d["kind"] == "AlertRule"]
    assert done.stdout.count("kind: PrometheusRule") == len(rules)


def test_the_readme_shows_what_its_example_becomes() -> None:
    written, shown = yaml_blocks(ROOT / "README.md")
    [real] = [d for d in yaml.safe_load_all(_render("-", stdin=written).stdout) if d]
    expected = yaml.safe_load(shown)
    assert expected["spec"] == real["spec"]
    assert expected["metadata"].items() <= real["metadata"].items()


def test_the_health_check_of_the_documents_is_refused_by_name() -> None:
    block = yaml_blocks(ROOT / NOT_YET)[0]
    done = _render("-", stdin=block, code=1)
    assert "HealthCheck" in done.stderr
    assert "NotYetSupported" in done.stderr


def test_every_manifest_parses() -> None:
    manifests = [p for p in files(".yaml") if "manifests" in p.parts or "crds" in p.parts]
    assert len(manifests) > 10
    for path in manifests:
        assert all(isinstance(d, dict) for d in yaml.safe_load_all(path.read_text()) if d), path
