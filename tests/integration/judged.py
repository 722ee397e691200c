"""Running the real tools over what is compiled."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.cluster import ProgramsUnavailable
from tests.cluster.programs import ensure_programs

from tocsin.compile.alertmanager import AlertmanagerOutput


def real_programs() -> Path:
    """Give the folder of the real tools, or skip with the reason why there are none."""
    try:
        return ensure_programs(["promtool", "amtool", "route-judge"])
    except ProgramsUnavailable as reason:
        pytest.skip(f"the real programs cannot be had: {reason}")


def run(*command: object, given: str | None = None) -> str:
    done = subprocess.run(
        [str(word) for word in command], input=given, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def write_configuration(output: AlertmanagerOutput, folder: Path) -> Path:
    """Write a configuration with its files where it looks for them: below this folder."""
    where = output.document["templates"][0].rpartition("/")[0]
    for name, text in output.files.items():
        (folder / name).write_text(text)
    file = folder / "alertmanager.yaml"
    file.write_text(output.text.replace(where, str(folder)))
    return file
