"""What each check says of its page's wrong example, word for word: `testdata/CHECK.txt`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.unit.lint.linting import Linter
from tests.unit.lint.test_pages import base_of, examples

from tocsin.cli.lint_output import human
from tocsin.lint.registry import BY_NAME

DATA = Path(__file__).parent / "testdata"


@pytest.mark.parametrize("name", BY_NAME)
def test_what_is_said(lint: Linter, name: str) -> None:
    found = [
        one
        for one in lint(examples(name)["Wrong"], base=base_of(name))
        if one.check not in {"NoReceiver", "tests-missing"} - {name}
    ]
    said = "\n".join(human(found, colour=False)) + "\n"
    golden = DATA / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(said)
    assert said == golden.read_text()


def test_no_golden_file_is_left_over() -> None:
    assert {path.stem for path in DATA.iterdir()} == set(BY_NAME)
