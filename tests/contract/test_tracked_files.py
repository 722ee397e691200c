"""What no file of the repository may hold: registry hosts, paths of one machine, loose ends."""

from __future__ import annotations

import re

import pytest
from tests.contract.repository import ROOT, files, name, text

# Written in parts, so that this file does not hold what it forbids.
_HOSTS = "|".join(
    r"\.".join(parts)
    for parts in (
        ("py" + "pi", "org"),
        ("files", "python" + "hosted", "org"),
        ("proxy", "golang", "org"),
        ("sum", "golang", "org"),
        ("registry", "npm" + "js"),
        ("static", "crates", "io"),
        ("index", "crates", "io"),
        ("deb", "debian", "org"),
    )
)
_FOLDERS = r"(?<![\w.$}-])/(" + "|".join(("wo" + "rk", "ro" + "ot", "ho" + "me")) + ")/"
_LOOSE = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3, "HA" + "CK")) + r")\b")
_SILENCED = re.compile(r"#\s*(noqa|type:\s*ignore)(?P<rest>.*)")
_BANNED_MODULES = {"utils", "helpers", "common", "manager", "misc"}


def _lines(pattern: str | re.Pattern[str]) -> list[str]:
    found = re.compile(pattern)
    return [
        f"{name(path)}:{number}"
        for path in files()
        for number, line in enumerate(text(path).splitlines(), 1)
        if found.search(line)
    ]


def test_no_registry_host() -> None:
    assert _lines(_HOSTS) == []


def test_no_path_of_one_machine() -> None:
    assert _lines(_FOLDERS) == []


def test_no_loose_end() -> None:
    assert _lines(_LOOSE) == []


def test_a_silenced_check_names_its_code_and_a_reason() -> None:
    bare = []
    for path in files(".py"):
        for number, line in enumerate(text(path).splitlines(), 1):
            silenced = _SILENCED.search(line)
            if silenced and not re.match(r"(:\s*[A-Z]+\d+|\[[\w, -]+\]).*\s\w+", silenced["rest"]):
                bare.append(f"{name(path)}:{number}")
    assert bare == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [name(path) for path in files(".py") if path.stem in _BANNED_MODULES] == []


@pytest.mark.parametrize("lock", ["operator/requirements.lock", "tests/requirements.lock"])
def test_every_locked_package_has_a_version_and_hashes(lock: str) -> None:
    packages = [
        block
        for block in re.split(r"\n(?=\S)", (ROOT / lock).read_text())
        if not block.startswith("#")
    ]
    assert len(packages) > 5
    loose = [p for p in packages if not re.match(r"\S+==\S+", p) or "--hash=sha256:" not in p]
    assert loose == []
    assert "://" not in (ROOT / lock).read_text()


def test_the_development_lock_contains_the_operators() -> None:
    def pins(lock: str) -> set[str]:
        return set(re.findall(r"^\S+==\S+", (ROOT / lock).read_text(), re.MULTILINE))

    assert pins("operator/requirements.lock") <= pins("tests/requirements.lock")
