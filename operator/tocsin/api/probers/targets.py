"""`spec.targets`: what a HealthCheck asks, by address or by selector; they add up."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from tocsin.api.meta import INT_OR_STRING, KubeModel
from tocsin.api.selector import LabelSelector

StaticTarget = Annotated[
    str,
    StringConstraints(
        min_length=1,
        max_length=2048,
        pattern=(
            r"^([a-z][a-z0-9+.-]*://[^\s/?#@{}]+"  # a URL without user name and password
            r"|[^\s/?#@{}:\[\]]+(:[0-9]{1,5})?"  # a host and perhaps a port
            r"|\[[0-9a-fA-F:.]+\](:[0-9]{1,5})?"  # the same for IPv6
            r"|[0-9a-fA-F:.]+)"  # an address
            r"([/?#][^\s{}]*)?$"
        ),
    ),
]
"""A URL, a host or host:port; a password in it is refused, it belongs into a Secret."""

Port = Annotated[
    Annotated[int, Field(strict=True, ge=1, le=65_535)]
    | Annotated[
        str,
        StringConstraints(min_length=1, max_length=63, pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"),
    ],
    Field(json_schema_extra=INT_OR_STRING),
]
"""A port by name or number."""

Scheme = Literal["http", "https"]


class PortTargets(KubeModel):
    """Objects of this namespace by their labels, and the port that is asked."""

    selector: LabelSelector
    """selector of the objects by their labels."""
    port: Port | None = None
    """port by name or number. Default: the only one there is."""
    scheme: Scheme | None = None
    """scheme of the URL for http and jsonrpc. Default: http."""


class HostTargets(KubeModel):
    """Objects of this namespace by their labels; their own hosts and paths are asked."""

    selector: LabelSelector
    """selector of the objects by their labels."""


class Targets(KubeModel):
    """What is asked; the parts add up."""

    static: Annotated[tuple[StaticTarget, ...], Field(max_length=200)] = ()
    """static targets: URLs, hosts or host:port."""
    services: PortTargets | None = None
    """services of this namespace."""
    ingresses: HostTargets | None = None
    """ingresses of this namespace."""
    http_routes: HostTargets | None = None
    """httpRoutes of this namespace (Gateway API)."""
    pods: PortTargets | None = None
    """pods of this namespace."""
    nodes: PortTargets | None = None
    """nodes of the cluster; only in trusted namespaces."""
