"""
Hearers: which channels a notify block, or a namespace without one, really reaches.

This is the one place that decides permission (`allowedNamespaces`), what a missing
or suspended channel means, and who stands in for it; the routing tree and the
`Routed` condition both follow it, so that they cannot disagree.

- Unknown, refused or unusable channels are left out. Where none is left, the
  namespace's default channels hear, and where it has none, the platform's.
- A suspended channel is a hearer that is told nothing: `suspend` means stop, and
  must not send its alerts to somebody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tocsin.api.config import OperatorConfig
from tocsin.api.duration import milliseconds
from tocsin.api.problem import Reason
from tocsin.compile.inputs import AlertmanagerInputs, ChannelInput, ChannelKey
from tocsin.compile.notify import RouteBlock


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

    @property
    def told(self) -> bool:
        """Whether anything at all may reach it."""
        return not self.suspended and self.severities != ()

    def hears(self, severity: str) -> bool:
        """Tell whether an alert of this severity reaches it."""
        return not self.suspended and (self.severities is None or severity in self.severities)


@dataclass(frozen=True, slots=True)
class Missing:
    """A channel that a block names and that cannot be told, with the reason."""

    key: ChannelKey
    reason: Reason


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
    hearers: list[Hearer] = []
    missing: list[Missing] = []
    for named in block.channels:
        key = (named.namespace, named.name)
        channel = inputs.channels.get(key)
        reason = _refusal(channel, block.namespace, inputs)
        if channel is None or reason is not None:
            missing.append(Missing(key, reason or Reason.CHANNEL_NOT_FOUND))
            continue
        floor = stricter(inputs.config, named.min_severity, channel.spec.min_severity)
        hearers.append(Hearer(key, floor, suspended=bool(channel.spec.suspend)))
    if hearers or not (block.to_defaults or missing):
        return Audience(tuple(hearers), tuple(missing))
    standing_in = default_hearers(block.namespace, inputs) if defaults is None else defaults
    return Audience(standing_in, tuple(missing), from_defaults=True)


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
    own = namespace_defaults(namespace, channels_of(namespace, inputs), inputs.config)
    return own or platform_defaults(inputs)


def channels_of(namespace: str, inputs: AlertmanagerInputs) -> Iterator[ChannelInput]:
    """Give a namespace's channels, in any order."""
    return (one for (where, _), one in inputs.channels.items() if where == namespace)


def namespace_defaults(
    namespace: str, channels: Iterable[ChannelInput], config: OperatorConfig
) -> tuple[Hearer, ...]:
    """Give the usable default channels among a namespace's channels, by name."""
    hearers = [
        Hearer(
            (namespace, one.ref.name),
            stricter(config, one.spec.default.min_severity, one.spec.min_severity),
            _after(one.spec.default.after),
            suspended=bool(one.spec.suspend),
        )
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
        floor = stricter(inputs.config, named.min_severity, channel.spec.min_severity)
        hearers[key] = Hearer(key, floor, _after(named.after), bool(channel.spec.suspend))
    return tuple(sorted(hearers.values(), key=lambda hearer: hearer.key))


def _after(duration: str | None) -> str | None:
    return duration if duration is not None and milliseconds(duration) else None
