"""
Real parts for the demo, the tests and the measurements: a control plane and a monitoring stack.

``Cluster`` starts them as ordinary processes (no root, no containers), each on free ports of the
loopback address and in a temporary folder of its own, and ends them on any exit. ``connect`` gives
the same attributes for a cluster that somebody else runs. Nothing here imports the package
``tocsin``, and everything is synchronous, so that any test can use it from anywhere.
"""

from tests.cluster.api import ApiClient, ApiError
from tests.cluster.cluster import Cluster
from tests.cluster.external import ExternalCluster, connect
from tests.cluster.programs import ProgramsUnavailable, ensure_programs
from tests.cluster.sink import Sink

__all__ = [
    "ApiClient",
    "ApiError",
    "Cluster",
    "ExternalCluster",
    "ProgramsUnavailable",
    "Sink",
    "connect",
    "ensure_programs",
]
