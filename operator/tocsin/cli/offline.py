"""
The core without a cluster: objects from files, to what the operator would write.

It uses the operator's own parsing and compilation; nothing is decided here. What a
file cannot tell (Secrets, channels that exist only in the cluster) is assumed or
warned about, never guessed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from tocsin.api.alert_rule import AlertRuleSpec
from tocsin.api.config import OperatorConfig
from tocsin.api.kinds import BY_KIND
from tocsin.api.meta import ALERT_RULE, GROUP, NOTIFICATION_CHANNEL, ObjectRef, Resource
from tocsin.api.parse import parse_resource
from tocsin.api.problem import Problem, Reason, Rejection
from tocsin.cli.empty_fields import empty_fields
from tocsin.cli.sources import Object, Place, Unreadable
from tocsin.compile.quota import bytes_problem, size_of
from tocsin.compile.rules import CompiledRule, compile_alert_rule, expressions_of
from tocsin.compile.tenancy import is_confined
from tocsin.promql.confined import Confined
from tocsin.promql.verdict import Verdict

_PART = "[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"
_NAMESPACE = re.compile(f"(?=.{{1,63}}$){_PART}")
_NAME = re.compile(rf"(?=.{{1,253}}$){_PART}(?:\.{_PART})*")

Judge = Callable[[Sequence[str]], Mapping[str, Verdict]]
Confine = Callable[[Sequence[str], str], Mapping[str, Confined]]
"""Confines expressions to a namespace (`cli.confining`)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to tell about one object, or about a file."""

    place: Place | Unreadable
    ref: ObjectRef | None
    problem: Problem
    is_error: bool = True


@dataclass(slots=True)
class Offline:
    """What the objects of a run are, and what was found in them."""

    config: OperatorConfig
    namespace: str = "default"
    rules: dict[ObjectRef, tuple[Place, Resource[AlertRuleSpec]]] = field(default_factory=dict)
    channels: dict[ObjectRef, tuple[Place, Resource[Any]]] = field(default_factory=dict)
    namespaces: dict[str, Mapping[str, str]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    passed_over: Counter[str] = field(default_factory=Counter)
    suspended: int = 0
    count: int = 0
    """Objects of ours, good or not."""
    confine: Confine | None = None
    """Needed where `config.enforceNamespace` is set; without it tenants' rules are refused."""
    _seen: dict[ObjectRef, Place] = field(default_factory=dict)

    def take(self, found: Object | Unreadable) -> None:
        """Sort one object in: ours, a namespace, or somebody else's."""
        if isinstance(found, Unreadable):
            problem = Problem(Reason.INVALID_SPEC, "", found.message)
            self.findings.append(Finding(found, None, problem))
            return
        document = found.document
        if not _is_ours(document):
            kind = document.get("kind")
            self.passed_over[kind if isinstance(kind, str) else "(no kind)"] += 1
            if kind == "Namespace":
                self._namespace(document)
            return
        self._ours(found.place, document)

    def _namespace(self, document: Mapping[str, Any]) -> None:
        metadata = document.get("metadata")
        if isinstance(metadata, Mapping):
            labels = metadata.get("labels")
            labels = labels if isinstance(labels, Mapping) else {}
            name = str(metadata.get("name"))
            self.namespaces[name] = {str(key): str(value) for key, value in labels.items()}

    def _ours(self, place: Place, document: Mapping[str, Any]) -> None:
        self.count += 1
        metadata = document.get("metadata")
        if isinstance(metadata, Mapping) and not metadata.get("namespace"):
            document = {**document, "metadata": {**metadata, "namespace": self.namespace}}
        parsed = parse_resource(document)
        if not isinstance(parsed, Rejection):
            problems = _bad_names(parsed.ref)
            parsed = Rejection(parsed.ref, problems) if problems else parsed
        if isinstance(parsed, Rejection):
            self._reject(place, parsed)
            return
        self.findings += [
            Finding(place, parsed.ref, one, is_error=False)
            for one in empty_fields(document["spec"])
        ]
        earlier = self._seen.setdefault(parsed.ref, place)
        if earlier is not place:
            where = f"{earlier.source.name}:{earlier.line()}"
            message = f"is here twice, first at {where}: keep one of them (the first is used)"
            problem = Problem(Reason.INVALID_SPEC, "metadata.name", message)
            self._reject(place, Rejection(parsed.ref, (problem,)))
        elif parsed.ref.kind == ALERT_RULE:
            self.rules[parsed.ref] = (place, cast("Resource[AlertRuleSpec]", parsed))
        elif parsed.ref.kind == NOTIFICATION_CHANNEL:
            self.channels[parsed.ref] = (place, parsed)
        else:
            from tocsin.reconcile.checks import NOT_YET  # noqa: PLC0415 only for a HealthCheck

            self._reject(place, Rejection(parsed.ref, (NOT_YET,)))

    def _reject(self, place: Place, rejection: Rejection) -> None:
        self.findings += [Finding(place, rejection.ref, one) for one in rejection.problems]

    def warn(self, ref: ObjectRef, problems: Sequence[Problem]) -> None:
        """Note what does not stop an object from being compiled."""
        place, _ = self.rules[ref]
        self.findings += [Finding(place, ref, one, is_error=False) for one in problems]

    def compile_rules(self, judge: Judge) -> dict[ObjectRef, CompiledRule]:
        """Compile every rule, in the order of the files; rejected ones become findings."""
        wanted = [text for _, rule in self.rules.values() for text in expressions_of(rule.spec)]
        verdicts = judge(wanted) if wanted else {}
        confined = self._confined()
        compiled: dict[ObjectRef, CompiledRule] = {}
        used: Counter[str] = Counter()
        for ref, (place, rule) in self.rules.items():
            result = compile_alert_rule(
                rule,
                verdicts=verdicts,
                namespace_labels=self.namespaces.get(ref.namespace, {}),
                config=self.config,
                confined=confined.get(ref.namespace),
            )
            if isinstance(result, CompiledRule) and not rule.spec.suspend:
                result = self._within_bytes(ref, result, used)
            if isinstance(result, Rejection):
                self._reject(place, result)
                continue
            self.warn(ref, result.warnings)
            if rule.spec.suspend:
                self.suspended += 1
            else:
                compiled[ref] = result
        if any(one.inhibit is not None for one in compiled.values()):
            self._judge_inhibitions(compiled)
        return compiled

    def _judge_inhibitions(self, compiled: dict[ObjectRef, CompiledRule]) -> None:
        """Take out the rules that close a cycle, and warn of what mutes the others."""
        from tocsin.cli.offline_inhibition import judge_inhibitions  # noqa: PLC0415 few have it

        specs = {ref: rule.spec for ref, (_, rule) in self.rules.items()}
        closing, warnings = judge_inhibitions(compiled, specs)
        for ref, problem in closing.items():
            self._reject(self.rules[ref][0], Rejection(ref, (problem,)))
            del compiled[ref]
        for ref, found in warnings.items():
            self.warn(ref, found)

    def _confined(self) -> dict[str, Mapping[str, Confined]]:
        """Confine the expressions of tenants, by namespace."""
        texts: dict[str, list[str]] = {}
        for ref, (_, rule) in self.rules.items():
            if self.confine is not None and is_confined(ref.namespace, self.config):
                texts.setdefault(ref.namespace, []).extend(expressions_of(rule.spec))
        if self.confine is None:
            return {}
        return {name: self.confine(written, name) for name, written in texts.items()}

    def _within_bytes(
        self, ref: ObjectRef, rule: CompiledRule, used: Counter[str]
    ) -> CompiledRule | Rejection:
        """Refuse what passes its namespace's limit; the order of the files is that of age."""
        size = size_of(rule.child)
        problem = bytes_problem(ref.namespace, used[ref.namespace], size, self.config.limits)
        if problem is not None:
            return Rejection(ref, (problem,))
        used[ref.namespace] += size
        return rule

    def check_channels(self) -> list[ObjectRef]:
        """Check every channel and give the good ones."""
        if not self.channels:
            return []
        # Receivers are loaded only where there are channels.
        from tocsin.compile.channels import check_channel  # noqa: PLC0415 start-up time

        good: list[ObjectRef] = []
        for ref, (place, channel) in self.channels.items():
            problems = check_channel(ref, channel.spec, self.config)
            if problems:
                self._reject(place, Rejection(ref, problems))
            else:
                good.append(ref)
        return self._within_shares(good)

    def _within_shares(self, good: Sequence[ObjectRef]) -> list[ObjectRef]:
        """Refuse what passes its namespace's share; Secrets' values are not known here."""
        from tocsin.compile.channel_quota import (  # noqa: PLC0415 start-up time
            Claim,
            beyond_share,
            channel_size,
        )

        specs = {ref: self.channels[ref][1].spec for ref in good}
        beyond = beyond_share(
            (Claim(ref, 0, channel_size(ref, spec, self.config)) for ref, spec in specs.items()),
            self.config,
        )
        for ref, problem in beyond.items():
            self._reject(self.channels[ref][0], Rejection(ref, (problem,)))
        return [ref for ref in good if ref not in beyond]


def _bad_names(ref: ObjectRef) -> tuple[Problem, ...]:
    """Refuse names that the API server would refuse; in a cluster it has done so before."""
    message = "is no Kubernetes name: write lower-case letters, digits and -, such as shop-errors"
    return tuple(
        Problem(Reason.INVALID_SPEC, f"metadata.{field}", message)
        for field, value, pattern in (
            ("name", ref.name, _NAME),
            ("namespace", ref.namespace, _NAMESPACE),
        )
        if not pattern.fullmatch(value)
    )


def _is_ours(document: Mapping[str, Any]) -> bool:
    """Tell our kinds from others' of the same name; one without apiVersion is meant as ours."""
    version = document.get("apiVersion")
    if not version:
        return str(document.get("kind")) in BY_KIND
    return str(version).partition("/")[0] == GROUP
