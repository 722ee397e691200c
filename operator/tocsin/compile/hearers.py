"""
Hearers: which channels a notify block, or a namespace without one, really reaches.

This is the one place that decides permission (`allowedNamespaces`), what a missing
or suspended channel means, and who stands in for it; the routing tree and the
`Routed` condition both follow it, so that they cannot disagree.

- Unknown, refused or unusable channels are left out. Where none is left, the
  namespace's default channels hear, and where it has none, the platform's.
- A suspended channel is a hearer that is told nothing: `suspend` means stop, and
  must not send its alerts to somebody else. So is one whose hours never meet the
  reference's.
- Nobody stands in for the channels of an escalation step: they hear later than others
  who hear already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tocsin.api.config import OperatorConfig
from tocsin.api.duration import milliseconds
from tocsin.api.notify import ActiveTime
from tocsin.api.problem import Reason
from tocsin.compile.hours import Windows, both, hours_of, may_meet
from tocsin.compile.inputs import AlertmanagerInputs, ChannelInput, ChannelKey
from tocsin.compile.notify import RouteBlock, RouteChannel
from tocsin.compile.receivers.team import mentions_team


@dataclass(frozen=True, slots=True)
class Hearer:
    """
    One channel that is told, and what narrows that.

    `severities` are those it hears of, None for all; empty where no severity meets
    both floors. `after` is how long an alert must go on first, None for at once.
    """

    key: ChannelKey
    severities: tuple[str, ...] | None
    after: str | None = None
    suspended: bool = False
    windows: Windows | None = Windows()  # noqa: RUF009 frozen
    """When it hears: its own hours and the reference's; None where that cannot be said."""
    unmet: bool = False
    """Whether its own hours and the reference's have no minute in common."""
    digest: str | None = None
    """Over how long its messages are collected, None where it is told of each."""
    by_team: bool = False
    """Whether its recipient depends on the team, which is therefore grouped by."""
    resolves: bool = True
    """Whether it is told of an alert's end too."""

    @property
    def told(self) -> bool:
        """Whether anything at all may reach it."""
        silent = self.suspended or self.unmet or self.windows is None
        return not silent and self.severities != ()

    def hears(self, severity: str) -> bool:
        """Tell whether an alert of this severity reaches it."""
        return self.told and (self.severities is None or severity in self.severities)


@dataclass(frozen=True, slots=True)
class Missing:
    """A channel that a block names and that cannot be told, with the reason."""

    key: ChannelKey
    reason: Reason
    escalation: bool = False


@dataclass(frozen=True, slots=True)
class Audience:
    """Who hears: the hearers, what of the block is missing, and where they come from."""

    hearers: tuple[Hearer, ...]
    missing: tuple[Missing, ...] = ()
    from_defaults: bool = False


def stricter(
    config: OperatorConfig, first: str | None, second: str | None
) -> tuple[str, ...] | None:
    """Give the severities that meet both floors; None where there is no floor."""
    one, other = config.at_least(first), config.at_least(second)
    if one is None:
        return other
    return one if other is None else min(one, other, key=len)


def is_allowed(channel: ChannelInput, namespace: str, inputs: AlertmanagerInputs) -> bool:
    """
    Tell whether objects of a namespace may name the channel.

    A selector is held against the namespace's labels as they are now; a namespace
    that is not known meets none, not even the empty one.
    """
    grant = channel.spec.allowed_namespaces
    if channel.ref.namespace == namespace:
        return True
    if grant is None or grant.from_ == "Same":
        return False
    if grant.from_ == "All":
        return True
    labels = inputs.namespaces.get(namespace)
    return grant.selector is not None and labels is not None and grant.selector.matches(labels)


def block_audience(
    block: RouteBlock, inputs: AlertmanagerInputs, defaults: tuple[Hearer, ...] | None = None
) -> Audience:
    """
    Give who hears of the alerts that carry a block's digest.

    `defaults` are those of the block's namespace, where the caller has them already.
    """
    hearers, missing = _named(block.channels, None, block.namespace, inputs)
    from_defaults = not hearers and bool(block.to_defaults or missing)
    if from_defaults:
        standing_in = default_hearers(block.namespace, inputs) if defaults is None else defaults
        hearers = list(standing_in)
    for step in block.escalation:
        later, lost = _named(step.channels, step.after, block.namespace, inputs)
        heard = {one.key for one in hearers}  # a default channel may be a step's, too
        hearers += [one for one in later if one.key not in heard]
        missing += [Missing(one.key, one.reason, escalation=True) for one in lost]
    return Audience(tuple(hearers), tuple(missing), from_defaults)


def _named(
    channels: Iterable[RouteChannel],
    after: str | None,
    namespace: str,
    inputs: AlertmanagerInputs,
) -> tuple[list[Hearer], list[Missing]]:
    """Tell the channels that may be told from those that may not."""
    hearers: list[Hearer] = []
    missing: list[Missing] = []
    for named in channels:
        channel = inputs.channels.get(named.key)
        reason = _refusal(channel, namespace, inputs)
        if channel is None or reason is not None:
            missing.append(Missing(named.key, reason or Reason.CHANNEL_NOT_FOUND))
        else:
            floor, times = named.min_severity, named.active_times
            hearers.append(_hearer(channel, inputs.config, floor, after=after, times=times))
    return hearers, missing


def _hearer(
    channel: ChannelInput,
    config: OperatorConfig,
    floor: str | None,
    *,
    after: str | None,
    times: Iterable[ActiveTime] = (),
) -> Hearer:
    """Join what the channel's owner says with what the reference to it says."""
    spec = channel.spec
    owner, reference = hours_of(spec.active_times), hours_of(times)
    return Hearer(
        (channel.ref.namespace, channel.ref.name),
        stricter(config, floor, spec.min_severity),
        after if after is not None and milliseconds(after) else None,
        suspended=bool(spec.suspend),
        windows=both(owner, reference),
        unmet=not may_meet(owner, reference),
        digest=spec.digest,
        by_team=mentions_team(spec),
        resolves=spec.send_resolved is not False,
    )


def _refusal(
    channel: ChannelInput | None, namespace: str, inputs: AlertmanagerInputs
) -> Reason | None:
    if channel is None:
        return Reason.CHANNEL_NOT_FOUND
    if not is_allowed(channel, namespace, inputs):
        return Reason.CHANNEL_NOT_ALLOWED
    return None if channel.usable else Reason.CHANNEL_NOT_READY


def default_hearers(namespace: str, inputs: AlertmanagerInputs) -> tuple[Hearer, ...]:
    """Give who hears of a namespace's alerts without a block: its own, else the platform's."""
    own = namespace_defaults(channels_of(namespace, inputs), inputs.config)
    return own or platform_defaults(inputs)


def channels_of(namespace: str, inputs: AlertmanagerInputs) -> Iterator[ChannelInput]:
    """Give a namespace's channels, in any order."""
    return (one for (where, _), one in inputs.channels.items() if where == namespace)


def namespace_defaults(
    channels: Iterable[ChannelInput], config: OperatorConfig
) -> tuple[Hearer, ...]:
    """Give the usable default channels among a namespace's channels, by name."""
    hearers = [
        _hearer(one, config, one.spec.default.min_severity, after=one.spec.default.after)
        for one in channels
        if one.usable and one.spec.default is not None
    ]
    return tuple(sorted(hearers, key=lambda hearer: hearer.key))


def platform_defaults(inputs: AlertmanagerInputs) -> tuple[Hearer, ...]:
    """
    Give the usable channels that the platform names for namespaces without a default.

    The platform's choice needs no grant of the channel's owner: it owns both ends.
    """
    hearers: dict[ChannelKey, Hearer] = {}
    for named in inputs.config.default_channels:
        key = (named.namespace, named.name)
        channel = inputs.channels.get(key)
        if channel is None or not channel.usable or key in hearers:
            continue
        hearers[key] = _hearer(channel, inputs.config, named.min_severity, after=named.after)
    return tuple(sorted(hearers.values(), key=lambda hearer: hearer.key))


def subscriber(channel: ChannelInput, config: OperatorConfig) -> Hearer:
    """Give a channel as the hearer of the foreign alerts that it subscribes to."""
    subscription = channel.spec.subscribe
    floor = None if subscription is None else subscription.min_severity
    return _hearer(channel, config, floor, after=None)
