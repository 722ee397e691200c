"""`inhibitedBy` of a run's files: cycles among them, and sources that they do not hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tocsin.api.meta import ALERT_RULE
from tocsin.api.problem import Problem
from tocsin.compile.inhibitions.graph import InhibitionGraph, cycle_problem
from tocsin.compile.inhibitions.sources import source_warnings

if TYPE_CHECKING:
    from tocsin.api.alert_rule import AlertRuleSpec
    from tocsin.api.meta import ObjectRef
    from tocsin.compile.rules import CompiledRule


def judge_inhibitions(
    compiled: Mapping[ObjectRef, CompiledRule], specs: Mapping[ObjectRef, AlertRuleSpec]
) -> tuple[dict[ObjectRef, Problem], dict[ObjectRef, list[Problem]]]:
    """
    Give the rules that close a cycle, and the warnings of the others.

    As in a cluster, whoever comes last closes it: here in the order of the files.
    """
    graph = InhibitionGraph()
    closing: dict[ObjectRef, Problem] = {}
    warnings: dict[ObjectRef, list[Problem]] = {}
    for ref, one in compiled.items():
        if one.inhibit is None:
            continue
        name = specs[ref].alert_name or ref.name
        cycle = graph.cycle(ref, name, one.inhibit)
        if cycle is not None:
            closing[ref] = cycle_problem(cycle)
            continue
        graph.put(ref, name, one.inhibit)
        own = specs[ref]

        def lookup(source: ObjectRef, own: AlertRuleSpec = own) -> AlertRuleSpec | None:
            return specs.get(source) if source.kind == ALERT_RULE else own  # else it may be there

        found = list(source_warnings(ref, own, one.inhibit, lookup))
        if found:
            warnings[ref] = found
    return closing, warnings
