"""The documents: links that lead somewhere, YAML that parses, words that agree with the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from tests.contract.repository import PAGES, ROOT, name, text, yaml_blocks
from tests.generate.reasons import SENTENCES

from tocsin.api.problem import Reason

_LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")


def test_the_readme_is_short() -> None:
    assert len(text(ROOT / "README.md").splitlines()) <= 150


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = [target.partition("#")[0] for target in _LINK.findall(text(page))]
    local = [target for target in targets if target and "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    todo = [ROOT / "README.md"]
    while todo:
        page = todo.pop()
        page = page / "README.md" if page.is_dir() else page
        if page in seen or not page.exists() or page.suffix != ".md":
            continue
        seen.add(page)
        todo += [
            (page.parent / target.partition("#")[0]).resolve()
            for target in _LINK.findall(text(page))
            if "://" not in target
        ]
    assert [name(page) for page in PAGES if page not in seen] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_yaml_blocks_parse(page: Path) -> None:
    for block in yaml_blocks(page):
        documents = [document for document in yaml.safe_load_all(block) if document]
        assert documents


def test_every_reason_has_a_sentence_and_every_sentence_a_reason() -> None:
    assert set(SENTENCES) == set(Reason)
    assert [reason for reason, said in SENTENCES.items() if not said.endswith(".")] == []


def test_the_reasons_that_the_pages_name_exist() -> None:
    reasons = set(Reason)
    conditions = {"Ready", "Valid", "Routed", "SecretResolved", "Stalled", "Reconciling"}
    named = {
        word
        for page in PAGES
        if "kinds" in page.parts
        for word in re.findall(r"reason `([A-Z]\w+)`|say[s]? `([A-Z]\w+)`", text(page))
        for word in word
        if word
    }
    assert named
    assert named <= reasons | conditions


def test_every_decision_has_its_three_parts_and_its_line() -> None:
    pages = sorted((ROOT / "docs/decisions").glob("0*.md"))
    index = text(ROOT / "docs/decisions/README.md")
    for number, page in enumerate(pages, 1):
        parts = re.findall(r"^## (.+)$", text(page), re.MULTILINE)
        assert parts == ["Context", "Decision", "Consequences"], name(page)
        assert text(page).startswith(f"# {number}. ")
        assert f"({page.name})" in index


def test_the_targets_that_the_pages_name_exist() -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", text(ROOT / "Makefile"), re.MULTILINE))
    targets |= {"lint", "types", "imports", "drift"}
    named = {
        target
        for page in PAGES
        for code in re.findall(r"`(make [a-z].*?)`|^(make [a-z].*)$", text(page), re.MULTILINE)
        for target in re.findall(r"^make ([a-z0-9-]+)", "".join(code))
    }
    assert named
    assert named <= targets
