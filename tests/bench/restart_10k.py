"""
Writes on a restart with many converged rules: none.

The operator is ended and started again; everything that its identity writes from then until it has
been quiet is counted, in the API server's audit log. The time until ``/readyz`` is shown beside
one plain list of the same objects.
"""

from __future__ import annotations

import time

from tests.bench.fleet import MONITORING, Fleet
from tests.bench.harness import EXACTLY, Goal, Line
from tests.bench.rules import API_VERSION
from tests.bench.session import Session


def run(session: Session) -> list[Line]:
    """Restart it a few times, now and then by a crash."""
    count = session.options.size("restart_10k", 10_000, 300)
    fleet = session.fleet(count)
    fleet.operator.restart()  # what was put off (a channel's count of users) is written now
    fleet.settle()
    writes, seconds, lists = [], [], []
    for number in range(session.options.rounds):
        lists.append(_list_everything(fleet))
        before = len(fleet.writes())
        began = time.monotonic()
        fleet.operator.restart(crash=number % 2 == 1)
        seconds.append(time.monotonic() - began)
        fleet.settle()
        made = fleet.writes()[before:]
        writes.append(float(len(made)))
        session.options.say(
            f"round {number + 1}: {writes[-1]:.0f} writes, ready in {seconds[-1]:.1f} s"
        )
        for event in made[:5]:
            session.options.say(f"  {event['verb']} {event['requestURI']}")
    what = f"{count:,} converged rules"
    return [
        Line(f"API writes on a restart, {what}", tuple(writes), "", Goal(EXACTLY, 0)),
        Line(
            f"restart until ready, {what}",
            tuple(seconds),
            "s",
            floor_name="one list of rules and children",
            floor=tuple(lists),
            compare=False,
        ),
    ]


def _list_everything(fleet: Fleet) -> float:
    """Read every rule and every child in pages, as a watch's start does."""
    began = time.monotonic()
    admin = fleet.cluster.admin
    for api_version, kind in ((API_VERSION, "AlertRule"), (MONITORING, "PrometheusRule")):
        path, token = admin.path(api_version, kind), ""
        while True:
            answer = admin.request("GET", path, query={"limit": "500", "continue": token})
            token = answer["metadata"].get("continue", "")
            if not token:
                break
    return time.monotonic() - began
