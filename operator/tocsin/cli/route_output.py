"""What `tocsin route` prints: a table for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tocsin.api.shown import plain
from tocsin.cli.routes import AlertRoutes, Told

_HEAD = ("ALERT", "SEVERITY", "TOLD", "FIRST", "NEWS", "AGAIN", "WHEN")
_EVERYTHING = "..."
_NO_DATA = "noData"


def print_routes(routes: Sequence[AlertRoutes], output: str) -> None:
    """Print the routes as `table`, `wide` or `json`."""
    if output == "json":
        print(json.dumps([_document(one) for one in routes], indent=2, ensure_ascii=False))
        return
    wide = output == "wide"
    rows = [row for one in routes for row in _rows(one, wide=wide)]
    if rows:
        _print_table((*_HEAD, "GROUPED BY", "ROUTE") if wide else _HEAD, rows)


def _rows(one: AlertRoutes, *, wide: bool) -> Iterator[tuple[str, ...]]:
    """Give a row for each who is told; what repeats the row above stays empty."""
    named = str(one.ref) if one.ref is not None else one.labels.get("alertname", "(these labels)")
    severity = one.labels.get("severity", "")
    if one.labels.get("tocsin_instance") == _NO_DATA:
        severity = f"{severity} ({_NO_DATA})"
    if not one.told:
        yield named, severity, "nobody, on purpose" if one.on_purpose else "nobody"
    for index, told in enumerate(one.told):
        match = told.match
        row = (
            *(("", "") if index else (named, severity)),
            told.receiver,
            match.group_wait,
            match.group_interval,
            match.repeat_interval,
            "; ".join(told.hours) or "always",
        )
        yield (*row, ", ".join(_grouped(told)), " ".join(told.path)) if wide else row


def _grouped(told: Told) -> tuple[str, ...]:
    return (_EVERYTHING,) if told.match.group_by_all else told.match.group_by


def _print_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    table = [head, *(tuple(plain(cell) for cell in row) for row in rows)]
    widths = [max(len(row[at]) for row in table if at < len(row)) for at in range(len(head))]
    for row in table:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip()
        )


def _document(one: AlertRoutes) -> dict[str, Any]:
    rule = {} if one.ref is None else {"rule": str(one.ref)}
    return {
        **rule,
        "labels": dict(one.labels),
        "onPurpose": one.on_purpose,
        "told": [
            {
                "receiver": told.receiver,
                "groupBy": list(_grouped(told)),
                "groupWait": told.match.group_wait,
                "groupInterval": told.match.group_interval,
                "repeatInterval": told.match.repeat_interval,
                "hours": list(told.hours),
                "route": list(told.path),
            }
            for told in one.told
        ],
    }
