"""
Subscriptions: alerts of foreign rules that carry a channel's own namespace.

The fence is the label `namespace` with the channel's own, which no spec can change, and
that the alert is none of ours; it goes on to whoever else hears of it (S02).
"""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.compile.hearers import Hearer, subscriber
from tocsin.compile.inputs import AlertmanagerInputs, ChannelInput
from tocsin.compile.matchers import matcher
from tocsin.compile.routes import (
    Route,
    TimeIntervals,
    any_of,
    digest_waits,
    grouped_by,
    receiver_name,
    severity_matchers,
)

_GROUP_BY = ("namespace", "alertname")
"""What our own alerts are grouped by, foreign ones do not carry."""


def subscription_routes(inputs: AlertmanagerInputs, times: TimeIntervals) -> Iterator[Route]:
    """Give the routes of all subscriptions, by channel."""
    for _, channel in sorted(inputs.channels.items()):
        if channel.usable and channel.spec.subscribe is not None:
            hearer = subscriber(channel, inputs.config)
            if hearer.told:
                yield _route(channel, hearer, times)


def _route(channel: ChannelInput, hearer: Hearer, times: TimeIntervals) -> Route:
    subscription = channel.spec.subscribe
    names = sorted(set(subscription.alert_names)) if subscription is not None else []
    route: Route = {
        "receiver": receiver_name(hearer.key),
        "matchers": [
            matcher("namespace", "=", channel.ref.namespace),
            matcher("tocsin_name", "=", ""),
            any_of("alertname", "=~", names),
            *severity_matchers(hearer.severities),
        ],
    }
    if hearer.digest is None:
        route |= grouped_by(_GROUP_BY, hearer)
    else:
        route |= grouped_by(_GROUP_BY[:1], hearer) | digest_waits(hearer.digest)
    return route | times.of(hearer.windows) | {"continue": True}
