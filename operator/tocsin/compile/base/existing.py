"""
`existing`: a channel that stands for a receiver of the base configuration.

Whoever may name a receiver of the platform's may send it anything, so the platform
lists the namespaces that may.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from tocsin.api.config import OperatorConfig
from tocsin.api.meta import ObjectRef
from tocsin.api.notification_channel import NotificationChannelSpec
from tocsin.api.problem import Problem, Reason
from tocsin.compile.inputs import ChannelInput, ChannelKey

if TYPE_CHECKING:
    from tocsin.compile.base.configuration import BaseConfiguration

_FIELD = "spec.existing.receiver"


def check_existing(
    ref: ObjectRef, spec: NotificationChannelSpec, config: OperatorConfig
) -> Iterator[Problem]:
    """Give what of `existing` the operator's configuration forbids."""
    if spec.existing is None:
        return
    settings = config.alertmanager
    if settings.base_secret is None:
        yield Problem(
            Reason.RECEIVER_NOT_FOUND,
            _FIELD,
            "there is no base configuration whose receivers could be named: ask the platform to "
            "set alertmanager.baseSecret, or write the receiver here",
        )
    elif ref.namespace not in settings.existing_namespaces:
        yield Problem(
            Reason.RECEIVER_NOT_ALLOWED,
            _FIELD,
            f"namespace {ref.namespace} may not use receivers of the base configuration: ask the "
            "platform to name it in alertmanager.existingNamespaces",
        )


def receiver_problem(
    spec: NotificationChannelSpec, base: BaseConfiguration | None
) -> Problem | None:
    """Say that the receiver is not there now; it may come with the base's next edit."""
    if spec.existing is None or (base is not None and spec.existing.receiver in _usable(base)):
        return None
    name = spec.existing.receiver
    if base is None:
        message = (
            f"the base configuration with receiver {name!r} cannot be had now: "
            "the platform sees to alertmanager.baseSecret"
        )
    else:
        message = f"the base configuration has no receiver {name!r} that tells anybody: correct it"
    return Problem(Reason.RECEIVER_NOT_FOUND, _FIELD, message)


def _usable(base: BaseConfiguration) -> frozenset[str]:
    return base.view.receivers - base.view.silent


def without_lost_receivers(
    channels: Mapping[ChannelKey, ChannelInput], base: BaseConfiguration | None
) -> Mapping[ChannelKey, ChannelInput]:
    """
    Mark the channels as not usable whose receiver the base does not have.

    A route to a receiver that is not there would have the whole configuration refused.
    """
    lost = {
        key: replace(one, usable=False)
        for key, one in channels.items()
        if one.usable and receiver_problem(one.spec, base) is not None
    }
    return {**channels, **lost} if lost else channels


def existing_receivers(channels: Iterable[ChannelInput]) -> dict[str, str]:
    """Map the name that a channel's own receiver would have to the base's receiver."""
    return {
        f"{one.ref.namespace}/{one.ref.name}": one.spec.existing.receiver
        for one in channels
        if one.spec.existing is not None
    }
