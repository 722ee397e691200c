"""
`make test`: every check in turn, each with its time, and one line for what was skipped.

A step never stops the ones after it, so that one run shows everything that is wrong.
Nothing is left out silently: what a missing program or tool prevents is named, with
the reason, in the last line. Run as `python -m tests.run [STEP ...]`.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
NO_TESTS = 5  # pytest's exit code where nothing was collected
BIN = Path(sys.executable).parent


@dataclass
class Run:
    """What the steps found so far."""

    failed: list[str] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    unavailable: str = ""
    """Why the real programs cannot be had, where that is so."""


def _tool(*command: str) -> Callable[[Run], bool]:
    """A step that runs a program and shows what it printed only where it failed."""

    def step(_run: Run) -> bool:
        done = subprocess.run(
            [str(BIN / command[0]), *command[1:]],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            print(f"\n{done.stdout.rstrip()}")
        return done.returncode == 0

    return step


def _pytest(*arguments: str) -> Callable[[Run], bool]:
    """A step that runs tests, shows their progress, and counts what they skipped."""

    def step(run: Run) -> bool:
        print(flush=True)
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.xml"
            command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *arguments]
            code = subprocess.run(command, cwd=ROOT, check=False).returncode
            if report.exists():
                run.skipped.update(_skips(report))
        if code == NO_TESTS:
            run.skipped[f"no tests in {' '.join(arguments)}"] += 1
        return code in (0, NO_TESTS)

    return step


def _skips(report: Path) -> list[str]:
    found = ET.parse(report).iter("skipped")
    return [" ".join(skip.get("message", "no reason given").split()) for skip in found]


def _programs(run: Run) -> bool:
    from tests.cluster.programs import ProgramsUnavailable, ensure_programs

    print(flush=True)
    try:
        ensure_programs()
    except ProgramsUnavailable as reason:
        run.unavailable = str(reason)
    return True


def _drift(run: Run) -> bool:
    from tests.generate.write import drift

    found, left_out = drift()
    run.skipped.update(left_out)
    for line in found:
        print(f"\n  {line}", end="")
    if found:
        print("\n  run `make generate` and look at what it changed")
    return not found


def _node(run: Run) -> bool:
    """The tests on a real node, where this machine can have one."""
    from tests.cluster import nodeneeds
    from tests.cluster.node import NODE_PROGRAMS
    from tests.cluster.nodestack import NodeStack
    from tests.cluster.programs import ProgramsUnavailable, ensure_programs

    print(flush=True)
    try:
        nodeneeds.ensure(print)
        ensure_programs([*NODE_PROGRAMS, *NodeStack.programs])
    except (nodeneeds.NodeUnavailable, ProgramsUnavailable) as reason:
        run.skipped[f"the tests on a real node ({reason})"] += 1
        return True
    return _pytest("tests/e2e")(run)


_SIDE_BY_SIDE = ("-n", "auto", "--maxprocesses=8")

STEPS: dict[str, Callable[[Run], bool]] = {
    "format": _tool("ruff", "format", "--check", "operator", "tests"),
    "lint": _tool("ruff", "check", "operator", "tests"),
    "types": _tool("mypy"),
    "imports": _tool("lint-imports"),
    "unit": _pytest("tests/unit", "-m", "not programs and not slow", *_SIDE_BY_SIDE),
    "slow": _pytest("tests/unit", "-m", "slow and not programs", *_SIDE_BY_SIDE),
    "contract": _pytest("tests/contract", "-m", "not programs"),
    "programs": _programs,
    "drift": _drift,
    "judged": _pytest("tests/unit", "tests/contract", "-m", "programs"),
    "integration": _pytest("tests/integration"),
    "e2e": _node,
}


def main(names: list[str]) -> int:
    """Run the named steps, or all; gives 1 where one failed and 2 for an unknown name."""
    unknown = [name for name in names if name not in STEPS]
    if unknown:
        print(f"no such step: {', '.join(unknown)}; there are {', '.join(STEPS)}", file=sys.stderr)
        return 2
    run, began = Run(), time.monotonic()
    for name in names or STEPS:
        print(f"{name} ...", end=" ", flush=True)
        start = time.monotonic()
        good = STEPS[name](run)
        print(
            f"{name}: {'ok' if good else 'FAILED'} ({time.monotonic() - start:.1f} s)", flush=True
        )
        if not good:
            run.failed.append(name)
    print(f"skipped: {_skipped(run)}")
    total = f"{time.monotonic() - began:.0f} s"
    print(f"failed: {', '.join(run.failed)} ({total})" if run.failed else f"all good ({total})")
    return 1 if run.failed else 0


def _skipped(run: Run) -> str:
    """Name what was left out, in one line; the lack of the programs is said once for all of it."""
    rest = {reason: n for reason, n in run.skipped.items() if not _for_lack(run, reason)}
    said = [f"{reason} (x{n})" if n > 1 else reason for reason, n in rest.items()]
    if run.unavailable:
        count = run.skipped.total() - sum(rest.values())
        said.insert(0, f"{count} checks that need the real programs ({run.unavailable})")
    return "; ".join(said) or "nothing"


def _for_lack(run: Run, reason: str) -> bool:
    return bool(run.unavailable) and run.unavailable in reason


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
