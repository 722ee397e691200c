"""
``tocsin test`` of many rules with a test each, beside promtool alone on the same files.

Both are timed as a user would: the whole process, start-up included. The floor is one promtool
over all files, as `promtool test rules` is called by hand; ours reads and compiles the
AlertRules, writes these files, and runs as many promtools as there are processors. Each rule has
one test of thirty minutes with two series and two times.
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
from tests.bench.rules import Object, alert_rules
from tests.bench.session import Session
from tests.cluster import ensure_programs

from tocsin.api.alert_rule import AlertRuleSpec
from tocsin.api.config import OperatorConfig
from tocsin.api.meta import Resource
from tocsin.api.parse import parse_resource
from tocsin.compile.rule_tests.plan import TESTS_FILE
from tocsin.compile.rules import CompiledRule, compile_alert_rule, expressions_of
from tocsin.promql.verdict import Outcome, Verdict

_GOAL = 1.2
_TOCSIN = Path(sys.executable).parent / "tocsin"


def run(session: Session) -> list[Line]:
    """Test the same rules in turn."""
    count = session.options.size("test_500", 500, 50)
    session.alone()
    promtool = ensure_programs(["promtool"]) / "promtool"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "in.yaml"
        rules = [_with_test(rule) for rule in alert_rules(count)]
        source.write_text(yaml.safe_dump_all(rules, sort_keys=False))
        names = _write_files(rules, folder)
        ours: list[str | Path] = [_TOCSIN, "test", "--quiet", "--promtool", promtool, source]
        bare: list[str | Path] = [promtool, "test", "rules", *names]
        arms = {
            "tocsin test": lambda _number: _timed(ours, folder, 0),
            # The files ask what fires and claim that nothing does, so promtool finds them false.
            "promtool test rules": lambda _number: _timed(bare, folder, 1),
        }
        found = interleave(arms, session.options.rounds, session.options.say)
    return [
        Line(
            f"tocsin test of {count:,} rules with a test each, start-up included",
            found["tocsin test"],
            "s",
            Goal(AT_MOST, _GOAL),
            "promtool test rules on the same files",
            found["promtool test rules"],
        )
    ]


def _with_test(rule: Object) -> Object:
    job = rule["metadata"]["name"].replace("errors", "svc")
    series = f'http_requests_total{{job="{job}",code="%s"}}'
    test = {
        "name": "one in ten requests fails",
        "inputSeries": [
            {"series": series % "500", "values": "0+6x30"},
            {"series": series % "200", "values": "0+54x30"},
        ],
        "expect": [
            {"at": "3m", "firing": []},
            {"at": "20m", "firing": [{"severity": "warning", "labels": {"job": job}}]},
        ],
    }
    return {**rule, "spec": {**rule["spec"], "tests": [test]}}


def _write_files(rules: Sequence[Object], folder: Path) -> list[str]:
    """Write what `tocsin test` gives to promtool; gives the names of the test files."""
    names = []
    for number, document in enumerate(rules):
        parsed = parse_resource(document)
        assert isinstance(parsed, Resource)
        spec = parsed.spec
        assert isinstance(spec, AlertRuleSpec)
        rule = Resource(parsed.ref, parsed.uid, parsed.generation, spec)
        good = Verdict(Outcome.VALID, value_type="vector")
        compiled = compile_alert_rule(
            rule,
            verdicts=dict.fromkeys(expressions_of(spec), good),
            namespace_labels={},
            config=OperatorConfig(),
        )
        assert isinstance(compiled, CompiledRule)
        assert compiled.tests is not None
        (folder / str(number)).mkdir()
        for name, text in compiled.tests.files().items():
            (folder / str(number) / name).write_text(text)
        names.append(f"{number}/{TESTS_FILE}")
    return names


def _timed(command: Sequence[str | Path], folder: Path, expected: int) -> float:
    with (folder / "out.txt").open("w") as out:
        began = time.perf_counter()
        done = subprocess.run(command, stdout=out, stderr=out, cwd=folder, check=False)
        taken = time.perf_counter() - began
    if done.returncode != expected:
        said = (folder / "out.txt").read_text()[-1000:]
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {said}")
    return taken
