"""What mutes a rule, judged against the other rules that are there now."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tocsin.api.alert_rule import AlertRuleSpec
from tocsin.api.meta import ALERT_RULE, KubeModel, ObjectRef
from tocsin.api.parse import parse_spec
from tocsin.api.problem import Reason, Rejection
from tocsin.compile.inhibitions.graph import cycle_problem
from tocsin.compile.inhibitions.sources import source_warnings
from tocsin.compile.rules import CompiledRule
from tocsin.reconcile.entries import ALERTMANAGER, unpack
from tocsin.reconcile.queue import Urgency, WorkQueue
from tocsin.reconcile.snapshot import Snapshot


def judge_inhibition(
    snapshot: Snapshot, ref: ObjectRef, spec: AlertRuleSpec, compiled: CompiledRule | Rejection
) -> CompiledRule | Rejection:
    """Refuse a block that closes a cycle; warn of sources that are absent or slow."""
    if isinstance(compiled, Rejection) or compiled.inhibit is None:
        return compiled
    cycle = snapshot.inhibitions.graph.cycle(ref, spec.alert_name or ref.name, compiled.inhibit)
    if cycle is not None:
        return Rejection(ref, (cycle_problem(cycle),))

    def lookup(source: ObjectRef) -> KubeModel | None:
        watched = snapshot.config.watch_namespaces
        if watched and source.namespace not in watched:
            return spec  # it may be there; nothing is known of it
        entry = snapshot.resources(source.kind).get(source)
        if entry is None:
            return None
        found = parse_spec(source, unpack(entry.spec))
        return spec if isinstance(found, Rejection) else found

    warnings = source_warnings(ref, spec, compiled.inhibit, lookup)
    return replace(compiled, warnings=(*compiled.warnings, *warnings))


def note_inhibition(
    snapshot: Snapshot, queue: WorkQueue, ref: ObjectRef, compiled: CompiledRule | None
) -> None:
    """Note what mutes a rule now, and let those ask again whom a cycle kept out."""
    block = compiled.inhibit if compiled is not None else None
    name = "" if compiled is None or block is None else _alert_name(compiled.child)
    graph = snapshot.inhibitions.graph
    before = graph.alert_name_of(ref)
    changed = snapshot.inhibitions.put(ref, name, block)
    if changed:
        queue.add(ALERTMANAGER)
    if changed or before != graph.alert_name_of(ref):
        queue.add_all(kept_out(snapshot), Urgency.REPAIR)


def kept_out(snapshot: Snapshot) -> list[ObjectRef]:
    """Give the rules that a cycle keeps out; to be asked again where an edge has gone."""
    return [
        one for one, entry in snapshot.rules.items() if entry.rejected is Reason.INHIBITION_CYCLE
    ]


def recall_inhibitions(snapshot: Snapshot) -> None:
    """
    Take the edges that were accepted before a restart from the children and the record.

    Else whichever rule of a refused cycle is judged first would be taken in, and the one
    that was live would be refused.
    """
    recorded = snapshot.secret.record.inhibitions
    for at, child in snapshot.children.items():
        ref = snapshot.rule_of_child.get(at)
        entry = None if ref is None else snapshot.rules.get(ref)
        block = recorded.get(child.inhibit)
        if ref is None or entry is None or block is None or child.owner_uid != entry.uid:
            continue
        name = unpack(entry.spec).get("alertName") if ref.kind == ALERT_RULE else None
        snapshot.inhibitions.put(ref, str(name or ref.name), block.block)


def _alert_name(child: dict[str, Any]) -> str:
    return str(child["spec"]["groups"][0]["rules"][0]["alert"])
