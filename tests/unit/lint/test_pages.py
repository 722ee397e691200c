"""Each check's page: its level, and that its examples do what it says."""

from __future__ import annotations

import re

import pytest
from tests.unit.lint.linting import Linter

from tocsin.cli.explain_command import page
from tocsin.compile.base.configuration import BaseConfiguration
from tocsin.compile.base.reading import read_base
from tocsin.lint.finding import Level
from tocsin.lint.registry import BY_NAME, COMMENT_CHECKS, RULE_CHECKS, SET_CHECKS

_BLOCK = re.compile(r"^(Base|Wrong|Right):\n\n```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HINTS = {"tests-missing", "NoReceiver"}
"""Said of nearly every short example, and true."""


def examples(name: str) -> dict[str, str]:
    return dict(_BLOCK.findall(page(name)))


def base_of(name: str) -> BaseConfiguration | None:
    text = examples(name).get("Base")
    found = read_base(text.encode(), {}, folder="/etc") if text is not None else None
    assert not isinstance(found, tuple)
    return found


@pytest.mark.parametrize("name", BY_NAME)
def test_the_page_says_name_level_and_sentence(name: str) -> None:
    check = BY_NAME[name]
    title, _, lead, *_ = page(name).splitlines()
    assert title == f"# {name}"
    assert lead.startswith(f"**{check.level.value}**: ")
    assert re.sub("`", "", lead.partition(": ")[2]) == re.sub("`", "", check.summary)


@pytest.mark.parametrize("name", BY_NAME)
def test_the_wrong_example_is_found(lint: Linter, name: str) -> None:
    found = lint(examples(name)["Wrong"], base=base_of(name))
    assert name in {one.check for one in found}
    others = {one.check for one in found if one.level is not Level.INFO} - {name}
    assert others - {"ignore-unknown"} == set()


@pytest.mark.parametrize("name", BY_NAME)
def test_the_right_example_is_clean(lint: Linter, name: str) -> None:
    found = lint(examples(name)["Right"], base=base_of(name))
    assert {one.check for one in found} - (HINTS - {name}) == set()


def test_every_check_is_listed_once() -> None:
    assert len(BY_NAME) == len(RULE_CHECKS) + len(SET_CHECKS) + len(COMMENT_CHECKS)
