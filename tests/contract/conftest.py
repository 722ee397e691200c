"""The real programs that some contracts need; where they cannot be had, the test says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cluster.programs import ProgramsUnavailable, ensure_programs


@pytest.fixture(scope="session")
def helm() -> Path:
    try:
        return ensure_programs(["helm"]) / "helm"
    except ProgramsUnavailable as reason:
        pytest.skip(f"no helm: {reason}")
