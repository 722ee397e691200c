"""
Who would be told: the compiled configuration, walked as Alertmanager walks it.

The tree is the one that `tocsin render --alertmanager-config` prints, so that the answer
is Alertmanager's own (held by a test against `amtool config routes test`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tocsin.api.meta import ALERT_RULE, ObjectRef
from tocsin.cli.offline import Offline
from tocsin.cli.offline_inputs import alertmanager_inputs, labels_of
from tocsin.cli.sources import UsageError
from tocsin.compile.alertmanager import compile_alertmanager
from tocsin.compile.base.configuration import BaseConfiguration
from tocsin.compile.inputs import AlertmanagerInputs
from tocsin.compile.route_model import RouteMatch, RouteNode, read_tree
from tocsin.compile.routing import routing_of
from tocsin.compile.rules import CompiledRule

_LABEL = re.compile(r'\s*([a-zA-Z_][a-zA-Z0-9_]*)=(?:"((?:[^"\\]|\\.)*)"|([^,]*))\s*(?:,|$)')

_DATES = ("weekdays", "days_of_month", "months", "years")


@dataclass(frozen=True, slots=True)
class Told:
    """One receiver that hears, how its messages are paced, and the way to it."""

    receiver: str
    match: RouteMatch
    hours: tuple[str, ...]
    """When messages are sent, in words; empty for always."""
    path: tuple[str, ...]
    """The matchers of the routes on the way, from the outermost on."""


@dataclass(frozen=True, slots=True)
class AlertRoutes:
    """One alert, and everybody who would be told of it."""

    ref: ObjectRef | None
    """The rule it comes from; None for an alert that was given by its labels."""
    labels: Mapping[str, str]
    told: tuple[Told, ...]
    on_purpose: bool = False
    """Whether nobody hears because the author meant it."""


def read_labels(texts: Sequence[str]) -> dict[str, str]:
    """Read `a=b,c="d,e"`; raises UsageError with the part that is no label."""
    labels: dict[str, str] = {}
    for text in texts:
        at = 0
        while at < len(text):
            found = _LABEL.match(text, at)
            if found is None:
                raise UsageError(f"--labels: {text[at:]!r} is no label: write name=value")
            name, quoted, bare = found.groups()
            labels[name] = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else bare.strip()
            at = found.end()
    return labels


@dataclass(frozen=True, slots=True)
class Configuration:
    """The Alertmanager configuration of a set of objects, and what it was made of."""

    inputs: AlertmanagerInputs
    document: Mapping[str, Any]


def configuration_of(
    offline: Offline,
    compiled: Mapping[ObjectRef, CompiledRule],
    base: BaseConfiguration | None = None,
) -> Configuration:
    """Compile it; a channel that is wrong becomes a finding of `offline`."""
    inputs = alertmanager_inputs(offline, compiled, offline.check_channels(), base)
    return Configuration(inputs, compile_alertmanager(inputs).document)


def routes_of(
    offline: Offline,
    compiled: Mapping[ObjectRef, CompiledRule],
    configuration: Configuration,
    labels: Mapping[str, str],
    *,
    rule: str | None = None,
) -> list[AlertRoutes]:
    """
    Give who would be told of the alerts that are asked for.

    Raises UsageError where `rule` names none of the files' AlertRules. What stands in
    the way of a notification becomes a finding of `offline`.
    """
    inputs, document = configuration.inputs, configuration.document
    tree, hours = read_tree(document), _hours(document)
    silent = {one["name"] for one in document["receivers"] if len(one) == 1}
    if labels and rule is None:
        return [AlertRoutes(None, labels, _told(tree, labels, hours, silent))]
    found: list[AlertRoutes] = []
    for ref, one in _chosen(compiled, rule, offline.namespace).items():
        routing = routing_of(ref, one.block, one.severities, inputs, labels_of(one.child))
        offline.warn(ref, routing.problems)
        found += [
            AlertRoutes(ref, alert, _told(tree, alert, hours, silent), routing.on_purpose)
            for alert in _alerts(one, labels)
        ]
    return found


def _chosen(
    compiled: Mapping[ObjectRef, CompiledRule], rule: str | None, namespace: str
) -> Mapping[ObjectRef, CompiledRule]:
    if rule is None:
        return compiled
    space, _, name = rule.rpartition("/")
    ref = ObjectRef(ALERT_RULE, space or namespace, name)
    if ref not in compiled:
        known = ", ".join(sorted(map(str, compiled))[:10]) or "none"
        raise UsageError(f"--rule: no good AlertRule {ref} is in the files; there are: {known}")
    return {ref: compiled[ref]}


def _alerts(compiled: CompiledRule, series: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Give the labels of each alert of a rule; a rule's own win, and an empty one removes."""
    for rule in compiled.child["spec"]["groups"][0]["rules"]:
        labels = {**series, "alertname": rule["alert"], **rule["labels"]}
        yield {name: value for name, value in labels.items() if value != ""}


def _told(
    tree: RouteNode,
    labels: Mapping[str, str],
    hours: Mapping[str, tuple[str, ...]],
    silent: Collection[str],
) -> tuple[Told, ...]:
    found: list[Told] = []
    for path in tree.paths(labels):
        match = path[-1].match
        if match.receiver in silent:  # `nobody`, and what a base calls it
            continue
        when = [words for name in match.active_time_intervals for words in hours[name]]
        when += [f"not {words}" for name in match.mute_time_intervals for words in hours[name]]
        matchers = tuple(str(one) for node in path for one in node.matchers)
        found.append(Told(match.receiver, match, tuple(when), matchers))
    return tuple(found)


def _hours(document: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Write every time interval of a configuration in words."""
    named = [
        *document.get("time_intervals", ()),
        *document.get("mute_time_intervals", ()),
    ]
    return {
        one["name"]: tuple(_interval(part) for part in one.get("time_intervals", ()))
        for one in named
    }


def _interval(part: Mapping[str, Any]) -> str:
    words = [",".join(map(str, part[name])) for name in _DATES if part.get(name)]
    words += [f"{time['start_time']}-{time['end_time']}" for time in part.get("times", ())]
    return " ".join([*words, part.get("location", "UTC")])
