"""
All channels and notify blocks to one Alertmanager configuration.

The document holds no secret: receivers name files, which are further keys of the
same Kubernetes Secret. A channel that cannot be used is left out with its routes
and changes nothing for any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.compile.channels import secret_uses, smtp_secret_use
from tocsin.compile.inputs import AlertmanagerInputs, ChannelInput, ChannelKey
from tocsin.compile.messages import message_templates, templates_file
from tocsin.compile.receivers.entry import Surroundings
from tocsin.compile.receivers.table import compile_receiver
from tocsin.compile.tree import NOBODY, inhibit_rules, receiver_name, route_tree
from tocsin.compile.yaml_text import write_yaml

__all__ = [
    "AlertmanagerInputs",
    "AlertmanagerOutput",
    "ChannelInput",
    "compile_alertmanager",
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


def compile_alertmanager(inputs: AlertmanagerInputs) -> AlertmanagerOutput:
    """Compile everything; equal inputs give equal bytes, whatever their order."""
    channels = [
        channel
        for _, channel in sorted(inputs.channels.items())
        if channel.usable and not channel.spec.suspend
    ]
    templates = message_templates(inputs.config.severities)
    file = templates_file(templates)
    folder = inputs.config.alertmanager.secret_files_path
    document: dict[str, Any] = {
        "route": route_tree(inputs),
        "inhibit_rules": inhibit_rules(inputs.config.severities),
        "receivers": [{"name": NOBODY}, *(_receiver(channel, inputs) for channel in channels)],
        "templates": [f"{folder}/{file}"],
    }
    return AlertmanagerOutput(
        document=document,
        text=write_yaml(document),
        channels=frozenset((one.ref.namespace, one.ref.name) for one in channels),
        files={file: templates},
    )


def _receiver(channel: ChannelInput, inputs: AlertmanagerInputs) -> dict[str, Any]:
    folder = inputs.config.alertmanager.secret_files_path
    files = {use.field: f"{folder}/{use.file}" for use in secret_uses(channel.ref, channel.spec)}
    smtp = smtp_secret_use(inputs.config)
    if smtp is not None:
        files[smtp.field] = f"{folder}/{smtp.file}"
    name = receiver_name((channel.ref.namespace, channel.ref.name))
    return compile_receiver(name, Surroundings(channel.spec, inputs.config, files))
