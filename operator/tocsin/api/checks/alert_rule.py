"""Rules of an AlertRule."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.api.alert_rule import AlertRuleSpec, InhibitedBy, Level
from tocsin.api.checks.notify import check_notify, not_zero
from tocsin.api.checks.rule import Rule, broken, cel_count, count
from tocsin.api.meta import KubeModel
from tocsin.api.number import compare
from tocsin.api.problem import Problem, Reason


def _has_lines(spec: AlertRuleSpec) -> bool:
    return any(level.expr is None for level in spec.levels)


def _not_beside_levels(attribute: str, field: str, cel: str) -> Rule:
    return Rule(
        lambda spec: getattr(spec, attribute) is None or not spec.levels,
        "is not used beside levels; write it into each level, or remove levels",
        field,
        f"!has(self.{cel}) || !has(self.levels) || self.levels.size() == 0",
    )


ALERT_RULE = (
    Rule(
        lambda spec: spec.expr is not None or bool(spec.levels),
        "an AlertRule needs a condition; write a PromQL expression in expr, or levels with an "
        "expr each",
        "expr",
        "has(self.expr) || (has(self.levels) && self.levels.size() > 0)",
    ),
    Rule(
        lambda spec: spec.expr is not None or not _has_lines(spec),
        "a level with above or below compares the value of a query; write the query in expr",
        "expr",
        "has(self.expr) || !has(self.levels) || self.levels.all(one, has(one.expr))",
    ),
    Rule(
        lambda spec: spec.expr is None or not spec.levels or _has_lines(spec),
        "is not used, because every level has an expr of its own; remove it, or give a level "
        "above or below",
        "expr",
        "!has(self.expr) || !has(self.levels) || self.levels.size() == 0 || "
        "self.levels.exists(one, !has(one.expr))",
    ),
    _not_beside_levels("for_", "for", "__for__"),
    _not_beside_levels("keep_firing_for", "keepFiringFor", "keepFiringFor"),
    _not_beside_levels("severity", "severity", "severity"),
    Rule(
        lambda spec: spec.no_data is None or _has_lines(spec),
        "for an expr that is a whole condition no series means that all is well; use noData only "
        "with levels that have above or below, or alert on absent(...) in a rule of its own",
        "noData",
        "!has(self.noData) || (has(self.levels) && self.levels.exists(one, !has(one.expr)))",
    ),
    Rule(
        lambda spec: not_zero(spec.interval),
        "must be longer than zero; write for example interval: 30s",
        "interval",
        shows="interval",
    ),
)
LEVEL = (
    Rule(
        lambda level: count(level.above, level.below, level.expr) == 1,
        "a level needs exactly one of above, below and expr; write for example above: 5%",
        "",
        cel_count("above", "below", "expr") + " == 1",
    ),
    Rule(
        lambda level: level.recover is None or level.expr is None,
        "needs above or below; an expr of a level's own has no line to recover at",
        "recover",
        "!has(self.recover) || !has(self.expr)",
    ),
    Rule(
        lambda level: (
            level.recover is None or level.above is None or compare(level.recover, level.above) < 0
        ),
        "must be less than above, so that the alert ends at a lower value than it begins; "
        "write for example above: 5% and recover: 3%",
        "recover",
        shows="recover",
    ),
    Rule(
        lambda level: (
            level.recover is None or level.below is None or compare(level.recover, level.below) > 0
        ),
        "must be greater than below, so that the alert ends at a higher value than it begins; "
        "write for example below: 10% and recover: 20%",
        "recover",
        shows="recover",
    ),
)
INHIBITED_BY = (
    Rule(
        lambda one: count(one.kind, one.name) == (0 if one.alert_name is not None else 2),
        "name the source by kind and name, or by alertName; write for example "
        "{kind: HealthCheck, name: checkout-db} or {alertName: KubeAPIDown}",
        "",
        "has(self.alertName) ? !has(self.kind) && !has(self.name) : "
        "has(self.kind) && has(self.name)",
    ),
    Rule(
        lambda one: one.namespace is None or one.alert_name is None,
        "belongs to kind and name; an alertName is looked for in all namespaces",
        "namespace",
        "!(has(self.__namespace__) && has(self.alertName))",
        shows="namespace",
    ),
    Rule(
        lambda one: len(set(one.equal)) == len(one.equal),
        "holds a label twice; name each label once",
        "equal",
        shows="equal",
    ),
)
CEL_RULES: dict[type[KubeModel], tuple[Rule, ...]] = {
    AlertRuleSpec: ALERT_RULE,
    Level: LEVEL,
    InhibitedBy: INHIBITED_BY,
}


def check_alert_rule(spec: AlertRuleSpec) -> tuple[Problem, ...]:
    """Check what stands between the fields of an AlertRule; empty where all is well."""
    return tuple(_problems(spec))


def check_inhibited_by(sources: tuple[InhibitedBy, ...], path: str) -> Iterator[Problem]:
    """Check a list of what mutes an object's alerts."""
    for position, source in enumerate(sources):
        yield from broken(INHIBITED_BY, source, f"{path}[{position}]")


def _problems(spec: AlertRuleSpec) -> Iterator[Problem]:
    yield from broken(ALERT_RULE, spec, "spec")
    seen: set[str] = set()
    for position, level in enumerate(spec.levels):
        yield from broken(LEVEL, level, f"spec.levels[{position}]")
        if level.severity in seen:
            yield _twice(f"spec.levels[{position}].severity", level.severity, "severity")
        seen.add(level.severity)
    yield from check_inhibited_by(spec.inhibited_by, "spec.inhibitedBy")
    yield from check_notify(spec.notify, "spec.notify")
    names: set[str] = set()
    for position, test in enumerate(spec.tests):
        if test.name in names:
            yield _twice(f"spec.tests[{position}].name", test.name, "name")
        names.add(test.name)


def _twice(field: str, value: str, what: str) -> Problem:
    message = f'"{value}" stands twice; give each entry a {what} of its own'
    return Problem(Reason.INVALID_SPEC, field, message)
