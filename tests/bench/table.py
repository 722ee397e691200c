"""Measured lines as a table for people, as JSON, and as the page ``docs/performance.md``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from tests.bench.harness import Goal, Line, Spread

_HEAD = ("figure", "median (min-max)", "floor or peer", "ratio", "goal", "")
_PREFACE = """\
# Performance

Written by `python -m tests.bench --write docs/performance.md` (`make bench` prints alone). Every
figure runs in turn with a floor (what cannot be avoided) or a peer, in the same run, and where
there is a ratio the goal is about the ratio of each round. The numbers are medians, with the
smallest and the largest round in brackets. A goal that was missed says so.
"""
_SECOND, _MILLISECOND = 1.0, 1e-3

Results = Mapping[str, Sequence[Line]]


def number(value: float, unit: str) -> str:
    """Three significant digits, seconds below one as milliseconds."""
    if unit == "s" and 0 < abs(value) < _SECOND:
        return f"{_plain(value / _MILLISECOND)} ms"
    return f"{_plain(value)} {unit}".strip()


def _plain(value: float) -> str:
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def spread_text(spread: Spread, unit: str) -> str:
    """``4.2 ms (3.9-5.1)``; the median alone where nothing varied."""
    text = number(spread.median, unit)
    if spread.low == spread.high:
        return text
    scale = 1 / _MILLISECOND if text.endswith(" ms") else 1
    return f"{text} ({_plain(spread.low * scale)}-{_plain(spread.high * scale)})"


def _goal_text(goal: Goal | None, line: Line) -> str:
    if goal is None:
        return "reported"
    return f"{goal.relation} {number(goal.limit, '' if line.ratios else line.unit)}"


def row(line: Line) -> tuple[str, ...]:
    """The cells of a line."""
    floor = ""
    if line.floor:
        floor = f"{spread_text(Spread.of(line.floor), line.unit)}: {line.floor_name}"
    ratio = spread_text(Spread.of(line.ratios), "") if line.ratios else ""
    met = {True: "met", False: "missed", None: ""}[line.met]
    value = spread_text(line.spread, line.unit)
    return (line.what, value, floor, ratio, _goal_text(line.goal, line), met)


def as_table(results: Results) -> str:
    """Aligned columns, benchmark by benchmark."""
    rows = [_HEAD] + [row(line) for lines in results.values() for line in lines]
    widths = [max(len(cells[i]) for cells in rows) for i in range(len(_HEAD))]
    texts = [
        "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
        for cells in rows
    ]
    notes = [f"{line.what}: {line.note}" for ls in results.values() for line in ls if line.note]
    return "\n".join([*texts, *(["", *notes] if notes else [])])


def as_json(results: Results, machine: str) -> str:
    """Everything, rounds included."""
    figures = {
        name: [
            {
                "what": line.what,
                "unit": line.unit,
                "values": line.values,
                "floor": {"name": line.floor_name, "values": line.floor} if line.floor else None,
                "ratios": line.ratios,
                "goal": None if line.goal is None else [line.goal.relation, line.goal.limit],
                "met": line.met,
                "note": line.note,
            }
            for line in lines
        ]
        for name, lines in results.items()
    }
    return json.dumps({"machine": machine, "figures": figures}, indent=2)


def section(name: str, lines: Sequence[Line], explained: str, made: str) -> str:
    """One benchmark's part of the page: what it measures, its lines, how they were made."""
    parts = [explained.replace("``", "`"), ""]
    parts += ["| " + " | ".join(_HEAD) + " |", "|" + "---|" * len(_HEAD)]
    parts += ["| " + " | ".join(_cell(cell) for cell in row(line)) + " |" for line in lines]
    parts += ["", made]
    parts += [f"\n{line.what}: {line.note}" for line in lines if line.note]
    return f"## {name}\n\n" + "\n".join(parts) + "\n"


def as_page(before: str, sections: Mapping[str, str], order: Sequence[str]) -> str:
    """The page: new sections in place of the old ones, those of other benchmarks as they were."""
    _, *old = re.split(r"^## ", before, flags=re.MULTILINE)
    kept = {part.split("\n", 1)[0].strip(): f"## {part.rstrip()}\n" for part in old}
    found = {**kept, **sections}
    return "\n".join([_PREFACE, *(found[name] for name in order if name in found)])


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<=", "≤").replace(">=", "≥")
