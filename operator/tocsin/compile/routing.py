"""
Who would hear of a rule, said as its `Routed` condition says it.

Also the place where the route model and the last checks of a configuration are
found (`receivers_for`, `check_document`).
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from tocsin.api.meta import ObjectRef
from tocsin.api.problem import Problem, Reason
from tocsin.compile.document_checks import check_document
from tocsin.compile.hearers import Audience, Hearer, Missing, block_audience, default_hearers
from tocsin.compile.inputs import AlertmanagerInputs
from tocsin.compile.notify import RouteBlock
from tocsin.compile.route_model import RouteMatch, read_tree, receivers_for

__all__ = ["RouteMatch", "Routing", "check_document", "read_tree", "receivers_for", "routing_of"]

_CHANNELS = "spec.notify.channels"
_NONE = "none"


@dataclass(frozen=True, slots=True)
class Routing:
    """Who hears of a rule's alerts, and what stands in the way."""

    channels: tuple[str, ...]
    """Channels that hear of at least one of its severities, as `namespace/name`, sorted."""
    problems: tuple[Problem, ...]
    """Why `Routed` is False; empty where somebody hears, or nobody on purpose."""
    on_purpose: bool
    """Whether nobody hears because the rule's author meant it."""


def routing_of(
    ref: ObjectRef,
    block: RouteBlock | None,
    severities: tuple[str, ...],
    inputs: AlertmanagerInputs,
) -> Routing:
    """Tell who would hear of the alerts of a rule, by the same rules as the routing tree."""
    if block is None:
        audience = Audience(default_hearers(ref.namespace, inputs), from_defaults=True)
    else:
        audience = block_audience(block, inputs)
    heard = sorted(
        "/".join(hearer.key)
        for hearer in audience.hearers
        if any(hearer.hears(severity) for severity in severities)
    )
    problems = [_missing(ref, one, inputs) for one in audience.missing]
    problems += [_suspended(audience, one) for one in audience.hearers if one.suspended]
    nobody_meant = block is not None and not block.channels and not block.to_defaults
    nobody_meant = nobody_meant or set(severities) == {_NONE}
    if not heard and not problems and not nobody_meant:
        problems.append(_nobody(ref, audience, severities))
    return Routing(tuple(heard), tuple(problems), on_purpose=nobody_meant and not heard)


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
    return Problem(missing.reason, _CHANNELS, messages[missing.reason])


def _suspended(audience: Audience, hearer: Hearer) -> Problem:
    name = "/".join(hearer.key)
    whose = "the default channel " if audience.from_defaults else "NotificationChannel "
    return Problem(
        Reason.CHANNEL_SUSPENDED,
        "spec.notify" if audience.from_defaults else _CHANNELS,
        f"{whose}{name} is suspended and delivers nothing: remove its suspend, or name another",
    )


def _nobody(ref: ObjectRef, audience: Audience, severities: tuple[str, ...]) -> Problem:
    if audience.hearers:
        floor = ", ".join("/".join(one.key) for one in audience.hearers)
        message = (
            f"nobody hears of severity {', '.join(severities)}, which is below minSeverity of "
            f"{floor}: lower that, raise the severity, or name another channel"
        )
    else:
        message = (
            f"nobody hears: namespace {ref.namespace} has no usable default channel and the "
            "platform names none; add a NotificationChannel with default: {}, name channels in "
            "spec.notify, or write notify: {channels: []} if that is meant"
        )
    return Problem(Reason.NO_RECEIVER, "spec.notify", message)
