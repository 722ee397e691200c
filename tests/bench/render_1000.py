"""
``tocsin render`` of many rules, beside ``promtool check rules`` on its output.

Both are timed as a user would: the whole process, start-up included, output to a file.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import yaml
from tests.bench.harness import AT_MOST, Goal, Line, interleave
from tests.bench.rules import alert_rules
from tests.bench.session import Session
from tests.cluster import ensure_programs

_GOAL = 3.0
_TOCSIN = Path(sys.executable).parent / "tocsin"


def run(session: Session) -> list[Line]:
    """Render and check the same rules in turn."""
    count = session.options.size("render_1000", 1000, 100)
    session.alone()
    promtool = ensure_programs(["promtool"]) / "promtool"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, rendered, checked = (folder / n for n in ("in.yaml", "out.yaml", "rules.yaml"))
        source.write_text(yaml.safe_dump_all(alert_rules(count), sort_keys=False))
        render: list[str | Path] = [_TOCSIN, "render", source]
        timed(render, rendered)
        checked.write_text(rule_file(rendered))
        check: list[str | Path] = [promtool, "check", "rules", checked]
        timed(check, folder / "check.txt")
        arms = {
            "tocsin render": lambda _number: timed(render, rendered),
            "promtool check rules": lambda _number: timed(check, folder / "check.txt"),
        }
        found = interleave(arms, session.options.rounds * 2, session.options.say)
    return [
        Line(
            f"tocsin render of {count:,} rules, start-up included",
            found["tocsin render"],
            "s",
            Goal(AT_MOST, _GOAL),
            "promtool check rules on its output",
            found["promtool check rules"],
            note="stretch goal: 2",
        )
    ]


def rule_file(rendered: Path) -> str:
    """The groups of all PrometheusRules as one rule file, which promtool takes."""
    with rendered.open() as stream:
        documents = list(yaml.load_all(stream, yaml.CSafeLoader))
    groups = [
        {**group, "name": f"{document['metadata']['namespace']}/{group['name']}"}
        for document in documents
        for group in document["spec"]["groups"]
    ]
    return yaml.dump({"groups": groups}, Dumper=yaml.CSafeDumper, sort_keys=False)


def timed(command: Sequence[str | Path], output: Path) -> float:
    """Run a command to its end, its output into a file, and give the seconds it took."""
    with output.open("w") as out:
        began = time.perf_counter()
        done = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, text=True, check=False)
        taken = time.perf_counter() - began
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stderr[-1000:]}")
    return taken
