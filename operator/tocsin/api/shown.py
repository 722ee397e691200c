"""Values of users, as messages show them: shortened, and harmless for terminals and logs."""

from __future__ import annotations

import json
from typing import Any

SHOWN = 60
"""How many characters of a value are shown."""


def show(value: Any) -> str:
    """Show a value shortened, as JSON, with every control character escaped."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return plain(text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…")


def plain(text: str) -> str:
    """Escape what a terminal or a log would act on: controls, line separators, direction marks."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in text)
