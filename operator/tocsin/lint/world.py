"""All objects of a run, as the checks see them that look beyond one rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tocsin.api.meta import ObjectRef
from tocsin.compile.inputs import AlertmanagerInputs
from tocsin.compile.rules import CompiledRule
from tocsin.lint.rule import Rule, Settings


def fixed_labels_of(compiled: CompiledRule) -> dict[str, str]:
    """Give the labels of a rule's alerts that it fixes itself; the others come from the series."""
    rule = compiled.child["spec"]["groups"][0]["rules"][0]
    fixed = {name: text for name, text in rule["labels"].items() if "{{" not in text}
    return fixed | {"alertname": rule["alert"]}


@dataclass(frozen=True, slots=True)
class World:
    """
    The good rules and channels of a run.

    `incomplete` says that something was refused or could not be read, so that what is
    missing here may exist.
    """

    rules: Mapping[ObjectRef, Rule]
    compiled: Mapping[ObjectRef, CompiledRule]
    inputs: AlertmanagerInputs
    settings: Settings
    incomplete: bool = False
    rejected_channels: frozenset[tuple[str, str]] = field(default_factory=frozenset)

    def knows_channels_of(self, namespace: str) -> bool:
        """Tell whether a namespace's channels are among these objects."""
        return any(where == namespace for where, _ in self.inputs.channels)

    def lost_channels_of(self, namespace: str) -> bool:
        """Tell whether a channel of a namespace is here and was refused."""
        return any(where == namespace for where, _ in self.rejected_channels)
