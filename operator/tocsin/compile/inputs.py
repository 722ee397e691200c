"""
What the Alertmanager configuration is made of: values that the caller collects.

The mappings may be live; nothing here changes or keeps them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tocsin.api.config import OperatorConfig
from tocsin.api.meta import ObjectRef
from tocsin.compile.inhibitions.block import InhibitBlock
from tocsin.compile.notify import RouteBlock

if TYPE_CHECKING:  # rules alone need no model of a channel, and a command starts sooner
    from tocsin.api.notification_channel import NotificationChannelSpec
    from tocsin.compile.base.configuration import BaseConfiguration

ChannelKey = tuple[str, str]
"""A channel's namespace and name."""


@dataclass(frozen=True, slots=True)
class ChannelInput:
    """
    A channel as it is to be compiled.

    `usable` says that the spec is valid and every secret has a value (the own last
    good ones count). A channel that is not usable gets no receiver.
    """

    ref: ObjectRef
    spec: NotificationChannelSpec
    usable: bool


@dataclass(frozen=True, slots=True)
class AlertmanagerInputs:
    """Everything that the Alertmanager configuration depends on."""

    channels: Mapping[ChannelKey, ChannelInput]
    blocks: Mapping[str, RouteBlock]
    """Notify blocks in use, by digest."""
    namespaces: Mapping[str, Mapping[str, str]]
    """Labels of the namespaces that exist, as they are now."""
    config: OperatorConfig
    inhibitions: Mapping[str, InhibitBlock] = field(default_factory=dict)
    """`inhibitedBy` blocks in use, by digest."""
    base: BaseConfiguration | None = None
    """The existing configuration that is kept, if there is one."""
