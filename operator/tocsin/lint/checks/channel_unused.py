"""A channel that no rule names and that is nobody's default: nothing is ever sent there."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.api.meta import ObjectRef
from tocsin.lint.check import SetCheck
from tocsin.lint.finding import Finding, Level
from tocsin.lint.world import World


def _look(world: World) -> Iterator[tuple[ObjectRef, Finding]]:
    if world.incomplete:
        return  # what could not be read may use it
    used = {
        (one.namespace, one.name)
        for compiled in world.compiled.values()
        if compiled.block is not None
        for one in compiled.block.everyone
    }
    used |= _named_elsewhere(world)
    for key, channel in world.inputs.channels.items():
        spec = channel.spec
        shared = spec.allowed_namespaces is not None and spec.allowed_namespaces.from_ != "Same"
        if key in used or shared or spec.default is not None or spec.subscribe is not None:
            continue
        message = (
            "no rule names this channel, and it is no default: name it in a rule's spec.notify, "
            "or write default: {}"
        )
        yield channel.ref, Finding("metadata.name", message)


def _named_elsewhere(world: World) -> set[tuple[str, str]]:
    """Give the channels of escalation steps, and those that the platform names."""
    named = {(one.namespace, one.name) for one in world.settings.config.default_channels}
    for ref, rule in world.rules.items():
        notify = rule.spec.notify
        for step in notify.escalation if notify is not None else ():
            named |= {(one.namespace or ref.namespace, one.name) for one in step.channels}
    return named


CHECK = SetCheck("channel-unused", Level.WARNING, "No rule uses the channel.", _look)
