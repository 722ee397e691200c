"""Where promtool is looked for; what it says is tested with the real one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tocsin.adapters.promtool import PromtoolMissingError, clear_leftovers, find_promtool


def program(path: Path, modified: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    os.utime(path, (modified, modified))
    return path


def test_the_order_of_the_search(tmp_path: Path) -> None:
    asked = program(tmp_path / "asked")
    named = program(tmp_path / "named")
    in_path = program(tmp_path / "bin" / "promtool")
    older = program(tmp_path / "cache" / "1" / "bin" / "promtool", 1)
    newer = program(tmp_path / "cache" / "2" / "bin" / "promtool", 2)
    everything = {
        "PROMTOOL": str(named),
        "PATH": str(in_path.parent),
        "TOCSIN_CACHE": str(tmp_path / "cache"),
    }
    assert find_promtool(str(asked), everything) == asked
    assert find_promtool("promtool", everything) == in_path
    assert find_promtool(None, everything) == named
    del everything["PROMTOOL"]
    assert find_promtool(None, everything) == in_path
    everything["PATH"] = str(tmp_path)
    assert find_promtool(None, everything) == newer
    newer.chmod(0o644)
    assert find_promtool(None, everything) == older


def test_what_is_named_and_missing_is_not_replaced(tmp_path: Path) -> None:
    everything = {"PATH": str(program(tmp_path / "bin" / "promtool").parent)}
    with pytest.raises(PromtoolMissingError, match="no program other"):
        find_promtool("other", everything)
    with pytest.raises(PromtoolMissingError, match=r"/none.*from PROMTOOL"):
        find_promtool(None, {**everything, "PROMTOOL": "/none"})


def test_nothing_found_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(PromtoolMissingError, match=r"PROMTOOL.*PATH.*\*/bin"):
        find_promtool(None, {"PATH": str(tmp_path), "TOCSIN_CACHE": str(tmp_path / "none")})


def test_only_what_this_process_id_left_is_cleared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process' folder is in use, whoever that is."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    own = tmp_path / f"tocsin-promtool-{os.getpid()}-abc"
    others = [tmp_path / "tocsin-promtool-0-abc", tmp_path / "other"]
    for folder in (own, *others):
        (folder / "0").mkdir(parents=True)
    clear_leftovers()
    assert sorted(tmp_path.iterdir()) == sorted(others)
