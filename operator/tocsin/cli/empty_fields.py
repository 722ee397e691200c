"""
Fields that stand in a file without a value: `channel: #alerts` is one, by a forgotten quote.

The API server takes such a field as absent, in silence; so it is told where the file is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tocsin.api.problem import Problem, Reason

_MESSAGE = (
    "has no value, so it counts as absent: write one ({} where its defaults will do), or remove "
    "the field; a text that begins with # needs quotes"
)


def empty_fields(spec: Mapping[str, Any]) -> Iterator[Problem]:
    """Give a warning for each field of a good spec whose value is null."""
    for path in _nulls(spec, "spec"):
        yield Problem(Reason.INVALID_SPEC, path, _MESSAGE)


def _nulls(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, below in value.items():
            if below is None:
                yield f"{path}.{name}"
            elif not isinstance(below, str):
                yield from _nulls(below, f"{path}.{name}")
    elif isinstance(value, list):
        for index, below in enumerate(value):
            if not isinstance(below, str):
                yield from _nulls(below, f"{path}[{index}]")
