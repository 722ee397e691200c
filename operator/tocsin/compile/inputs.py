"""
What the Alertmanager configuration is made of: values that the caller collects.

The mappings may be live; nothing here changes or keeps them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tocsin.api.config import OperatorConfig
from tocsin.api.meta import ObjectRef
from tocsin.api.notification_channel import NotificationChannelSpec
from tocsin.compile.notify import RouteBlock

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
