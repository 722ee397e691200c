"""What `tocsin diff` prints: lines for people, JSON for programs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from tocsin.api.shown import plain
from tocsin.cli.difference import Change, Difference, Restart

_COLORS = {"+": "\x1b[32m", "-": "\x1b[31m", "@": "\x1b[36m"}
_PLAIN = "\x1b[0m"
_FIELDS = {"tocsin_route": "notify", "tocsin_inhibit": "inhibitedBy", "alertname": "alertName"}
"""The field that a label comes from, where it has another name."""
_WORDS = {"create": "would be created", "change": "would change", "remove": "would be removed"}


def print_difference(difference: Difference, output: str) -> None:
    """Print it as `text` or `json`; what stood in the way goes to standard error."""
    for note in difference.notes:
        print(plain(f"note: {note}"), file=sys.stderr)
    for refused in difference.refused:
        print(plain(f"error: the API server would refuse {refused}"), file=sys.stderr)
    if output == "json":
        print(json.dumps(_document(difference), indent=2, ensure_ascii=False))
        return
    colored = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    for line in _lines(difference):
        text = plain(line)
        color = _COLORS.get(text[2:3], "") if colored and text.startswith("  ") else ""
        print(f"{color}{text}{_PLAIN}" if color else text)


def _lines(difference: Difference) -> Iterator[str]:
    for change in (*difference.children, *difference.receivers):
        yield from _change(change)
    for told in difference.tellings:
        yield f"{told.ref.kind} {told.ref}, severity {told.severity}: others would be told"
        yield from (f"  - {one}" for one in told.before if one not in told.after)
        yield from (f"  + {one}" for one in told.after if one not in told.before)
    if not difference.something:
        yield "nothing would change"


def _change(change: Change) -> Iterator[str]:
    yield f"{change.what} {_WORDS[change.action]}"
    yield from (f"  {line}" for line in change.lines)
    yield from (f"    {_restart(one)}" for one in change.restarts)


def _restart(one: Restart) -> str:
    named = f"alert {one.alert} of severity {one.severity}{' (noData)' if one.no_data else ''}"
    if not one.changed:
        return f"restarts: {named} goes"
    fields = ", ".join(_FIELDS.get(name, name) for name in one.changed)
    return f"restarts: {named}, because of {fields}: its `for` begins again"


def _document(difference: Difference) -> dict[str, Any]:
    return {
        "prometheusRules": [asdict(one) for one in difference.children],
        "receivers": [asdict(one) for one in difference.receivers],
        "told": [
            {
                "rule": str(one.ref),
                "severity": one.severity,
                "before": list(one.before),
                "after": list(one.after),
            }
            for one in difference.tellings
        ],
        "refused": list(difference.refused),
        "notes": list(difference.notes),
    }
