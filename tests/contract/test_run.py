"""`make test` itself: it never leaves something out without a word."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests import run

_TESTS = """
import pytest

def test_good(): pass

@pytest.mark.skip(reason="no promtool here")
def test_one(): pass

@pytest.mark.skip(reason="no promtool here")
def test_two(): pass
"""


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(run, "ROOT", tmp_path)
    monkeypatch.setattr(
        run,
        "STEPS",
        {
            "good": lambda _run: True,
            "bad": lambda _run: False,
            "some": run._pytest("test_some.py"),
            "none": run._pytest("-k", "nothing", "test_some.py"),
            "tool": run._tool("python", "-c", "import sys; print('found it'); sys.exit(1)"),
        },
    )
    (tmp_path / "test_some.py").write_text(_TESTS)
    return tmp_path


def test_an_unknown_step_is_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["untis"]) == 2
    assert "untis" in capsys.readouterr().err


def test_a_failure_does_not_hide_what_comes_after(
    steps: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run.main(["bad", "good"]) == 1
    said = capsys.readouterr().out
    assert "bad: FAILED" in said
    assert "good: ok" in said
    assert "failed: bad" in said.splitlines()[-1]


def test_a_tools_output_is_shown_where_it_failed(
    steps: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run.main(["tool"]) == 1
    assert "found it" in capsys.readouterr().out


def test_skips_are_counted_by_their_reason(steps: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["some"]) == 0
    assert "skipped: no promtool here (x2)" in capsys.readouterr().out


def test_a_step_without_tests_is_named(steps: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["none"]) == 0
    assert "skipped: no tests in -k nothing test_some.py" in capsys.readouterr().out


def test_the_lack_of_the_programs_is_said_once(
    steps: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def programs(found: run.Run) -> bool:
        found.unavailable = "no promtool here"
        return True

    monkeypatch.setitem(run.STEPS, "programs", programs)
    assert run.main(["programs", "some"]) == 0
    line = next(s for s in capsys.readouterr().out.splitlines() if s.startswith("skipped:"))
    assert line == "skipped: 2 checks that need the real programs (no promtool here)"
