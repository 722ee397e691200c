"""
What is compiled, judged by the programs that will read it.

Every golden document passes promtool and amtool; api.md's example of levels does what
its test says in Prometheus' own engine; and our model of the routing tree agrees with
Alertmanager's dispatcher on thousands of random label sets.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.integration.judged import real_programs, run, write_configuration
from tests.unit.compile import cases

from tocsin.compile.alertmanager import (
    AlertmanagerOutput,
    compile_alertmanager,
)
from tocsin.compile.routing import RouteMatch, read_tree
from tocsin.compile.yaml_text import write_yaml

pytestmark = pytest.mark.programs

LABEL_SETS = 10_000
SEED = 20_260_920


@pytest.fixture(scope="module")
def programs() -> Path:
    return real_programs()


@pytest.mark.parametrize("path", cases.paths("rules"), ids=lambda path: path.stem)
def test_promtool_takes_every_golden_rule(path: Path, programs: Path, tmp_path: Path) -> None:
    children = [one.child for one in cases.load(path).rules.values()]
    for number, child in enumerate(children):
        (tmp_path / f"{number}.yaml").write_text(write_yaml(child["spec"]))
    if children:
        run(programs / "promtool", "check", "rules", *tmp_path.glob("*.yaml"))
    else:
        assert cases.load(path).rejected


@pytest.mark.parametrize("path", cases.paths("alertmanager"), ids=lambda path: path.stem)
def test_amtool_takes_every_golden_configuration(
    path: Path, programs: Path, tmp_path: Path
) -> None:
    file = write_configuration(compile_alertmanager(cases.load(path).inputs), tmp_path)
    found = run(programs / "amtool", "check-config", file)
    assert "1 templates" in found
    assert "FAILED" not in found


@pytest.mark.parametrize(
    ("test", "case", "rule"),
    [("levels", "levels", "checkout-error-rate"), ("spoofed", "notify", "says-nothing")],
)
def test_rules_do_in_prometheus_what_they_should(
    test: str, case: str, rule: str, programs: Path, tmp_path: Path
) -> None:
    """The tests are promtool's own, in `promtool/`; each says what it shows."""
    rules = cases.load(cases.TESTDATA / "rules" / f"{case}.in.yaml").rules
    child = next(one.child for ref, one in rules.items() if ref.name == rule)
    (tmp_path / "rules.yaml").write_text(write_yaml(child["spec"]))
    copied = tmp_path / "test.yaml"
    copied.write_text((Path(__file__).parent / "promtool" / f"{test}.yaml").read_text())
    run(programs / "promtool", "test", "rules", copied)


def random_labels(source: random.Random, output: AlertmanagerOutput) -> dict[str, str]:
    """Make labels that often match something in the tree."""
    routes = output.document["route"]["routes"]
    named = [text.split('"')[1] for one in routes for text in one["matchers"]]
    values = {
        "tocsin_route": [*named, "", "retired"],
        "tocsin_namespace": [*named, "shop", "other", "broken", ""],
        "tocsin_name": ["rule", ""],
        "tocsin_kind": ["AlertRule", ""],
        "tocsin_instance": ["map[]", ""],
        "severity": ["critical", "warning", "info", "none", "P0", "P1.high", "P1xhigh", "x", ""],
        "namespace": ["shop", "victim"],
        "instance": ["a", "b"],
    }
    return {
        name: source.choice(choices) for name, choices in values.items() if source.random() < 0.7
    }


def as_judged(match: RouteMatch) -> Mapping[str, Any]:
    return {
        "receiver": match.receiver,
        "group_by": list(match.group_by),
        "group_by_all": match.group_by_all,
        "group_wait": match.group_wait,
        "group_interval": match.group_interval,
        "repeat_interval": match.repeat_interval,
    }


def test_our_route_model_agrees_with_alertmanager(programs: Path) -> None:
    """10,000 random label sets over all golden configurations, judged by Alertmanager itself."""
    source = random.Random(SEED)
    paths = cases.paths("alertmanager")
    reached: set[str] = set()
    for path in paths:
        output = compile_alertmanager(cases.load(path).inputs)
        labelsets = [random_labels(source, output) for _ in range(-(-LABEL_SETS // len(paths)))]
        question = json.dumps({"config": output.text, "labelsets": labelsets})
        judged = json.loads(run(programs / "route-judge", given=question))
        tree = read_tree(output.document)
        for labels, expected in zip(labelsets, judged, strict=True):
            matches = [as_judged(match) for match in tree.walk(labels)]
            assert matches == expected, labels
            reached |= {match["receiver"] for match in expected}
    assert {"nobody", "shop/slack", "platform/pager", "shop/boss"} <= reached


TEMPLATES = (
    *("title", "source", "severity", "text", "discord.text", "email.html"),
    *("slack.title", "slack.text", "slack.color", "pagerduty.description", "pagerduty.severity"),
)
HOSTILE = '{{ template "email.default.html" . }}<script>alert(1)</script><!channel>&'


def alerts(count: int, labels: Mapping[str, str], annotations: Mapping[str, str]) -> str:
    """Write an alert group as `amtool template render` reads it."""
    one = {
        "status": "firing",
        "labels": labels,
        "annotations": annotations,
        "startsAt": "2026-09-20T08:01:12Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.example.org",
        "fingerprint": "0",
    }
    ended = one | {"status": "resolved", "endsAt": "2026-09-20T08:21:42Z"}
    return json.dumps(
        {
            "receiver": "shop/x",
            "status": "firing" if count > 1 else "resolved",
            "alerts": [one] * (count - 1) + [ended] * min(count, 1),
            "groupLabels": {},
            "commonLabels": labels,
            "commonAnnotations": annotations,
            "externalURL": "http://alertmanager.example.org",
        }
    )


GROUPS = {
    "no alert": alerts(0, {}, {}),
    "no label": alerts(1, {}, {}),
    "many": alerts(500, {"alertname": "A", "severity": "critical"}, {"summary": "S"}),
    "hostile": alerts(
        3,
        {"alertname": HOSTILE, "severity": HOSTILE, "tocsin_namespace": "s", "tocsin_name": "r"},
        {
            "summary": HOSTILE,
            "description": HOSTILE,
            "runbook_url": "javascript:alert(1)",
            "dashboard_url": "https://grafana.example.org/d?a=1&b=<",
        },
    ),
}


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("name", TEMPLATES)
def test_messages_render_whatever_the_alerts_hold(
    name: str, group: str, programs: Path, tmp_path: Path
) -> None:
    """S09, S10: no template fails on missing parts, and alert content stays text."""
    output = compile_alertmanager(cases.load(cases.paths("alertmanager")[0]).inputs)
    write_configuration(output, tmp_path)
    (tmp_path / "data.json").write_text(GROUPS[group])
    html = name == "email.html"
    shown = run(
        programs / "amtool",
        *("template", "render", f"--template.type={'html' if html else 'text'}"),
        f"--template.glob={tmp_path}/*.tmpl",
        f"--template.data={tmp_path}/data.json",
        f'--template.text={{{{ template "tocsin.{name}" . }}}}',
    )
    assert "<no value>" not in shown
    assert len(shown) < 16_000
    if html:
        assert "<script" not in shown
        assert 'href="javascript' not in shown
    if name in {"slack.text", "slack.color"}:
        assert "<" not in shown
    if group == "hostile" and name == "text":
        assert HOSTILE in shown
