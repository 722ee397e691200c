"""
Fixtures: one control plane for most tests, and one operator a module with the shipped rights.

The operator runs as a process of its own, with its own service account's token, on the objects
of `manifests/install.yaml`. Tests that kill it, or give it another configuration, use
`start_operator` in modules of their own, because there is one Alertmanager Secret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
import yaml
from tests.cluster import Cluster, ProgramsUnavailable
from tests.cluster.programs import crds_folder
from tests.integration.objects import Object
from tests.integration.world import World
from tests.running import RunningOperator, install
from tests.running.install import await_served

_FAST: Object = {"grouping": {"groupWait": "1s", "groupInterval": "2s"}}
_DEBUG = ("--log-level", "debug")

StartOperator = Callable[..., RunningOperator]


@contextmanager
def _cluster(**options: Any) -> Iterator[Cluster]:
    try:
        cluster = Cluster(**options)
        cluster.start()
    except ProgramsUnavailable as reason:
        pytest.skip(f"the real programs cannot be had: {reason}")
    failed = True
    try:
        yield cluster
        failed = False
    finally:
        cluster.close(failed=failed)


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    """A control plane with prometheus-operator's kind and our installation, without an operator."""
    with _cluster(controllers=False) as cluster:
        file = next(crds_folder().glob("*prometheusrules*.yaml"))
        kind = yaml.safe_load(file.read_text())
        cluster.admin.apply(kind)
        await_served(cluster, kind)
        install(cluster)
        # Only now: the garbage collector looks for new kinds twice a minute, and at its start.
        cluster.control_plane.start_controllers()
        yield World(cluster)


@pytest.fixture(scope="session")
def stack() -> Iterator[World]:
    """A control plane of its own with prometheus-operator, Prometheus and Alertmanager."""
    with _cluster(stack=True) as cluster:
        install(cluster)
        yield World(cluster)


def run_operator(world: World, config: Object | None = None, **options: Any) -> RunningOperator:
    """Make an operator for a world; not started yet."""
    options.setdefault("arguments", _DEBUG)
    return RunningOperator(world.cluster, config or _FAST, installed=True, **options)


@pytest.fixture(scope="module")
def operator(world: World) -> Iterator[RunningOperator]:
    """The module's operator, ready."""
    with run_operator(world) as running:
        yield running


@pytest.fixture
def start_operator(world: World) -> Iterator[StartOperator]:
    """Start an operator for one test; it ends with the test."""
    with ExitStack() as running:

        def start(config: Object | None = None, *, wait: bool = True) -> RunningOperator:
            operator = run_operator(world, config)
            running.callback(operator.close)
            operator.start(wait=wait)
            return operator

        yield start


@pytest.fixture
def namespace(world: World) -> Iterator[str]:
    """A namespace of the test's own; it goes with the test."""
    name = world.namespace()
    yield name
    world.admin.delete("v1", "Namespace", name)
