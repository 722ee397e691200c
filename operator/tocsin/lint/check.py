"""A check: its name, its level, a sentence, and the function that looks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tocsin.api.meta import ObjectRef
from tocsin.lint.finding import Finding, Level
from tocsin.lint.rule import Rule, Settings
from tocsin.lint.world import World


@dataclass(frozen=True, slots=True)
class RuleCheck:
    """A check that looks at one AlertRule, which has compiled."""

    name: str
    level: Level
    summary: str
    look: Callable[[Rule, Settings], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class SetCheck:
    """A check that looks at all objects of a run together."""

    name: str
    level: Level
    summary: str
    look: Callable[[World], Iterable[tuple[ObjectRef, Finding]]]


@dataclass(frozen=True, slots=True)
class CommentCheck:
    """A check of the comments that ignore others; `ignores` itself does it."""

    name: str
    level: Level
    summary: str


Check = RuleCheck | SetCheck | CommentCheck
