"""Matchers as Tocsin writes them: one test of one label."""

from __future__ import annotations


def matcher(name: str, operator: str, value: str) -> str:
    """Write a matcher; the value is always quoted, so that both of Alertmanager's parsers agree."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'{name}{operator}"{escaped}"'
