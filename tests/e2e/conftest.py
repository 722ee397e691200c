"""
Fixtures: one cluster with a real node for all tests of this folder.

The process that runs these tests lives in the cluster's network from the first test to the last:
`make e2e` gives them a process of their own.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.cluster import NodeCluster, NodeUnavailable, ProgramsUnavailable


@pytest.fixture(scope="session")
def node() -> Iterator[NodeCluster]:
    """A node, and prometheus-operator on it."""
    try:
        cluster = NodeCluster()
        cluster.start()
    except NodeUnavailable as reason:
        pytest.skip(str(reason))
    except ProgramsUnavailable as reason:
        pytest.skip(f"the real programs cannot be had: {reason}")
    failed = True
    try:
        yield cluster
        failed = False
    finally:
        cluster.close(failed=failed)
