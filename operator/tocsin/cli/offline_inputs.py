"""What the Alertmanager configuration of a run's files is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tocsin.api.meta import ObjectRef
from tocsin.cli.offline import Offline
from tocsin.compile.inputs import AlertmanagerInputs, ChannelInput
from tocsin.compile.rules import CompiledRule

if TYPE_CHECKING:
    from tocsin.compile.base.configuration import BaseConfiguration


def alertmanager_inputs(
    offline: Offline,
    compiled: Mapping[ObjectRef, CompiledRule],
    channels: Sequence[ObjectRef],
    base: BaseConfiguration | None = None,
) -> AlertmanagerInputs:
    """Collect the good channels and what the compiled rules need; every Secret is assumed."""
    return AlertmanagerInputs(
        channels={
            (ref.namespace, ref.name): ChannelInput(ref, offline.channels[ref][1].spec, usable=True)
            for ref in channels
        },
        blocks={one.block.digest: one.block for one in compiled.values() if one.block is not None},
        namespaces=offline.namespaces,
        config=offline.config,
        inhibitions={
            one.inhibit.digest: one.inhibit for one in compiled.values() if one.inhibit is not None
        },
        base=base,
    )


def labels_of(child: Mapping[str, Any]) -> dict[str, str]:
    """Give the labels that a PrometheusRule of ours fixes for its alerts."""
    rule = child["spec"]["groups"][0]["rules"][0]
    fixed = {name: text for name, text in rule["labels"].items() if "{{" not in text}
    return fixed | {"alertname": rule["alert"]}
