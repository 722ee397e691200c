"""Who reads a message's template, and how: what its verdict depends on beside the text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MessageUse:
    """Who reads a message's template, and how."""

    trusted: bool = False
    """Whether the namespace may use what tenants may not."""
    html: bool = False
    """Whether Alertmanager renders it as a page."""
    resolves: bool = True
    """Whether the channel tells of resolved alerts, too."""
    version: str = "0.34.2"
    """Alertmanager's."""
    severities: tuple[str, ...] = ("critical", "warning", "info", "none")
    document: bool = False
    """Whether what it writes must be JSON, as Jira's API 3 asks."""
