"""
What would change, as values: children, states that restart, receivers, and who is told.

Pure; the cluster's answers come in as documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from typing import Any

from tocsin.api.meta import ObjectRef
from tocsin.cli.routes import AlertRoutes
from tocsin.compile.yaml_text import write_yaml

Document = Mapping[str, Any]

NO_DATA = "noData"
"""What stands in `tocsin_instance` of the alert for missing data."""


@dataclass(frozen=True, slots=True)
class Restart:
    """An alert whose state begins anew: Prometheus knows it by its name and labels alone."""

    alert: str
    severity: str
    changed: tuple[str, ...]
    """The labels that would be others; empty where the alert goes."""
    no_data: bool = False
    """Whether it is the alert that fires where no series feeds the rule."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that would be created, changed or removed, with the lines that differ."""

    what: str
    action: str
    lines: tuple[str, ...] = ()
    restarts: tuple[Restart, ...] = ()


@dataclass(frozen=True, slots=True)
class Telling:
    """An alert of which others would be told than today, or otherwise."""

    ref: ObjectRef
    severity: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that would change, and what stood in the way of seeing it."""

    children: tuple[Change, ...]
    receivers: tuple[Change, ...]
    tellings: tuple[Telling, ...]
    refused: tuple[str, ...]
    """What the API server would refuse, in its own words."""
    notes: tuple[str, ...]

    @property
    def something(self) -> bool:
        """Whether anything would change."""
        return bool(self.children or self.receivers or self.tellings)


def child_change(ref: ObjectRef, before: Document | None, after: Document | None) -> Change | None:
    """Compare a PrometheusRule as it is with what it would be; None where nothing differs."""
    name = (after or before or {})["metadata"]["name"] if after or before else ""
    what = f"PrometheusRule {name} of {ref.kind} {ref}"
    lines = _lines(_shown(before), _shown(after))
    if not lines:
        return None
    action = "create" if before is None else "remove" if after is None else "change"
    return Change(what, action, lines, tuple(_restarts(before, after)))


def receiver_changes(before: Document, after: Document) -> Iterator[Change]:
    """Compare the receivers of two Alertmanager configurations."""
    old = {one["name"]: one for one in before["receivers"]}
    new = {one["name"]: one for one in after["receivers"]}
    for name in sorted(old.keys() | new.keys()):
        lines = _lines(old.get(name), new.get(name))
        if lines:
            action = "create" if name not in old else "remove" if name not in new else "change"
            yield Change(f"receiver {name}", action, lines)


def telling_changes(
    before: Iterable[AlertRoutes], after: Iterable[AlertRoutes]
) -> Iterator[Telling]:
    """Compare who is told of each alert; alerts that come and go count as told to nobody."""
    old, new = _told(before), _told(after)
    for ref, severity in sorted(old.keys() | new.keys()):
        was, will = old.get((ref, severity), ()), new.get((ref, severity), ())
        if was != will:
            yield Telling(ref, severity, was, will)


def _told(routes: Iterable[AlertRoutes]) -> dict[tuple[ObjectRef, str], tuple[str, ...]]:
    return {
        (one.ref, one.labels.get("severity", "")): tuple(
            f"{told.receiver} (first {told.match.group_wait}, news {told.match.group_interval}, "
            f"again {told.match.repeat_interval}, {'; '.join(told.hours) or 'always'})"
            for told in one.told
        )
        for one in routes
        if one.ref is not None
    }


def _shown(child: Document | None) -> Document | None:
    """Give what of a child means something: its rules, and the labels that select it."""
    if child is None:
        return None
    return {"labels": child["metadata"].get("labels") or {}, "spec": child["spec"]}


def _lines(before: Document | None, after: Document | None) -> tuple[str, ...]:
    old = write_yaml(before).splitlines() if before is not None else []
    new = write_yaml(after).splitlines() if after is not None else []
    return tuple(unified_diff(old, new, "live", "would be", lineterm="", n=2))


def _restarts(before: Document | None, after: Document | None) -> Iterator[Restart]:
    old, new = _alerts(before), _alerts(after)
    kept = [labels for labels in new if labels in old]
    for labels in old:
        if labels in kept:
            continue
        successor = next((one for one in new if _same_level(one, labels)), None)
        changed = (
            sorted({name for name, _ in labels.items() ^ successor.items()}) if successor else []
        )
        no_data = labels.get("tocsin_instance") == NO_DATA
        yield Restart(labels["alertname"], labels.get("severity", ""), tuple(changed), no_data)


def _same_level(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    names = ("severity", "tocsin_instance")
    return all(one.get(name) == other.get(name) for name in names)


def _alerts(child: Document | None) -> Sequence[dict[str, str]]:
    if child is None:
        return []
    return [
        {"alertname": rule["alert"], **rule.get("labels", {})}
        for group in child["spec"].get("groups", ())
        for rule in group.get("rules", ())
        if "alert" in rule
    ]
