"""
The base: an Alertmanager configuration that was there before, and is kept.

Here it is a value: what was read and judged (`tocsin.compile.base.reading`) and is put
into Tocsin's own configuration (`tocsin.compile.base.merge`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tocsin.compile.base.view import BaseView


@dataclass(frozen=True, slots=True)
class BaseConfiguration:
    """An existing configuration that was judged good, and the files that it brings along."""

    document: Mapping[str, Any]
    """The configuration as a tree, as its owner wrote it."""
    view: BaseView
    """What it does to alerts."""
    text: str = field(default="", repr=False)
    """The bytes it was read from, to be kept beside the merged configuration."""
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """Further keys of the Alertmanager Secret that it names: templates, credentials."""
    digest: str = ""
    """Of text and files: equal digests mean nothing changed."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BaseConfiguration) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)
