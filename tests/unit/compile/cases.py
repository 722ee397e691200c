"""
Golden cases of the compiler: objects in, everything that they become out.

A case `<name>.in.yaml` holds objects as users write them, Namespaces, and perhaps an
`OperatorConfig` (its `spec` is the operator's configuration file). A channel with the
annotation `usable: "no"` has no secret value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tocsin.api.alert_rule import AlertRuleSpec
from tocsin.api.config import OperatorConfig
from tocsin.api.meta import ObjectRef, Resource
from tocsin.api.parse import parse_resource
from tocsin.api.problem import Problem, Rejection
from tocsin.compile.alertmanager import AlertmanagerInputs, ChannelInput
from tocsin.compile.channels import check_channel
from tocsin.compile.rules import CompiledRule, compile_alert_rule, expressions_of
from tocsin.promql.parse import judge
from tocsin.promql.tenancy import confine

TESTDATA = Path(__file__).parent / "testdata"


@dataclass
class Case:
    """Everything in one file, parsed and compiled."""

    config: OperatorConfig = field(default_factory=OperatorConfig)
    namespaces: dict[str, dict[str, str]] = field(default_factory=dict)
    rules: dict[ObjectRef, CompiledRule] = field(default_factory=dict)
    channels: dict[tuple[str, str], ChannelInput] = field(default_factory=dict)
    rejected: dict[str, list[str]] = field(default_factory=dict)

    @property
    def inputs(self) -> AlertmanagerInputs:
        """What the Alertmanager configuration is compiled from."""
        blocks = {one.block.digest: one.block for one in self.rules.values() if one.block}
        muted = {one.inhibit.digest: one.inhibit for one in self.rules.values() if one.inhibit}
        return AlertmanagerInputs(
            self.channels, blocks, self.namespaces, self.config, inhibitions=muted
        )


def paths(artefact: str) -> list[Path]:
    """Give the inputs of an artefact's cases."""
    return sorted((TESTDATA / artefact).glob("*.in.yaml"))


def output(path: Path) -> Path:
    """Give the golden file of a case."""
    return path.with_name(path.name.replace(".in.", ".out."))


def load(path: Path) -> Case:
    """Compile a case."""
    return compile_documents(list(yaml.safe_load_all(path.read_text(encoding="utf-8"))))


def compile_documents(documents: list[dict[str, Any]]) -> Case:
    """Compile documents, in whatever order they come."""
    case = Case()
    for document in documents:
        if document["kind"] == "OperatorConfig":
            case.config = OperatorConfig.model_validate(document["spec"])
        elif document["kind"] == "Namespace":
            metadata = document["metadata"]
            case.namespaces[metadata["name"]] = metadata.get("labels", {})
    for document in documents:
        if document["kind"] not in {"OperatorConfig", "Namespace"}:
            _take(case, document)
    return case


def _take(case: Case, document: Mapping[str, Any]) -> None:
    resource = parse_resource(document)
    if isinstance(resource, Rejection):
        _reject(case, resource.ref, resource.problems)
    elif resource.ref.kind == "AlertRule":
        _rule(case, resource)
    else:
        problems = check_channel(resource.ref, resource.spec, case.config)
        if problems:
            _reject(case, resource.ref, problems)
        usable = document["metadata"].get("annotations", {}).get("usable") != "no"
        key = (resource.ref.namespace, resource.ref.name)
        case.channels[key] = ChannelInput(resource.ref, resource.spec, usable and not problems)


def _rule(case: Case, resource: Resource[AlertRuleSpec]) -> None:
    compiled = compile_rule(resource, case)
    if isinstance(compiled, Rejection):
        _reject(case, compiled.ref, compiled.problems)
    else:
        case.rules[resource.ref] = compiled


def compile_rule(resource: Resource[AlertRuleSpec], case: Case) -> CompiledRule | Rejection:
    """Compile one rule with real judgements of its expressions."""
    namespace = resource.ref.namespace
    return compile_alert_rule(
        resource,
        verdicts={text: judge(text) for text in expressions_of(resource.spec)},
        namespace_labels=case.namespaces.get(namespace, {}),
        config=case.config,
        confined={text: confine(text, namespace) for text in expressions_of(resource.spec)},
    )


def _reject(case: Case, ref: ObjectRef, problems: tuple[Problem, ...]) -> None:
    case.rejected[f"{ref.kind} {ref}"] = [f"{one.reason}: {one}" for one in problems]
