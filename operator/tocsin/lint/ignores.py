"""
`# tocsin:ignore CHECK reason`: what one comment says.

It belongs to what stands below it: to a field and all in it, or above an object's first
line to the whole object. Within a text of several lines it belongs to that field.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MARK = b"tocsin:ignore"
_COMMENT = re.compile(r"^[ \t]*#+[ \t]*tocsin:ignore(?![\w-])[ \t:]*(.*)$")
_NAMES = re.compile(r"([A-Za-z][\w-]*(?:[ \t]*,[ \t]*[A-Za-z][\w-]*)*)(.*)$")


@dataclass(frozen=True, slots=True)
class Ignore:
    """One comment: the checks that it names, and why."""

    checks: tuple[str, ...]
    reason: str


def ignore_in(line: str) -> Ignore | None:
    """Read a line of a file; None where it is no such comment."""
    found = _COMMENT.match(line)
    if found is None:
        return None
    names = _NAMES.match(found[1].strip())
    if names is None:
        return Ignore((), "")
    checks = tuple(name.strip() for name in names[1].split(","))
    return Ignore(checks, names[2].strip(" \t:-"))
