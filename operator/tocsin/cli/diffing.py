"""The two compilations that `tocsin diff` compares: the cluster's, and it with the files."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tocsin.api.meta import ALERT_RULE, ObjectRef
from tocsin.cli.difference import (
    Change,
    Difference,
    child_change,
    receiver_changes,
    telling_changes,
)
from tocsin.cli.live import Live, LiveCluster
from tocsin.cli.offline import Offline
from tocsin.cli.routes import AlertRoutes, configuration_of, routes_of
from tocsin.cli.sources import Object, Place, Source, Unreadable
from tocsin.compile.base.configuration import BaseConfiguration
from tocsin.compile.names import child_name
from tocsin.compile.rules import CompiledRule
from tocsin.errors import ClusterError

_LIVE = Place(Source("<cluster>", b""), 0)


@dataclass(frozen=True, slots=True)
class Compiled:
    """One set of objects, compiled."""

    offline: Offline
    rules: Mapping[ObjectRef, CompiledRule]
    document: Mapping[str, Any]
    routes: Sequence[AlertRoutes]


Compile = Callable[[Offline], Mapping[ObjectRef, CompiledRule]]


async def difference(
    cluster: LiveCluster,
    found: Sequence[Object | Unreadable],
    begin: Callable[[], Offline],
    compile_rules: Compile,
    base: BaseConfiguration | None = None,
) -> tuple[Difference, Offline]:
    """
    Give what applying the files would change, and the files with what was found in them.

    Raises ClusterError where the cluster cannot be read.
    """
    files = _taken(begin(), found)
    ours = {*files.rules, *files.channels}
    live = await cluster.read({ref.namespace for ref in ours})
    refused, notes = await _judged_by_the_server(cluster, _documents(found, files.namespace), ours)
    before = _compiled(_with_live(begin(), live, ()), compile_rules, base)
    # Our own findings are those of the files; of what is live its status speaks.
    after = _compiled(_with_live(begin(), live, ours, files), compile_rules, base)
    mine = {id(place) for place, _ in (*files.rules.values(), *files.channels.values())}
    files.findings += [one for one in after.offline.findings if id(one.place) in mine]
    children = await asyncio.gather(
        *(_child(cluster, ref, after.rules.get(ref), after.offline) for ref in files.rules)
    )
    changed = Difference(
        children=tuple(one for one in children if one is not None),
        receivers=tuple(receiver_changes(before.document, after.document)),
        tellings=tuple(telling_changes(before.routes, after.routes)),
        refused=tuple(refused),
        notes=(*live.notes, *notes),
    )
    return changed, files


def _taken(offline: Offline, found: Sequence[Object | Unreadable]) -> Offline:
    for one in found:
        offline.take(one)
    return offline


def _documents(
    found: Sequence[Object | Unreadable], namespace: str
) -> dict[ObjectRef, Mapping[str, Any]]:
    """Give the first of each object in the files, as it was written."""
    documents: dict[ObjectRef, Mapping[str, Any]] = {}
    for one in found:
        metadata = one.document.get("metadata") if isinstance(one, Object) else None
        if isinstance(one, Object) and isinstance(metadata, Mapping):
            where = metadata.get("namespace") or namespace
            ref = ObjectRef(str(one.document.get("kind")), str(where), str(metadata.get("name")))
            whole = {**one.document, "metadata": {**metadata, "namespace": where}}
            documents.setdefault(ref, whole)
    return documents


def _with_live(
    offline: Offline,
    live: Live,
    without: Sequence[ObjectRef] | set[ObjectRef],
    files: Offline | None = None,
) -> Offline:
    """Fill a set with what is live, and with the files' objects in the place of theirs."""
    for document in live.namespaces:
        offline.take(Object(_LIVE, document))
    for ref, document in live.objects.items():
        if ref not in without:
            offline.take(Object(Place(Source(f"<cluster> {ref}", b""), 0), document))
    if files is not None:
        offline.namespaces |= files.namespaces
        offline.channels |= files.channels
        for ref, (place, rule) in files.rules.items():
            uid = live.objects.get(ref, {}).get("metadata", {}).get("uid", "")
            offline.rules[ref] = (place, replace(rule, uid=uid))
    return offline


def _compiled(offline: Offline, compile_rules: Compile, base: BaseConfiguration | None) -> Compiled:
    rules = compile_rules(offline)
    configuration = configuration_of(offline, rules, base)
    routes = routes_of(offline, rules, configuration, {})
    return Compiled(offline, rules, configuration.document, routes)


async def _judged_by_the_server(
    cluster: LiveCluster, documents: Mapping[ObjectRef, Mapping[str, Any]], ours: set[ObjectRef]
) -> tuple[list[str], list[str]]:
    """Let the server judge the files' objects in a dry run, as an apply would."""
    refs = sorted(ours)
    answers = await asyncio.gather(
        *(cluster.would_be(documents[ref]) for ref in refs), return_exceptions=True
    )
    refused: list[str] = []
    unseen = 0
    for ref, answer in zip(refs, answers, strict=True):
        if isinstance(answer, ClusterError):
            refused.append(f"{ref.kind} {ref}: {answer.message}")
        elif isinstance(answer, BaseException):
            raise answer
        elif answer is None:
            unseen += 1
    notes = [f"may not patch {unseen} of the objects: the server has not judged them"]
    return refused, notes if unseen else []


async def _child(
    cluster: LiveCluster, ref: ObjectRef, compiled: CompiledRule | None, offline: Offline
) -> Change | None:
    """Compare a rule's child; a rejected rule leaves its child as it is."""
    assert ref.kind == ALERT_RULE  # noqa: S101 the caller's own
    live = await cluster.child(ref.namespace, child_name(ref))
    if compiled is not None:
        return child_change(ref, live, await cluster.child_would_be(compiled.child))
    suspended = offline.rules[ref][1].spec.suspend
    return child_change(ref, live, None) if suspended and live is not None else None
