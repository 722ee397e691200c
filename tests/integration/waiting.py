"""Bounded waits that say what was last seen."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

_INTERVAL = 0.05
_SHOWN = 3000


def wait_for(
    look: Callable[[], T], met: Callable[[T], Any], what: str, *, timeout: float = 30
) -> T:
    """Look until `met(seen)` is true and give what was seen; fails with the last look."""
    limit = time.monotonic() + timeout
    while True:
        seen = look()
        if met(seen):
            return seen
        if time.monotonic() > limit:
            raise AssertionError(f"after {timeout:g} s not yet: {what}; last seen: {_show(seen)}")
        time.sleep(_INTERVAL)


def _show(seen: Any) -> str:
    if isinstance(seen, dict) and isinstance(seen.get("metadata"), dict):
        metadata = {k: v for k, v in seen["metadata"].items() if k != "managedFields"}
        seen = {**seen, "metadata": metadata}
    text = json.dumps(seen, default=str)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
