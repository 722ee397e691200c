"""
All channels and notify blocks to one Alertmanager configuration.

The document holds no secret: receivers name files, which are further keys of the
same Kubernetes Secret. A channel that cannot be used is left out with its routes
and changes nothing for any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tocsin.compile.base.existing import existing_receivers, without_lost_receivers
from tocsin.compile.base.merge import merge
from tocsin.compile.channels import secret_uses, smtp_secret_use
from tocsin.compile.inhibitions.block import inhibit_rules_of
from tocsin.compile.inputs import AlertmanagerInputs, ChannelInput, ChannelKey
from tocsin.compile.messages.texts import message_templates, templates_file
from tocsin.compile.receivers.entry import Surroundings, alertmanager_version
from tocsin.compile.receivers.table import compile_receiver
from tocsin.compile.tree import NOBODY, compile_tree, inhibit_rules, receiver_name
from tocsin.compile.yaml_text import write_yaml

__all__ = [
    "AlertmanagerInputs",
    "AlertmanagerOutput",
    "ChannelInput",
    "compile_alertmanager",
    "receiver_of",
]


@dataclass(frozen=True, slots=True)
class AlertmanagerOutput:
    """The configuration as a tree and as text, and the files that it names."""

    document: dict[str, Any]
    text: str
    channels: frozenset[ChannelKey]
    """The channels that have a receiver."""
    files: Mapping[str, str]
    """Further keys of the Secret that the configuration needs, the secrets' values apart."""
    own: Mapping[str, Any]
    """What of the document Tocsin made itself: all of it, where no base is kept."""


def compile_alertmanager(inputs: AlertmanagerInputs) -> AlertmanagerOutput:
    """Compile everything; equal inputs give equal bytes, whatever their order."""
    inputs = replace(inputs, channels=without_lost_receivers(inputs.channels, inputs.base))
    channels = [
        channel
        for _, channel in sorted(inputs.channels.items())
        if channel.usable and not channel.spec.suspend
    ]
    templates = message_templates(inputs.config.severities, alertmanager_version(inputs.config))
    file = templates_file(templates)
    folder = inputs.config.alertmanager.secret_files_path
    tree = compile_tree(inputs)
    document: dict[str, Any] = {
        "route": tree.route,
        "inhibit_rules": [
            *inhibit_rules(inputs.config.severities),
            *inhibit_rules_of(inputs.inhibitions.values()),
        ],
        "receivers": [{"name": NOBODY}, *(receiver_of(channel, inputs) for channel in channels)],
        "templates": [f"{folder}/{file}"],
    }
    if tree.time_intervals:
        document["time_intervals"] = tree.time_intervals
    merged = document
    if inputs.base is not None:
        merged = merge(document, inputs.base, existing_receivers(channels), NOBODY)
    return AlertmanagerOutput(
        document=merged,
        text=write_yaml(merged),
        channels=frozenset((one.ref.namespace, one.ref.name) for one in channels),
        files={file: templates},
        own=document,
    )


def receiver_of(channel: ChannelInput, inputs: AlertmanagerInputs) -> dict[str, Any]:
    """Write one channel's receiver."""
    folder = inputs.config.alertmanager.secret_files_path
    files = {use.field: f"{folder}/{use.file}" for use in secret_uses(channel.ref, channel.spec)}
    smtp = smtp_secret_use(inputs.config)
    if smtp is not None:
        files[smtp.field] = f"{folder}/{smtp.file}"
    name = receiver_name((channel.ref.namespace, channel.ref.name))
    if channel.spec.existing is not None:
        return {"name": name}  # stands for a receiver of the base, and becomes its name
    return compile_receiver(name, Surroundings(channel.spec, inputs.config, files))
