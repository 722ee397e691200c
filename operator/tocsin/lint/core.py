"""
What the operator's own core says of an object, with the level it has in a repository.

The operator sees the whole cluster and a repository is a part of it: a channel that is
missing here may exist there. So that is an error only where the other channels of its
namespace are here.
"""

from __future__ import annotations

import re

from tocsin.api.meta import ObjectRef
from tocsin.api.problem import Problem, Reason
from tocsin.lint.finding import Level
from tocsin.lint.world import World

_CHANNEL = re.compile(r"\bNotificationChannel ([a-z0-9-]+/[a-z0-9.-]+)")
_MAY_BE_ELSEWHERE = frozenset(
    [
        Reason.CHANNEL_NOT_FOUND,
        Reason.NO_RECEIVER,
        Reason.CHANNEL_NOT_ALLOWED,
        Reason.SOURCE_NOT_FOUND,
    ]
)


def routing_level(problem: Problem, ref: ObjectRef, world: World) -> Level:
    """Give the level of what stands in the way of a rule's alerts."""
    if problem.reason in _MAY_BE_ELSEWHERE and not _is_certain(problem.reason, ref, world):
        return Level.INFO
    if problem.reason in {Reason.CHANNEL_NOT_FOUND, Reason.NO_RECEIVER}:
        return Level.ERROR
    return Level.WARNING


def field_of_channel(problem: Problem, ref: ObjectRef, world: World) -> str:
    """Give the entry that names the channel of a message, where the core gives the list alone."""
    found = _CHANNEL.search(problem.message)
    notify = world.rules[ref].spec.notify
    if found is None or notify is None:
        return problem.field
    lists = [("spec.notify.channels", notify.channels)]
    for step, one in enumerate(notify.escalation):
        lists.append((f"spec.notify.escalation[{step}].channels", one.channels))
    for field, channels in lists:
        for index, named in enumerate(channels):
            name = f"{named.namespace or ref.namespace}/{named.name}"
            if field.startswith(problem.field) and name == found.group(1):
                return f"{field}[{index}].name"
    return problem.field


def _is_certain(reason: Reason, ref: ObjectRef, world: World) -> bool:
    """Tell whether the files can know: they hold what it depends on."""
    if reason is Reason.SOURCE_NOT_FOUND:
        spaces = {one.namespace or ref.namespace for one in world.rules[ref].spec.inhibited_by}
        return spaces <= {each.namespace for each in world.rules}
    block = world.compiled[ref].block
    named = block.everyone if block is not None else ()
    if reason is Reason.CHANNEL_NOT_ALLOWED:
        known = [world.inputs.channels.get((one.namespace, one.name)) for one in named]
        grants = [one.spec.allowed_namespaces for one in known if one is not None]
        by_labels = any(grant is not None and grant.from_ == "Selector" for grant in grants)
        return ref.namespace in world.inputs.namespaces or not by_labels
    spaces = {one.namespace for one in named} or {ref.namespace}
    return all(world.knows_channels_of(each) for each in spaces)
