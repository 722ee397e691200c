"""
Our verdicts beside those of the real promtool and amtool.

Valid means that promtool accepts, Invalid that it refuses; what is called Invalid
because each evaluation would fail is loaded and then evaluated by promtool. For
Unsupported nothing is claimed. Where the two disagree, `DISAGREEMENTS` says why.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.cluster import ProgramsUnavailable, ensure_programs
from tests.unit.promql import expressions, generated, template_cases

from tocsin.promql.parse import judge
from tocsin.promql.placeholders import FILTERS, TEXT_FILTERS, to_go_template
from tocsin.promql.templates import check_template
from tocsin.promql.tenancy import confine
from tocsin.promql.verdict import Outcome

pytestmark = pytest.mark.programs

VALID = [text for texts in expressions.VALID.values() for text in texts]
DISAGREEMENTS = {
    "the expression is a range of samples": "loaded; each evaluation fails",
    "the expression is a string": "loaded; each evaluation fails",
    "label_replace() cannot use the pattern": "loaded; each evaluation fails",
    "label_replace() has an empty target": "loaded; each evaluation fails",
    "label_join() has an empty": "loaded; each evaluation fails",
}
"""Every kind of expression that promtool takes and we refuse, by how our message begins.

There is no other disagreement: over 20,000 generated expressions and the 2,785 in
Prometheus' own tests, nothing that we call valid is refused by promtool. About a fifth
of the latter is Unsupported: newer than promql-parser 0.11, or behind a flag.
"""
GENERATED = 2_000
_RULE = re.compile(r'rule \d+, "(E\d+)"')
_HOLLOW = {"x\x00", "x\x0b"}
"""Control characters, which no YAML carries as they are; the guard's own tests have them."""


@pytest.fixture(scope="module")
def bin_folder() -> Path:
    try:
        return ensure_programs(["promtool", "amtool"])
    except ProgramsUnavailable as reason:
        pytest.skip(f"the real programs cannot be had: {reason}")


def write_rules(folder: Path, rules: Sequence[dict[str, Any]]) -> Path:
    """Write rules named E0, E1, …, each in a group of its own; JSON is YAML."""
    groups = [
        {"name": f"g{number}", "rules": [{"alert": f"E{number}", **rule}]}
        for number, rule in enumerate(rules)
    ]
    path = folder / "rules.yaml"
    path.write_text(json.dumps({"groups": groups}))
    return path


def refused(program: Path, path: Path) -> set[int]:
    """Ask promtool, and give the numbers of the rules that it refuses."""
    answer = subprocess.run(
        [program, "check", "rules", path], capture_output=True, text=True, check=False
    )
    names = {int(name[1:]) for name in _RULE.findall(answer.stdout + answer.stderr)}
    assert (answer.returncode == 0) == (not names), answer.stderr
    return names


def test_what_is_valid_is_accepted(bin_folder: Path, tmp_path: Path) -> None:
    assert all(judge(text).outcome is Outcome.VALID for text in VALID)
    path = write_rules(tmp_path, [{"expr": text} for text in VALID])
    assert [VALID[number] for number in refused(bin_folder / "promtool", path)] == []


def test_what_is_invalid_is_refused(bin_folder: Path, tmp_path: Path) -> None:
    texts = [text for text in expressions.INVALID if text not in _HOLLOW]
    assert all(judge(text).outcome is Outcome.INVALID for text in texts)
    path = write_rules(tmp_path, [{"expr": text} for text in texts])
    wrong = set(range(len(texts))) - refused(bin_folder / "promtool", path)
    assert [texts[number] for number in wrong] == []


def test_generated_expressions_are_judged_alike(bin_folder: Path, tmp_path: Path) -> None:
    """Made by PromQL's grammar; every third is spoiled, so that many are wrong."""
    texts = []
    for seed in range(GENERATED):
        random = Random(seed)
        text = generated.expression(random, random.choice([1, 2, 3]))
        texts.append(generated.spoiled(random, text) if seed % 3 == 0 else text)
    found = refused(bin_folder / "promtool", write_rules(tmp_path, [{"expr": t} for t in texts]))
    verdicts = [judge(text) for text in texts]
    outcomes = [verdict.outcome for verdict in verdicts]
    wrong = [
        text
        for number, (text, verdict) in enumerate(zip(texts, verdicts, strict=True))
        if (verdict.outcome is Outcome.VALID and number in found)
        or (
            verdict.outcome is Outcome.INVALID
            and number not in found
            and not verdict.message.startswith(tuple(DISAGREEMENTS))
        )
    ]
    assert wrong == []
    assert outcomes.count(Outcome.VALID) > GENERATED / 2
    assert outcomes.count(Outcome.INVALID) > GENERATED / 10
    assert outcomes.count(Outcome.UNSUPPORTED) < GENERATED / 100


def test_what_is_confined_is_accepted(bin_folder: Path, tmp_path: Path) -> None:
    made = [generated.expression(Random(seed)) for seed in range(GENERATED)]
    good = [text for text in [*VALID, *made] if judge(text).outcome is Outcome.VALID]
    texts = [one.text for one in (confine(text, "shop") for text in good) if one.text]
    assert len(texts) > GENERATED / 2
    path = write_rules(tmp_path, [{"expr": text} for text in texts])
    assert [texts[number] for number in refused(bin_folder / "promtool", path)] == []


@pytest.mark.parametrize("text", expressions.LOADED_ANYWAY)
def test_what_is_loaded_anyway_fails_at_evaluation(
    bin_folder: Path, tmp_path: Path, text: str
) -> None:
    path = write_rules(tmp_path, [{"expr": text}])
    assert refused(bin_folder / "promtool", path) == set()
    answer = evaluate(bin_folder, path, [])
    assert answer.returncode != 0
    assert "rule: E0" in answer.stdout + answer.stderr


def evaluate(
    bin_folder: Path, path: Path, expected: list[dict[str, Any]]
) -> subprocess.CompletedProcess[str]:
    """Let promtool evaluate the rules on a series x, and compare the alert E0."""
    series = {"series": 'x{a="1", b="2", job="api"}', "values": "1x10"}
    alert = {"eval_time": "5m", "alertname": "E0", "exp_alerts": expected}
    test = {"interval": "1m", "input_series": [series], "alert_rule_test": [alert]}
    unit = path.with_name("unit.yaml")
    unit.write_text(json.dumps({"rule_files": [str(path)], "tests": [test]}))
    return subprocess.run(
        [bin_folder / "promtool", "test", "rules", unit],
        capture_output=True,
        text=True,
        check=False,
    )


def test_good_templates_are_accepted(bin_folder: Path, tmp_path: Path) -> None:
    texts = template_cases.GOOD
    assert [text for text in texts if check_template(text, product="prometheus")] == []
    path = write_rules(tmp_path, [{"expr": "x", "annotations": {"a": text}} for text in texts])
    assert [texts[number] for number in refused(bin_folder / "promtool", path)] == []


def test_bad_templates_are_refused(bin_folder: Path, tmp_path: Path) -> None:
    texts = list(template_cases.BAD)
    assert all(check_template(text, product="prometheus") for text in texts)
    path = write_rules(tmp_path, [{"expr": "x", "labels": {"a": text}} for text in texts])
    wrong = set(range(len(texts))) - refused(bin_folder / "promtool", path)
    assert [texts[number] for number in wrong] == []


@pytest.mark.parametrize("text", template_cases.FAILING)
def test_failing_templates_fail_when_the_alert_fires(
    bin_folder: Path, tmp_path: Path, text: str
) -> None:
    path = write_rules(tmp_path, [{"expr": "x", "annotations": {"a": text}}])
    assert refused(bin_folder / "promtool", path) == set()
    answer = evaluate(bin_folder, path, [])
    assert "error expanding template" in answer.stdout + answer.stderr


def test_placeholders_expand_to_what_they_promise(bin_folder: Path, tmp_path: Path) -> None:
    chains = [f"{{value | {name}}}" for name in FILTERS if name not in TEXT_FILTERS]
    chains += [f"{{labels.job | {name}}}" for name in TEXT_FILTERS]
    text = " ".join([*chains, "{value}", '{labels["a"]}', "{foo}", "${value}"])
    compiled = to_go_template(text)
    assert compiled.problem is None
    path = write_rules(tmp_path, [{"expr": "x", "annotations": {"a": compiled.text}}])
    written = "100% 1 1s 1B 1970-01-01 00:00:01 +0000 UTC API api Api 1 1 {foo} ${value}"
    labels = {"a": "1", "b": "2", "job": "api"}
    answer = evaluate(bin_folder, path, [{"exp_labels": labels, "exp_annotations": {"a": written}}])
    assert answer.returncode == 0, answer.stdout + answer.stderr


def amtool_accepts(bin_folder: Path, folder: Path, texts: Sequence[str]) -> bool:
    """Ask amtool about texts, each in a template file of its own."""
    folder.mkdir()
    for number, text in enumerate(texts):
        (folder / f"{number}.tmpl").write_text(text)
    config = folder / "alertmanager.yaml"
    config.write_text(
        json.dumps(
            {
                "route": {"receiver": "nobody"},
                "receivers": [{"name": "nobody"}],
                "templates": [str(folder / "*.tmpl")],
            }
        )
    )
    answer = subprocess.run(
        [bin_folder / "amtool", "check-config", config], capture_output=True, text=True, check=False
    )
    return answer.returncode == 0


def test_alertmanager_agrees_on_its_templates(bin_folder: Path, tmp_path: Path) -> None:
    good = template_cases.ALERTMANAGER_GOOD
    assert [text for text in good if check_template(text, product="alertmanager")] == []
    assert amtool_accepts(bin_folder, tmp_path / "good", good)
    for number, text in enumerate(template_cases.ALERTMANAGER_BAD):
        assert check_template(text, product="alertmanager")
        assert not amtool_accepts(bin_folder, tmp_path / f"bad{number}", [text]), text
