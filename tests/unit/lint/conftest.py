"""One child process for all tests of lint."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.unit.lint.linting import Linter, linter


@pytest.fixture(scope="session")
def lint() -> Iterator[Linter]:
    with linter() as one:
        yield one
