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
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.integration.judged import real_programs, run, write_configuration
from tests.unit.compile import cases
from tests.unit.compile.clocks import counted_short, is_open
from tests.unit.compile.random_trees import (
    as_judged,
    question,
    random_inputs,
    random_labels,
    random_times,
)

from tocsin.compile.alertmanager import compile_alertmanager
from tocsin.compile.hours import both, hours_of
from tocsin.compile.routes import TimeIntervals
from tocsin.compile.routing import check_document, read_tree
from tocsin.compile.yaml_text import write_yaml

pytestmark = pytest.mark.programs

LABEL_SETS = 10_000
RANDOM_TREES = 20
RANDOM_CONFIGURATIONS = 100
PAIRS, INSTANTS = 150, 200
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
    [
        ("levels", "levels", "checkout-error-rate"),
        ("spoofed", "notify", "says-nothing"),
        ("recover", "recover", "error-rate"),
        ("recover-below", "recover", "disk"),
        ("recover-gap", "recover", "total"),
        ("no-data", "no-data", "error-rate"),
        ("no-data-of-series", "no-data", "depth"),
        ("no-data-of-two-ratios", "no-data", "two-ratios"),
        ("confined", "confined", "error-rate"),
    ],
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


def test_our_route_model_agrees_with_alertmanager(programs: Path) -> None:
    """
    Random label sets over golden and random trees, judged by Alertmanager itself.

    `python -m tests.bench route_agreement` asks 10,000 of each of 200 trees.
    """
    source = random.Random(SEED)
    trees = [cases.load(path).inputs for path in cases.paths("alertmanager")]
    trees += [random_inputs(source) for _ in range(RANDOM_TREES)]
    reached: set[str] = set()
    for inputs in trees:
        output = compile_alertmanager(inputs)
        labelsets = [random_labels(source, inputs) for _ in range(LABEL_SETS // len(trees))]
        asked = json.dumps(question(output, labelsets))
        judged = json.loads(run(programs / "route-judge", given=asked))
        tree = read_tree(output.document)
        for labels, expected in zip(labelsets, judged, strict=True):
            assert [as_judged(match) for match in tree.walk(labels)] == expected, labels
            reached |= {match["receiver"] for match in expected}
    assert {"nobody", "shop/slack", "platform/pager", "shop/boss", "shop/low"} <= reached


def test_amtool_takes_every_random_configuration(programs: Path, tmp_path: Path) -> None:
    """All of a shape at once: amtool is asked about many files in one run."""
    source = random.Random(SEED)
    files = []
    for number in range(RANDOM_CONFIGURATIONS):
        folder = tmp_path / str(number)
        folder.mkdir()
        output = compile_alertmanager(random_inputs(source))
        assert check_document(output.document) == ()
        files.append(write_configuration(output, folder))
    found = run(programs / "amtool", "check-config", *files)
    assert found.count("SUCCESS") >= RANDOM_CONFIGURATIONS
    assert "FAILED" not in found


def test_active_times_hold_in_alertmanager_when_the_user_means_them(programs: Path) -> None:
    """Both lists at once, over midnight, at month's ends and where clocks are changed."""
    source = random.Random(SEED)
    moments = [
        datetime(2025, 12, 20, tzinfo=UTC) + timedelta(minutes=source.randrange(4 * 525_600))
        for _ in range(INSTANTS)
    ]
    moments += [
        datetime(2028, month, day, 0, minute, tzinfo=UTC) - timedelta(hours=hour)
        for month in (2, 3, 7, 10)
        for day in (1, 26, 29)
        for minute in (0, 29)
        for hour in range(-6, 7)
    ]
    asked, pairs, times = [], [], TimeIntervals()
    for _ in range(PAIRS):
        owner, reference = random_times(source), random_times(source)
        windows = both(hours_of(owner), hours_of(reference))
        if windows is not None:
            pairs.append((owner, reference, times.of(windows)))
    assert len(pairs) > PAIRS // 3
    config = {
        "route": {"receiver": "nobody"},
        "receivers": [{"name": "nobody"}],
        "time_intervals": times.entries(),
    }
    asked = [moment.isoformat() for moment in moments]
    given = json.dumps({"config": write_yaml(config), "instants": asked})
    holds = json.loads(run(programs / "route-judge", given=given))
    for owner, reference, said in pairs:
        active = [holds[name] for name in said.get("active_time_intervals", ())]
        muted = [holds[name] for name in said.get("mute_time_intervals", ())]
        for at, moment in enumerate(moments):
            sent = all(one[at] for one in active) and not any(one[at] for one in muted)
            expected = is_open(owner, moment) and is_open(reference, moment)
            if not counted_short([*owner, *reference], moment):
                assert sent == expected, (moment, owner, reference)


TEMPLATES = (
    *("title", "source", "severity", "text", "discord.text", "email.html"),
    *("slack.title", "slack.text", "color", "headline", "pagerduty.severity"),
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
    if name in {"slack.text", "color"}:
        assert "<" not in shown
    if group == "hostile" and name == "text":
        assert HOSTILE in shown
