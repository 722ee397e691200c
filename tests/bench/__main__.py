"""
``python -m tests.bench [NAME ...]``: measure, and print a table.

Without a name everything is measured (about half an hour); with ``--quick`` in small sizes, which
tells whether it runs, not how fast. Ends with 1 where a goal was missed or a benchmark failed, 2
for wrong usage.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import shlex
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.harness import Line, Options
from tests.bench.machine import load_line, machine_line
from tests.bench.session import Session
from tests.bench.table import as_json, as_page, as_table, section

BENCHMARKS = (
    "api_writes",
    "burst_1000",
    "one_change_among_10k",
    "restart_10k",
    "memory_10k",
    "idle_cpu_10k",
    "compile_rate",
    "guard_rate",
    "compile_alertmanager",
    "route_agreement",
    "render_1000",
    "lint_5000",
    "lint_start",
    "test_500",
    "insert_among",
)
MISSED = 1


def _arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--quick", action="store_true", help="small sizes and two rounds")
    parser.add_argument("--rounds", type=int, help="how often each arm runs (default: 5)")
    parser.add_argument(
        "--size",
        action="append",
        default=[],
        metavar="NAME=NUMBER",
        help="another size for a benchmark; may be repeated",
    )
    parser.add_argument("-o", "--output", choices=("table", "json"), default="table")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the page as well")
    args = parser.parse_args(words)
    unknown = [name for name in args.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    return args


def main(words: list[str]) -> int:
    """Measure what was asked for."""
    args = _arguments(words)
    options = Options(
        quick=args.quick,
        rounds=args.rounds or (2 if args.quick else 5),
        sizes={name: int(number) for name, _, number in (s.partition("=") for s in args.size)},
        say=_say,
    )
    results: dict[str, list[Line]] = {}
    failed: dict[str, str] = {}
    command = shlex.join(["python", "-m", "tests.bench", *words])
    machine = f"{machine_line()}; load averages at the start {load_line()}"
    with Session(options) as session:
        for name in args.names or BENCHMARKS:
            module = importlib.import_module(f"tests.bench.{name}")
            explained = inspect.cleandoc(module.__doc__ or "")
            try:
                results[name] = _measure(name, module.run, session)
            except Exception as error:
                failed[name] = f"{type(error).__name__}: {error}"
                _say(f"{name}: FAILED, {failed[name]}")
                continue
            if args.write:  # after each: a run that is cut short has measured something
                made = f"Made by `{command}` on {machine}."
                sections = {name: section(name, results[name], explained, made)}
                before = args.write.read_text() if args.write.exists() else ""
                args.write.write_text(as_page(before, sections, BENCHMARKS))
    print(as_json(results, machine) if args.output == "json" else as_table(results))
    if args.output == "table":
        print(f"\n{machine}")
    missed = [line for lines in results.values() for line in lines if line.met is False]
    for name, reason in failed.items():
        print(f"not measured: {name}: {reason}", file=sys.stderr)
    return MISSED if missed or failed else 0


def _measure(name: str, run: Callable[[Session], list[Line]], session: Session) -> list[Line]:
    began = time.monotonic()
    _say(f"{name} ...")
    lines = run(session)
    _say(f"{name}: {time.monotonic() - began:.0f} s")
    return lines


def _say(text: str) -> None:
    """Progress goes to standard error, so that standard output holds the numbers alone."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
