"""The operator's configuration for a cluster: what is shipped, and what a test lays over it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from tests.cluster.base import ClusterAccess

NAMESPACE = "tocsin-system"
SERVICE_ACCOUNT = "tocsin"


class Dumpable(Protocol):
    """A configuration model; pydantic's method."""

    def model_dump(self, *, mode: str, by_alias: bool, exclude_defaults: bool) -> Any: ...


def config_for(cluster: ClusterAccess, overlay: Mapping[str, Any]) -> dict[str, Any]:
    """
    The configuration: the shipped one, and the Alertmanager of this cluster to be observed.

    ``overlay`` replaces values; mappings are merged.
    """
    config: dict[str, Any] = {
        "alertmanager": {"secret": {"namespace": "monitoring", "name": "alertmanager-tocsin"}},
        "serviceAccount": {"namespace": NAMESPACE, "name": SERVICE_ACCOUNT},
    }
    if cluster.alertmanager_url is not None:
        config["alertmanager"]["urls"] = [cluster.alertmanager_url]
    return _merged(config, overlay)


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        known = merged.get(key)
        both = isinstance(known, Mapping) and isinstance(value, Mapping)
        merged[key] = _merged(known or {}, value) if both else value
    return merged


def plain(config: Mapping[str, Any] | Dumpable | None) -> Mapping[str, Any]:
    """A model, a mapping or nothing, as a mapping."""
    if config is None or isinstance(config, Mapping):
        return config or {}
    dumped: Mapping[str, Any] = config.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return dumped
