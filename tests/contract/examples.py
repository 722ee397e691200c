"""The folders of examples: what must be taken, and what must be refused, by whom and how."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

import yaml

_HERE = Path(__file__).parent
By = Literal["schema", "cel", "status"]


@dataclass(frozen=True, slots=True)
class Invalid:
    """One mistake: who refuses it, what our message must hold, and what the server's must."""

    name: str
    refused_by: By
    says: str
    server_says: str
    document: dict[str, Any]


def invalid_examples() -> list[Invalid]:
    """Give all invalid examples, read from `invalid/`."""
    return [_read(path) for path in sorted((_HERE / "invalid").glob("*.yaml"))]


def valid_examples() -> dict[str, dict[str, Any]]:
    """Give all valid examples by their names, read from `valid/`."""
    return {
        f"{path.stem}:{document['kind']}/{document['metadata']['name']}": document
        for path in sorted((_HERE / "valid").glob("*.yaml"))
        for document in yaml.safe_load_all(path.read_text(encoding="utf-8"))
    }


def _read(path: Path) -> Invalid:
    text = path.read_text(encoding="utf-8")
    head = dict(
        line.removeprefix("# ").split(": ", 1)
        for line in text.splitlines()
        if line.startswith("# ") and ": " in line
    )
    by = head["refused-by"]
    if by not in {"schema", "cel", "status"}:
        raise ValueError(f"{path}: refused-by is schema, cel or status, not {by!r}")
    return Invalid(
        name=path.stem,
        refused_by=cast("By", by),
        says=head["says"],
        server_says=head.get("server-says", head["says"].split(": ", 1)[-1]),
        document=yaml.safe_load(text),
    )
