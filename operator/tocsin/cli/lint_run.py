"""
Files in, findings out: the operator's own core first, then every check of `tocsin.lint`.

The expressions are judged by the child process while this one reads what they say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from tocsin.api.meta import ObjectRef
from tocsin.api.problem import Reason
from tocsin.cli.beside import Beside
from tocsin.cli.lint_ignores import Ignores
from tocsin.cli.lint_report import UNREADABLE, Reported, Told, report
from tocsin.cli.offline import Confine, Finding, Judge, Offline
from tocsin.cli.offline_inputs import alertmanager_inputs
from tocsin.cli.sources import Position, Source, Unreadable, objects_in
from tocsin.compile.inputs import AlertmanagerInputs
from tocsin.compile.routing import routing_of
from tocsin.compile.rules import CompiledRule, expressions_of
from tocsin.lint.checks import comparison_missing
from tocsin.lint.core import field_of_channel, routing_level
from tocsin.lint.finding import Level
from tocsin.lint.registry import BY_NAME
from tocsin.lint.rule import Outline, Rule, Settings, rule_of
from tocsin.lint.run import Found, look_at_rule, look_at_set
from tocsin.lint.world import World, fixed_labels_of
from tocsin.promql.outline import facts_of
from tocsin.promql.verdict import Verdict

if TYPE_CHECKING:
    from tocsin.compile.base.configuration import BaseConfiguration

_FEW = 300
"""Rules that are checked sooner than a fork of this process is made."""
_COMPARISON = comparison_missing.CHECK.name


class Lint:
    """One run over some files; `offline` has the counts afterwards."""

    def __init__(
        self,
        settings: Settings,
        namespace: str,
        judge: Judge,
        confine: Confine | None = None,
        *,
        base: BaseConfiguration | None = None,
    ) -> None:
        self._settings = settings
        self._base = base
        self._judge = judge
        self.offline = Offline(settings.config, namespace, confine=confine)

    def run(self, sources: Sequence[Source | Unreadable]) -> list[Reported]:
        """Give everything that is to be told, in the order of the files and their lines."""
        for found in objects_in(sources):
            self.offline.take(found)
        readable = [one for one in sources if isinstance(one, Source)]
        ignores = Ignores(readable)
        told = [one for one in self._told() if not ignores.ignores(one)]
        by_name = {one.name: one for one in readable}
        reported = [report(one, by_name) for one in told]
        reported += [_comment(*one) for one in ignores.findings()]
        order = {one.name: index for index, one in enumerate(sources)}
        return sorted(
            reported,
            key=lambda one: (order[one.file], one.position.line, one.position.column, one.check),
        )

    def _told(self) -> Iterator[Told]:
        compiled, found = self._compile()
        rules = {ref: self._rule(ref, lambda _text: None) for ref in compiled}
        channels = self.offline.check_channels()
        inputs = alertmanager_inputs(self.offline, compiled, channels, self._base)
        world = self._world(rules, compiled, inputs)
        found = [one for one in found if one.ref in compiled]
        found += look_at_set(world)
        said = {(one.ref, one.finding.field) for one in found if one.check == _COMPARISON}
        for one in self.offline.findings:
            # The core warns of this, too, with fewer words.
            if one.is_error or (one.ref, one.problem.field) not in said:
                yield _of_core(one, world)
        yield from self._routing(world)
        yield from map(self._of_check, found)

    def _compile(self) -> tuple[dict[ObjectRef, CompiledRule], list[Found]]:
        """Judge, compile and check each rule, which three processes can do at the same time."""
        rules = self.offline.rules
        checks = Beside(self._checked, worthwhile=len(rules) > _FEW)
        texts = [text for _, rule in rules.values() for text in expressions_of(rule.spec)]
        verdicts: Mapping[str, Verdict] = self._judge(texts) if texts else {}
        compiled = self.offline.compile_rules(lambda _texts: verdicts)
        return compiled, checks.result()

    def _checked(self) -> list[Found]:
        """Run the checks of single rules; what is refused is among them, and left out later."""
        return [
            found
            for ref in self.offline.rules
            for found in look_at_rule(self._rule(ref, facts_of), self._settings)
        ]

    def _rule(self, ref: ObjectRef, outline: Outline) -> Rule:
        return rule_of(ref, self.offline.rules[ref][1].spec, self._settings.config, outline)

    def _world(
        self,
        rules: Mapping[ObjectRef, Rule],
        compiled: Mapping[ObjectRef, CompiledRule],
        inputs: AlertmanagerInputs,
    ) -> World:
        rejected = {one.ref for one in self.offline.findings if one.is_error}
        channels = {
            (ref.namespace, ref.name) for ref in rejected if ref and ref.kind != "AlertRule"
        }
        incomplete = any(ref is None or ref.kind == "AlertRule" for ref in rejected)
        return World(rules, compiled, inputs, self._settings, incomplete, frozenset(channels))

    def _routing(self, world: World) -> Iterator[Told]:
        unheard: set[str] = set()
        for ref, one in world.compiled.items():
            named = {each.namespace for each in one.block.everyone} if one.block else set()
            namespaces = named | {ref.namespace}
            if any(world.lost_channels_of(each) for each in namespaces):
                continue  # their own errors are told; what follows from them is not
            labels = fixed_labels_of(one)
            for problem in routing_of(
                ref, one.block, one.severities, world.inputs, labels
            ).problems:
                level = routing_level(problem, ref, world)
                if level is Level.INFO and problem.reason is Reason.NO_RECEIVER:
                    # Said once a namespace: it is about these files, not about each rule.
                    if ref.namespace in unheard:
                        continue
                    unheard.add(ref.namespace)
                place = self.offline.rules[ref][0]
                field = field_of_channel(problem, ref, world)
                yield Told(place, ref, problem.reason, level, field, problem.message)

    def _of_check(self, found: Found) -> Told:
        one = found.finding
        known = self.offline.rules if found.ref.kind == "AlertRule" else self.offline.channels
        place = known[found.ref][0]
        return Told(place, found.ref, found.check, found.level, one.field, one.message, one.span)


def _of_core(one: Finding, world: World) -> Told:
    level = Level.ERROR if one.is_error else Level.WARNING
    if not one.is_error and one.ref is not None and one.ref in world.rules:
        level = routing_level(one.problem, one.ref, world)
    if isinstance(one.place, Unreadable):
        return Told(one.place, None, UNREADABLE, level, "", one.problem.message)
    problem = one.problem
    # What the operator refuses, no comment makes it take.
    return Told(
        one.place,
        one.ref,
        problem.reason,
        level,
        problem.field,
        problem.message,
        may_be_ignored=not one.is_error,
    )


def _comment(source: Source, line: int, check: str, message: str) -> Reported:
    text = source.text_of_line(line)
    column = len(text) - len(text.lstrip()) + 1
    where = Position(line, column, max(len(text.strip()), 1))
    return Reported(source.name, where, check, BY_NAME[check].level, message, source_line=text)
