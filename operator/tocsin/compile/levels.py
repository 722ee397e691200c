"""
The levels of a rule beside each other: what can never be heard, and what always fires.

A more severe level mutes the less severe ones of the same series, so it has to be the
stricter of the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import isinf

from tocsin.api.alert_rule import AlertRuleSpec, Level
from tocsin.api.config import OperatorConfig
from tocsin.api.duration import milliseconds
from tocsin.api.number import Number, compare, promql_number
from tocsin.api.problem import Problem, Reason
from tocsin.compile.refusals import invalid


def check_levels(
    spec: AlertRuleSpec, config: OperatorConfig
) -> tuple[list[Problem], list[Problem]]:
    """Give the problems and the warnings in how a rule's levels stand to each other."""
    problems = list(_too_large(spec))
    warnings: list[Problem] = []
    for direction in ("above", "below"):
        found = _in_order(spec, config, direction)
        for milder, stricter in pairwise(found):
            said = _never_heard(direction, milder, stricter)
            if said is not None:
                problems.append(said)
        problems += _recoveries(direction, found)
    warnings += _always(spec)
    return problems, warnings


def _too_large(spec: AlertRuleSpec) -> Iterator[Problem]:
    """Refuse a number that Prometheus cannot hold: it would refuse the file with the rule."""
    for index, level in enumerate(spec.levels):
        for name in ("above", "below", "recover"):
            number: Number | None = getattr(level, name)
            if number is not None and isinf(float(promql_number(number))):
                yield invalid(
                    f"spec.levels[{index}].{name}",
                    f"{number} is more than Prometheus can hold, about 1.8e308: write less",
                )


_Placed = tuple[int, Level]


def _in_order(spec: AlertRuleSpec, config: OperatorConfig, direction: str) -> list[_Placed]:
    """Give the levels of one direction, the least severe first; unknown severities apart."""
    rank = {severity: place for place, severity in enumerate(config.severities)}
    found = [
        (index, level)
        for index, level in enumerate(spec.levels)
        if getattr(level, direction) is not None and level.severity in rank
    ]
    return sorted(found, key=lambda one: -rank[one[1].severity])


def _line(level: Level, direction: str) -> Number:
    line: Number = getattr(level, direction)
    return line


def _beyond(direction: str, one: Number, other: Number) -> int:
    """Compare two lines: 1 where the first is the stricter, 0 where they are equal."""
    return compare(one, other) * (1 if direction == "above" else -1)


def _never_heard(direction: str, milder: _Placed, stricter: _Placed) -> Problem | None:
    """Refuse a level that fires only while a more severe one mutes it."""
    (_, mild), (index, severe) = milder, stricter
    if _beyond(direction, _line(severe, direction), _line(mild, direction)) > 0:
        return None
    if _wait(severe) > _wait(mild):
        return None  # it is heard in between
    return invalid(
        f"spec.levels[{index}].{direction}",
        f"{_line(severe, direction)} is reached no later than {mild.severity}'s "
        f"{direction} {_line(mild, direction)}, so {severe.severity} would always mute "
        f"{mild.severity}: give the more severe level the stricter line, or a longer for",
    )


def _wait(level: Level) -> int:
    return milliseconds(level.for_) if level.for_ is not None else 0


def _recoveries(direction: str, levels: list[_Placed]) -> Iterator[Problem]:
    """
    Refuse a line of recovery beyond the line of the next milder level.

    The milder alert would end while it is muted, and Alertmanager drops the
    resolution of a muted alert: whoever heard of it would never hear that it ended.
    """
    for (_, mild), (index, severe) in pairwise(levels):
        line = _line(mild, direction)
        if severe.recover is not None and _beyond(direction, severe.recover, line) < 0:
            yield invalid(
                f"spec.levels[{index}].recover",
                f"{severe.recover} passes {mild.severity}'s {direction} {line}: the end of "
                f"{mild.severity} would be muted and never told; write {line} or "
                + ("more" if direction == "above" else "less"),
            )


def _always(spec: AlertRuleSpec) -> Iterator[Problem]:
    """Warn where every value is above one line or below another."""
    for index, low in enumerate(spec.levels):
        for high in spec.levels:
            if low.above is None or high.below is None or compare(low.above, high.below) >= 0:
                continue
            yield Problem(
                Reason.INVALID_SPEC,
                f"spec.levels[{index}].above",
                f"every value is above {low.above} or below {high.below}, so this rule always "
                "fires: exchange above and below if that is not meant",
            )
