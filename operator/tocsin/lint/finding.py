"""What a check says: a field, a sentence, and perhaps the characters that are meant."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad a finding is; only errors fail a run, with `--strict` warnings too."""

    ERROR = "error"
    """It cannot work: the operator refuses it, or the alert can never fire."""
    WARNING = "warning"
    """It works, and most probably not as it is meant."""
    INFO = "info"
    """It could be better, or cannot be judged from these files."""


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One thing that a check found in one object.

    `field` is the path in the object; `span` an offset and a length in the field's text.
    `level` is the check's own where it is None.
    """

    field: str
    message: str
    span: tuple[int, int] | None = None
    level: Level | None = None
