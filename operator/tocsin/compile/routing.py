"""
Who would hear of a rule, said as its `Routed` condition says it.

Also the place where the route model and the last checks of a configuration are
found (`receivers_for`, `check_document`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from tocsin.api.meta import ObjectRef
from tocsin.api.problem import Problem, Reason
from tocsin.compile.base.through import base_receivers
from tocsin.compile.document_checks import check_document
from tocsin.compile.hearers import Audience, Hearer, Missing, block_audience, default_hearers
from tocsin.compile.inputs import AlertmanagerInputs
from tocsin.compile.notify import RouteBlock
from tocsin.compile.route_model import RouteMatch, read_tree, receivers_for

if TYPE_CHECKING:
    from tocsin.compile.base.configuration import BaseConfiguration

__all__ = ["RouteMatch", "Routing", "check_document", "read_tree", "receivers_for", "routing_of"]

_CHANNELS = "spec.notify.channels"
_ESCALATION = "spec.notify.escalation"
_NONE = "none"


@dataclass(frozen=True, slots=True)
class Routing:
    """Who hears of a rule's alerts, and what stands in the way."""

    channels: tuple[str, ...]
    """
    Channels that hear of at least one of its severities, as `namespace/name`, sorted.

    Those that hear later, or only at times, are among them.
    """
    problems: tuple[Problem, ...]
    """Why `Routed` is False; empty where somebody hears, or nobody on purpose."""
    on_purpose: bool
    """Whether nobody hears because the rule's author meant it."""
    told: tuple[str, ...] = ()
    """The channels again, with when they hear: `shop/boss after about 15m`."""


def routing_of(
    ref: ObjectRef,
    block: RouteBlock | None,
    severities: tuple[str, ...],
    inputs: AlertmanagerInputs,
    labels: Mapping[str, str] | None = None,
) -> Routing:
    """
    Tell who would hear of the alerts of a rule, by the same rules as the routing tree.

    `labels` are those that the rule fixes (`through_base.fixed_labels`); a base
    configuration is asked with them.
    """
    if block is None:
        audience = Audience(default_hearers(ref.namespace, inputs), from_defaults=True)
    else:
        audience = block_audience(block, inputs)
    heard = sorted(
        (
            hearer
            for hearer in audience.hearers
            if any(hearer.hears(severity) for severity in severities)
        ),
        key=lambda hearer: hearer.key,
    )
    problems = [_missing(ref, one, inputs) for one in audience.missing]
    problems += [_suspended(audience, one) for one in audience.hearers if one.suspended]
    problems += [_never(one) for one in audience.hearers if one.unmet or one.windows is None]
    nobody_meant = block is not None and not block.everyone and not block.to_defaults
    nobody_meant = nobody_meant or set(severities) == {_NONE}
    if not heard and not problems and not nobody_meant:
        if block is None and not audience.hearers and inputs.base is not None:
            return _by_base(inputs.base, labels or {}, severities)
        problems.append(_nobody(ref, audience, severities, inputs))
    return Routing(
        tuple("/".join(one.key) for one in heard),
        tuple(problems),
        on_purpose=nobody_meant and not heard,
        told=tuple(_told(one) for one in heard),
    )


def _by_base(
    base: BaseConfiguration, labels: Mapping[str, str], severities: tuple[str, ...]
) -> Routing:
    """Tell who hears of a rule without any channel, which goes through the base's tree."""
    receivers, problem = base_receivers(base, labels, severities)
    told = tuple(f"{name} (by the base configuration)" for name in receivers)
    return Routing((), (problem,) if problem else (), on_purpose=False, told=told)


def _told(hearer: Hearer) -> str:
    words = ["/".join(hearer.key)]
    if hearer.after is not None:
        words.append(f"after about {hearer.after}")
    if hearer.digest is not None:
        words.append(f"in a digest every {hearer.digest}")
    if hearer.windows is not None and hearer.windows.restricted:
        words.append("at its active times")
    return " ".join(words)


def _missing(ref: ObjectRef, missing: Missing, inputs: AlertmanagerInputs) -> Problem:
    name = "/".join(missing.key)
    near = missing.key[0] == ref.namespace and get_close_matches(
        missing.key[1], [name for space, name in inputs.channels if space == ref.namespace], n=1
    )
    meant = f" (did you mean {near[0]}?)" if near else ""
    messages = {
        Reason.CHANNEL_NOT_FOUND: (
            f"there is no NotificationChannel {name}{meant}: create it, or correct the name"
        ),
        Reason.CHANNEL_NOT_ALLOWED: (
            f"NotificationChannel {name} does not allow namespace {ref.namespace}: "
            "ask its owner to name the namespace in allowedNamespaces"
        ),
        Reason.CHANNEL_NOT_READY: (
            f"NotificationChannel {name} is not ready, so nothing is sent there: see its status"
        ),
    }
    field = _ESCALATION if missing.escalation else _CHANNELS
    return Problem(missing.reason, field, messages[missing.reason])


def _suspended(audience: Audience, hearer: Hearer) -> Problem:
    name = "/".join(hearer.key)
    whose = "the default channel " if audience.from_defaults else "NotificationChannel "
    return Problem(
        Reason.CHANNEL_SUSPENDED,
        "spec.notify" if audience.from_defaults else _CHANNELS,
        f"{whose}{name} is suspended and delivers nothing: remove its suspend, or name another",
    )


def _never(hearer: Hearer) -> Problem:
    name = "/".join(hearer.key)
    if hearer.unmet:
        message = (
            f"NotificationChannel {name} never hears: its own activeTimes and those of this "
            "reference have no minute in common, and both must hold; change one of them"
        )
    else:
        message = (
            f"NotificationChannel {name} is not told: its own activeTimes and those of this "
            "reference must both hold, and each has several time zones or dates, which "
            "Alertmanager cannot join; write one of the lists in one time zone, without dates"
        )
    return Problem(Reason.CHANNEL_NEVER_HEARS, _CHANNELS, message)


def _nobody(
    ref: ObjectRef, audience: Audience, severities: tuple[str, ...], inputs: AlertmanagerInputs
) -> Problem:
    if audience.hearers:
        floor = ", ".join("/".join(one.key) for one in audience.hearers)
        message = (
            f"nobody hears of severity {', '.join(severities)}, which is below minSeverity of "
            f"{floor}: lower that, raise the severity, or name another channel"
        )
    elif broken := _broken_defaults(ref.namespace, inputs):
        message = (
            f"nobody hears: the default channel {', '.join(broken)} is not ready, so nothing is "
            "sent there (its status says why), and there is no other: mend it, or name channels "
            "in spec.notify"
        )
    else:
        message = (
            f"nobody hears: namespace {ref.namespace} has no usable default channel and the "
            "platform names none; add a NotificationChannel with default: {}, name channels in "
            "spec.notify, or write notify: {channels: []} if that is meant"
        )
    return Problem(Reason.NO_RECEIVER, "spec.notify", message)


def _broken_defaults(namespace: str, inputs: AlertmanagerInputs) -> list[str]:
    """Name the default channels, the namespace's own or the platform's, that cannot be used."""
    named = {(one.namespace, one.name) for one in inputs.config.default_channels}
    return sorted(
        "/".join(key)
        for key, one in inputs.channels.items()
        if not one.usable
        and (key in named or (key[0] == namespace and one.spec.default is not None))
    )
