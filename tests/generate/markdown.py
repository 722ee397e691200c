"""The few parts of Markdown that the generated pages are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table; a bar in a cell is escaped, and so are line breaks."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines)


def _cell(text: str) -> str:
    parts = " ".join(text.replace("|", "\\|").split()).split("`")
    # Every second part is code, in which nothing is HTML.
    return "`".join(p if n % 2 else p.replace("<", "&lt;") for n, p in enumerate(parts))


def code(text: str) -> str:
    """Write text as code; nothing stays nothing."""
    return f"`{text}`" if text else ""
