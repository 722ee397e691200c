"""
Templates for messages: what users write, and what they get wrong.

They stand in testdata/, each behind `---`, with what comes out of them below: the text,
or after `!` why they fail. The real amtool agrees with all of it (tests/integration);
`stricter` are those that Alertmanager renders and we refuse, with the reason behind `#`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tocsin.promql.gotemplate.message import AlertData, message

TESTDATA = Path(__file__).with_name("testdata")
START = 1_700_000_000
FIRING = AlertData(
    {
        "alertname": "HighLatency",
        "severity": "critical",
        "instance": "web-1:9100",
        "team": "web",
        "path": "/a/b?c=d&e=f",
    },
    {
        "summary": "Latency <b>high</b> & \"rising\" on 'web'",
        "runbook_url": "https://r.example/x?y=1",
        "value": "0.1234",
        "javascript": "javascript:alert(1)",
    },
    START,
)
RESOLVED = AlertData(
    {
        "alertname": "HighLatency",
        "severity": "warning",
        "instance": "web-2:9100",
        "team": "web",
    },
    {"summary": "Größe über 100 % — naïve ☃", "value": "12"},
    START - 7_384,
    START + 3_600,
)
DATA = message(
    [FIRING, RESOLVED], {"alertname": "HighLatency", "team": "web"}, receiver="shop/slack"
)


def read(name: str) -> list[str]:
    """Give the templates of a file; ⏎ stands for a line break in them."""
    lines = (TESTDATA / f"{name}.txt").read_text().splitlines()
    return [line[4:].replace("⏎", "\n") for line in lines if line.startswith("--- ")]


PLAIN = read("plain")
"""Templates that Alertmanager renders as text."""
FAILING = read("failing")
"""Templates that parse and that Alertmanager fails on."""
PAGES = read("pages")
"""Templates that Alertmanager renders as HTML."""
FAILING_PAGES = read("failing_pages")
"""Pages that Alertmanager refuses or fails on."""
STRICTER = read("stricter")
"""Templates that Alertmanager renders and we refuse."""
STRICTER_PAGES = read("stricter_pages")
"""The same for pages."""


def zone_of(name: str) -> Callable[[int], tuple[str, int]] | None:
    """Read a time zone from the machine's own database."""
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None

    def at(second: int) -> tuple[str, int]:
        moment = datetime.fromtimestamp(second, zone)
        return moment.tzname() or "", int((moment.utcoffset() or timedelta()).total_seconds())

    return at
