"""Completion scripts: every command is in them, and a real shell completes by them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tocsin.cli.completion_command import _SHELLS
from tocsin.cli.main import COMMANDS, main


@pytest.mark.parametrize("shell", _SHELLS)
def test_every_command_is_in_the_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert [command.name for command in COMMANDS if command.name not in script] == []


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
@pytest.mark.parametrize(
    ("words", "found"),
    [(["sch"], {"schema"}), (["schema", "Al"], {"AlertRule"}), (["render", "ru"], {"rules.yaml"})],
)
def test_bash_completes(
    words: list[str], found: set[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["completion", "bash"])
    (tmp_path / "script").write_text(capsys.readouterr().out)
    (tmp_path / "rules.yaml").touch()
    asking = (
        f"source ./script; COMP_WORDS=(tocsin {' '.join(words)}); COMP_CWORD={len(words)};"
        ' _shtab_tocsin; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(
        ["bash", "-c", asking], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert set(done.stdout.split()) == found
