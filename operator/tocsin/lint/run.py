"""Runs the checks over what has compiled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tocsin.api.meta import ObjectRef
from tocsin.lint.check import RuleCheck, SetCheck
from tocsin.lint.finding import Finding, Level
from tocsin.lint.registry import RULE_CHECKS, SET_CHECKS
from tocsin.lint.rule import Rule, Settings
from tocsin.lint.world import World


@dataclass(frozen=True, slots=True)
class Found:
    """One finding with its object, the check that made it, and its level."""

    ref: ObjectRef
    check: str
    level: Level
    finding: Finding


def look_at_rule(rule: Rule, settings: Settings) -> Iterator[Found]:
    """Run every check of single rules over one."""
    for check in RULE_CHECKS:
        for finding in check.look(rule, settings):
            yield _found(rule.ref, check, finding)


def look_at_set(world: World) -> Iterator[Found]:
    """Run every check of the set as a whole."""
    for check in SET_CHECKS:
        for ref, finding in check.look(world):
            yield _found(ref, check, finding)


def _found(ref: ObjectRef, check: RuleCheck | SetCheck, finding: Finding) -> Found:
    return Found(ref, check.name, finding.level or check.level, finding)
