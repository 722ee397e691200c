"""
``tocsin lint`` of one file: how long until the first byte of its output.

What an editor or a pre-commit hook waits for at each save. Beside it, for scale,
``promtool check rules`` of one rule, and a Python that does nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.bench.harness import AT_MOST, Goal, Line, interleave
from tests.bench.session import Session
from tests.cluster import ensure_programs

_GOAL_SECONDS = 0.25
_TOCSIN = Path(sys.executable).parent / "tocsin"
_OBJECT = """\
apiVersion: tocsin.dev/v1alpha1
kind: AlertRule
metadata: {name: errors, namespace: shop}
spec:
  summary: "{value | percent} of the requests to {labels.pod} fail"
  expr: sum by (job) (rate(http_errors_total[5m])) / sum by (job) (rate(http_requests_total[5m])) > 0.05
"""  # noqa: E501 the expression stands on one line
_RULES = "groups: [{name: a, rules: [{alert: A, expr: up == 0}]}]\n"


def run(session: Session) -> list[Line]:
    """Time the first output of each program in turn."""
    session.alone()
    promtool = ensure_programs(["promtool"]) / "promtool"
    with tempfile.TemporaryDirectory() as name:
        rule, rules = Path(name) / "rule.yaml", Path(name) / "rules.yaml"
        rule.write_text(_OBJECT)
        rules.write_text(_RULES)
        arms = {
            "tocsin lint": lambda _number: _first_output([_TOCSIN, "lint", rule]),
            "promtool check rules": lambda _number: _first_output(
                [promtool, "check", "rules", rules]
            ),
            "python": lambda _number: _first_output([sys.executable, "-c", "print(1)"]),
        }
        for arm in arms.values():
            arm(0)  # files are in the cache from here on
        found = interleave(arms, session.options.rounds * 2, session.options.say)
    return [
        Line(
            "tocsin lint of one file, start to first output",
            found["tocsin lint"],
            "s",
            Goal(AT_MOST, _GOAL_SECONDS),
            "promtool check rules of one rule",
            found["promtool check rules"],
            compare=False,
        ),
        Line("python -c 'print(1)', start to first output", found["python"], "s"),
    ]


def _as_installed() -> dict[str, str]:
    """The environment in which Python keeps its byte code, as after `pip install`."""
    return {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _first_output(command: Sequence[str | Path]) -> float:
    began = time.perf_counter()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_as_installed()
    ) as process:
        if process.stdout is None:
            raise RuntimeError("no pipe")
        first = process.stdout.read(1)
        taken = time.perf_counter() - began
        process.stdout.read()
    if not first:
        raise RuntimeError(f"{command[0]} printed nothing")
    return taken
