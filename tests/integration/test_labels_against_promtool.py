"""
What we say of a result's labels, beside what Prometheus' engine gives.

Hysteresis matches by these labels, so one that we miss would break it in silence.
promtool is made to print its results by expecting none.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from tests.integration.judged import real_programs
from tests.unit.promql.test_facts import ABSENCE, LABELS

from tocsin.promql.facts import ALL_BUT, EXACTLY
from tocsin.promql.outline import facts_of

pytestmark = pytest.mark.programs

_VALUES = {"x": 3, "y": 2}
_BUCKETS = [
    {"series": f'{metric}{{a="1",b="2",c="3",le="{le}"}}', "values": f"{value}x20"}
    for metric, value in _VALUES.items()
    for le in ("1", "+Inf")
]
_SINGLE = [one for one in _BUCKETS if "Inf" not in one["series"]]
"""One series a metric, so that everything matches one to one."""
_FAILURE = re.compile(
    r'expr: ("(?:[^"\\]|\\.)*")(?:(?!expr: ).)*?got:((?:(?!expr: ).)*)', re.DOTALL
)
_NAME = re.compile(r'(\w+)="')
_FAILING = {"info(x)", "nobody_knows(x)", "nobody_knows(x) or y", "sum by (a) (nobody_knows(x))"}
"""Behind a flag, or no functions at all."""


def test_labels_are_an_upper_bound(tmp_path: Path) -> None:
    texts = [text for text in LABELS if text not in _FAILING]
    tests = [
        {
            "interval": "1m",
            "input_series": series,
            "promql_expr_test": [{"expr": text, "eval_time": "10m", "exp_samples": []}],
        }
        for series in (_BUCKETS, _SINGLE)
        for text in texts
    ]
    path = tmp_path / "unit.yaml"
    path.write_text(json.dumps({"rule_files": [], "tests": tests}))
    done = subprocess.run(
        [real_programs() / "promtool", "test", "rules", path],
        capture_output=True,
        text=True,
        check=False,
    )
    shown: set[str] = set()
    for written, got in _FAILURE.findall(done.stdout + done.stderr):
        text = json.loads(written)
        facts = facts_of(text)
        assert facts is not None
        shown.add(text)
        for series in re.findall(r"\{([^}]*)\} [-+0-9.E]+", got):
            names = set(_NAME.findall(series))
            if facts.labels.kind == EXACTLY:
                assert names <= set(facts.labels.names), text
            elif facts.labels.kind == ALL_BUT:
                assert names.isdisjoint(facts.labels.names), text
    assert len(shown) >= len(texts) - 12  # some match nothing here, such as x unless y


@pytest.mark.parametrize("absence", [ABSENCE["a + b"], ABSENCE["a / b + c / b"]])
def test_what_is_derived_can_be_evaluated(absence: str, tmp_path: Path) -> None:
    """No error, and true where there are no series of that name."""
    sample = {"labels": "{}", "value": 1}
    expressions = [{"expr": absence, "eval_time": "10m", "exp_samples": [sample]}]
    path = tmp_path / "unit.yaml"
    test = {"interval": "1m", "input_series": _SINGLE, "promql_expr_test": expressions}
    path.write_text(json.dumps({"rule_files": [], "tests": [test]}))
    done = subprocess.run(
        [real_programs() / "promtool", "test", "rules", path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
