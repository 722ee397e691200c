"""No false alarms: neither on what public rule sets write, nor on the repository's own files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.unit.lint.linting import Linter
from tests.unit.lint.ordinary import EXPRESSIONS

from tocsin.cli.lint_report import Reported
from tocsin.lint.finding import Level

ROOT = Path(__file__).parents[3]
ABOUT_THE_FILES = {"NoReceiver", "ChannelNotFound", "ChannelNotAllowed", "SourceNotFound"}
"""What is true of a single file and would not be of its whole set."""


def serious(found: list[Reported]) -> list[str]:
    return [
        f"{one.file}:{one.position.line}: {one.check}: {one.message}"
        for one in found
        if one.level is not Level.INFO
    ]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_ordinary_condition_is_let_pass(lint: Linter, expression: str) -> None:
    rule = {
        "apiVersion": "tocsin.dev/v1alpha1",
        "kind": "AlertRule",
        "metadata": {"name": "ordinary", "namespace": "shop"},
        "spec": {"summary": "It is so", "expr": expression},
    }
    assert serious(lint(json.dumps(rule))) == []


@pytest.mark.parametrize(
    "folder", sorted((ROOT / "manifests/examples").iterdir()), ids=lambda path: path.name
)
def test_the_examples_are_clean(lint: Linter, folder: Path) -> None:
    files = {str(path): path.read_text() for path in sorted(folder.rglob("*.yaml"))}
    assert serious(lint(files)) == []
