"""route-judge answers with Alertmanager's own route tree."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.cluster import ProgramsUnavailable, ensure_programs

_CONFIG = """
route:
  receiver: root
  group_by: [b, a]
  routes:
    - matchers: ['team="shop"']
      receiver: shop
      group_by: ['...']
      continue: true
      group_wait: 1s
    - matchers: ['severity=~"critical|warning"']
      receiver: pager
      repeat_interval: 90m
      active_time_intervals: [office]
receivers: [{name: root}, {name: shop}, {name: pager}]
time_intervals:
  - name: office
    time_intervals: [{times: [{start_time: "08:00", end_time: "18:00"}], location: Europe/Paris}]
"""


@pytest.fixture(scope="module")
def program() -> Path:
    try:
        return ensure_programs(["route-judge"]) / "route-judge"
    except ProgramsUnavailable as reason:
        pytest.skip(f"no route-judge: {reason}")


def judge(program: Path, question: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program], input=json.dumps(question), capture_output=True, text=True, check=False
    )


def test_matches_come_in_order_with_their_grouping(program: Path) -> None:
    sets = [{"team": "shop", "severity": "critical"}, {"severity": "info"}]
    answer = judge(program, {"config": _CONFIG, "labelsets": sets})
    both, none = json.loads(answer.stdout)
    assert [match["receiver"] for match in both] == ["shop", "pager"]
    assert both[0]["group_by_all"] is True
    assert both[0]["group_wait"] == "1s"
    assert both[1] == {
        "receiver": "pager",
        "group_by": ["a", "b"],
        "group_by_all": False,
        "group_wait": "30s",
        "group_interval": "5m",
        "repeat_interval": "1h30m",
        "active_time_intervals": ["office"],
        "mute_time_intervals": [],
    }
    assert [match["receiver"] for match in none] == ["root"]


def test_ten_thousand_label_sets_are_one_batch(program: Path) -> None:
    sets = [{"team": "shop" if n % 2 else "other", "n": str(n)} for n in range(10_000)]
    answers = json.loads(judge(program, {"config": _CONFIG, "labelsets": sets}).stdout)
    assert [a[0]["receiver"] for a in answers] == ["root", "shop"] * 5_000


def test_a_configuration_that_alertmanager_refuses_is_refused(program: Path) -> None:
    answer = judge(program, {"config": "route: {receiver: absent}", "labelsets": []})
    assert answer.returncode == 1
    assert 'undefined receiver "absent"' in answer.stderr


def test_a_time_interval_holds_as_alertmanager_says(program: Path) -> None:
    """Eight in Paris is six in UTC in summer, seven in winter; the end is exclusive."""
    instants = [
        "2026-07-01T06:00:00Z",
        "2026-01-05T06:59:59Z",
        "2026-01-05T07:00:00Z",
        "2026-01-05T17:00:00Z",
    ]
    answer = judge(program, {"config": _CONFIG, "instants": instants})
    assert json.loads(answer.stdout) == {"office": [True, False, True, False]}
