"""
Golden files: what users can see, pinned byte for byte, and one command to accept a change.

`pytest --update-golden` (or UPDATE_GOLDEN=1) rewrites them; it is refused where CI
is set, because there a golden file is the judge. `--hypothesis-profile=thorough` tries
every law thirty times as often.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A deadline would measure the machine: builds and clusters run beside the unit tests.
settings.register_profile("quick", max_examples=25, deadline=None)
settings.register_profile("thorough", max_examples=2000, deadline=None)
settings.load_profile("quick")

_STALE = "{name} is stale: run `pytest --update-golden` and read the difference"


class Golden:
    """Compares a text with a file beside the test, or rewrites that file."""

    def __init__(self, *, update: bool) -> None:
        self._update = update

    def check(self, path: Path, actual: str) -> None:
        """Fail where the text differs from the file, byte for byte."""
        if self._update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(actual, encoding="utf-8")
        expected = path.read_text(encoding="utf-8") if path.exists() else ""
        assert expected == actual, _STALE.format(name=path.name)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite golden files")


def pytest_configure(config: pytest.Config) -> None:
    if _wants_update(config) and os.environ.get("CI"):
        raise pytest.UsageError("golden files are not rewritten where CI is set")


def _wants_update(config: pytest.Config) -> bool:
    return bool(config.getoption("--update-golden") or os.environ.get("UPDATE_GOLDEN"))


@pytest.fixture(scope="session")
def golden(pytestconfig: pytest.Config) -> Golden:
    return Golden(update=_wants_update(pytestconfig))
