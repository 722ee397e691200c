"""`tocsin test` where no promtool is needed, and the files that it watches."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from tocsin.cli.main import main
from tocsin.cli.watching import changes, signature


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    """Put right what a run of the command leaves off."""
    yield
    gc.enable()


@pytest.mark.parametrize("jobs", ["0", "-1", "x", "257", "1.5"])
def test_a_strange_number_of_jobs_is_wrong_usage(
    jobs: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["test", "--jobs", jobs, "a.yaml"])
    assert "is no number from 1 to 256" in capsys.readouterr().err


def test_files_that_are_not_there_are_wrong_usage_or_unreadable(tmp_path: Path) -> None:
    assert main(["test", str(tmp_path / "none.yaml")]) == 2
    assert main(["test", str(tmp_path)]) == 2
    assert main(["test", "--config", str(tmp_path / "none"), str(tmp_path)]) == 2


def test_every_kind_of_change_is_seen(tmp_path: Path) -> None:
    arguments = [str(tmp_path)]
    seen = [signature(arguments)]

    def look() -> bool:
        seen.append(signature(arguments))
        return seen[-1] != seen[-2]

    assert not look()
    (tmp_path / "a.yaml").write_text("a")
    assert look()
    (tmp_path / "notes.txt").write_text("a")
    assert not look()
    (tmp_path / "a.yaml").write_text("ab")
    assert look()
    (tmp_path / "a.yaml").rename(tmp_path / "b.yaml")
    assert look()
    (tmp_path / "b.yaml").unlink()
    assert look()
    (tmp_path / "notes.txt").unlink()
    tmp_path.rmdir()
    assert not look()


def test_the_first_run_waits_for_no_change(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a")
    runs = changes([str(tmp_path)], pause=0)
    next(runs)
    (tmp_path / "a.yaml").write_text("ab")
    next(runs)
