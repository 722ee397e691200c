"""
Builds one program of a family with the Go toolchain, into a folder of the cache.

A program appears under its name only when it is whole (written aside, then renamed). Nothing but
go.mod's exact versions is used: ``-mod=readonly``, or ``-mod=vendor`` made from the same go.sum.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

from tests.cluster.pins import BUILD_FLAGS, LINKER_FLAGS, Family
from tests.cluster.toolchain import Go, ProgramsUnavailable

_STUB = "<!doctype html><title>no pages</title><p>Built without its web pages.</p>\n"


class Builder:
    """Builds with one toolchain; ``close`` removes what only the building needed."""

    def __init__(self, go: Go, cache: Path) -> None:
        self._go = go
        self._scratch = cache / f"scratch-{os.getpid()}"

    def build(self, family: Family, name: str, folder: Path) -> Path:
        """Build one program into ``folder``, with the family's assets beside it."""
        folder.mkdir(parents=True, exist_ok=True)
        source, mode = self._source(family)
        program = family.programs[name]
        flags = LINKER_FLAGS
        if family.version_variable:
            flags += f" -X {family.version_variable}={family.version}"
        target = folder / name
        partial = folder / f".{name}.{os.getpid()}"
        tags = [f"-tags={','.join(program.tags)}"] if program.tags else []
        command = ["build", mode, *BUILD_FLAGS, *tags, f"-ldflags={flags}", "-o", str(partial)]
        try:
            self._run(source, *command, program.package)
            for inside, own in (family.assets or {}).items():
                self._copy_asset(family, inside, folder / own)
            partial.rename(target)
        finally:
            partial.unlink(missing_ok=True)
        return target

    def close(self) -> None:
        """Remove the scratch folder."""
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _source(self, family: Family) -> tuple[Path, str]:
        if not family.embeds:
            return family.folder, "-mod=readonly"
        copy = self._scratch / family.name
        if not copy.exists():
            shutil.copytree(family.folder, copy)
            self._run(copy, "mod", "vendor", "-e")  # in spite of the embeds that are missing
            for embed in family.embeds:
                pages = copy / "vendor" / embed
                pages.mkdir(parents=True, exist_ok=True)
                (pages / "index.html").write_text(_STUB)
        return copy, "-mod=vendor"

    def _copy_asset(self, family: Family, inside: str, target: Path) -> None:
        if target.exists():
            return
        answer = self._run(family.folder, "list", "-mod=readonly", "-m", "-json", family.pin or "")
        partial = target.with_name(f".{target.name}.{os.getpid()}")
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(Path(json.loads(answer)["Dir"]) / inside, partial)
        for path in (partial, *partial.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)  # the module cache is read-only
        partial.rename(target)

    def _run(self, folder: Path, *arguments: str) -> str:
        answer = subprocess.run(
            [self._go.path, *arguments],
            cwd=folder,
            env=self._go.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode:
            lines = [line for line in answer.stderr.splitlines() if line.strip()]
            reason = lines[-1] if lines else "no reason given"
            raise ProgramsUnavailable(
                f"go {arguments[0]} failed in tests/cluster/gomodules/{folder.name}: {reason}"
            )
        return answer.stdout
