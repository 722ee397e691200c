"""
Real parts for the demo, the tests and the measurements: a control plane and a monitoring stack.

``Cluster`` starts them as ordinary processes (no root, no containers), each on free ports of the
loopback address and in a temporary folder of its own, and ends them on any exit. ``NodeCluster``
puts a real node under that control plane, so that pods run (root, Linux). ``connect`` gives the
same attributes for a cluster that somebody else runs. Nothing here imports the package
``tocsin``, and everything is synchronous, so that any test can use it from anywhere.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.cluster.api import ApiClient, ApiError
    from tests.cluster.cluster import Cluster
    from tests.cluster.external import ExternalCluster, connect
    from tests.cluster.node import NodeCluster
    from tests.cluster.nodeneeds import NodeUnavailable
    from tests.cluster.programs import ProgramsUnavailable, ensure_programs
    from tests.cluster.sink import Sink

__all__ = [
    "ApiClient",
    "ApiError",
    "Cluster",
    "ExternalCluster",
    "NodeCluster",
    "NodeUnavailable",
    "ProgramsUnavailable",
    "Sink",
    "connect",
    "ensure_programs",
]

_HOMES = {
    "api": ("ApiClient", "ApiError"),
    "cluster": ("Cluster",),
    "external": ("ExternalCluster", "connect"),
    "node": ("NodeCluster",),
    "nodeneeds": ("NodeUnavailable",),
    "programs": ("ProgramsUnavailable", "ensure_programs"),
    "sink": ("Sink",),
}


def __getattr__(name: str) -> Any:
    """Import on first use: modules of this package are also run with ``python -m``."""
    for module, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"tests.cluster.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
