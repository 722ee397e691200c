"""
``tocsin lint`` of many rules with every check on, beside ``promtool check rules`` on the same.

Both are timed as a user would: the whole process, start-up included, output to a file.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import yaml
from tests.bench.harness import AT_MOST, Goal, Line, interleave
from tests.bench.render_1000 import rule_file, timed
from tests.bench.rules import alert_rules
from tests.bench.session import Session
from tests.cluster import ensure_programs

_GOAL = 3.0
_TOCSIN = Path(sys.executable).parent / "tocsin"


def run(session: Session) -> list[Line]:
    """Lint and check the same rules in turn."""
    count = session.options.size("lint_5000", 5000, 500)
    session.alone()
    promtool = ensure_programs(["promtool"]) / "promtool"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, rendered, checked = (folder / n for n in ("in.yaml", "out.yaml", "rules.yaml"))
        source.write_text(yaml.safe_dump_all(alert_rules(count), sort_keys=False))
        timed([_TOCSIN, "render", source], rendered)
        checked.write_text(rule_file(rendered))
        lint: list[str | Path] = [_TOCSIN, "lint", source]
        check: list[str | Path] = [promtool, "check", "rules", checked]
        for command in (lint, check):
            timed(command, folder / "first.txt")
        arms = {
            "tocsin lint": lambda _number: timed(lint, folder / "lint.txt"),
            "promtool check rules": lambda _number: timed(check, folder / "check.txt"),
        }
        found = interleave(arms, session.options.rounds * 2, session.options.say)
    return [
        Line(
            f"tocsin lint of {count:,} rules, all checks, start-up included",
            found["tocsin lint"],
            "s",
            Goal(AT_MOST, _GOAL),
            "promtool check rules on what they become",
            found["promtool check rules"],
            note="stretch goal: 2",
        )
    ]
