"""
Wiring: builds every part of the operator, runs them together, and ends them.

The one place that knows all parts; mypy checks here that adapters satisfy the ports.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Coroutine, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tocsin import __version__
from tocsin.adapters.alertmanager import HttpAlertmanagerObserver
from tocsin.adapters.clock import SystemClock
from tocsin.adapters.cluster import ApiCluster
from tocsin.adapters.credentials import Credentials
from tocsin.adapters.discovery import served
from tocsin.adapters.events import ClusterEvents
from tocsin.adapters.kubeconfig import find_credentials
from tocsin.adapters.promql_process import PromqlProcess
from tocsin.adapters.promtool_pool import PromtoolPool
from tocsin.adapters.secret_watch import SecretWatch
from tocsin.adapters.telemetry import PrometheusTelemetry
from tocsin.adapters.transport import Transport
from tocsin.adapters.web import Endpoints
from tocsin.api.config import OperatorConfig
from tocsin.errors import ClusterError
from tocsin.handlers.feeders import WATCHED
from tocsin.handlers.health import Health, LoopLag
from tocsin.handlers.watches import Watches
from tocsin.reconcile.controller import Controller
from tocsin.reconcile.feed import SnapshotFeed
from tocsin.reconcile.outside import Outside

LOG = logging.getLogger("tocsin")

_DISCOVERY_SECONDS, _DISCOVERY_SECONDS_MISSING = 20.0, 2.0


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says beside the configuration."""

    kubeconfig: Path | None
    host: str | None
    port: int


@dataclass(frozen=True, slots=True)
class _BaseSink:
    """Tells the feed of the base Secret what the watch tells of any."""

    feed: SnapshotFeed

    def secret_seen(self, document: Mapping[str, Any] | None) -> None:
        """Take the base Secret as it is now."""
        self.feed.base_seen(document)


class Operator:
    """All parts, built and not yet running."""

    def __init__(self, config: OperatorConfig, credentials: Credentials) -> None:
        self.clock = SystemClock()
        self.telemetry = PrometheusTelemetry(__version__)
        self.transport = Transport(credentials)
        self.judge = PromqlProcess()
        self.tester = PromtoolPool(config.promtool)
        self.observer = HttpAlertmanagerObserver(config.alertmanager.urls)
        cluster = ApiCluster(self.transport, namespaces=config.watch_namespaces)
        self.events = ClusterEvents(cluster, self.clock, dropped=self.telemetry.event_dropped)
        outside = Outside(
            cluster=cluster,
            judge=self.judge,
            observer=self.observer,
            events=self.events,
            telemetry=self.telemetry,
            clock=self.clock,
            tester=self.tester,
        )
        self.controller = Controller(outside, config)
        self.watches = Watches(
            credentials,
            self.controller.feed,
            namespaces=config.watch_namespaces,
            restarted=self.telemetry.watches_restarted,
        )
        secret = config.alertmanager.secret
        self.secret_watch = SecretWatch(
            self.transport,
            secret.namespace,
            secret.name,
            self.controller.feed,
            failed=self.telemetry.failed,
        )
        self.base_watch = self._make_base_watch(config)
        self.lag = LoopLag(self.clock, self.telemetry.loop_lag)
        self.endpoints = self._make_endpoints()

    def _make_base_watch(self, config: OperatorConfig) -> SecretWatch | None:
        """Watch the existing configuration that is kept, where there is one."""
        base, feed = config.alertmanager.base_secret, self.controller.feed
        if base is None:
            return None

        def failed(kind: str, reason: str) -> None:
            self.telemetry.failed(kind, reason)
            feed.base_unreadable(reason)

        return SecretWatch(
            self.transport,
            config.alertmanager.secret.namespace,
            base.name,
            _BaseSink(feed),
            failed=failed,
            kind="BaseSecret",
        )

    def _make_endpoints(self) -> Endpoints:
        health = Health(
            self.clock,
            last_pass=lambda: self.telemetry.last_full_pass,
            controller=self.controller.health,
            waiting_for=self.controller.ready,
            watches_silent_for=self.watches.silent_for,
            lag=lambda: self.lag.largest,
        )
        return Endpoints(alive=health.alive, ready=health.ready, metrics=self.telemetry.exposition)

    async def run(self, options: Options) -> None:
        """Run until cancelled, or until a part fails, whose exception is raised."""
        async with AsyncExitStack() as opened:
            opened.push_async_callback(self.transport.aclose)
            opened.push_async_callback(self.observer.aclose)
            opened.push_async_callback(self.endpoints.aclose)
            opened.push_async_callback(self.judge.aclose)
            opened.push_async_callback(self.tester.aclose)
            await self.endpoints.start(options.host, options.port)
            LOG.info("tocsin %s listens on port %d", __version__, self.endpoints.port)
            await asyncio.to_thread(self.judge.start)
            await self.tester.start()
            also = {} if self.base_watch is None else {"base_watch": self.base_watch.run()}
            await _together(
                **also,
                controller=self.controller.run(),
                events=self.events.run(),
                lag=self.lag.run(),
                secret_watch=self.secret_watch.run(),
                discovery=self._discover(),
                watches=self.watches.run(),
            )

    async def _discover(self) -> None:
        """Begin the watches anew when another set of our kinds is served."""
        known: frozenset[tuple[str, str, str]] | None = None
        while True:
            try:
                found = await served(self.transport, WATCHED.values())
            except ClusterError:
                found = known or frozenset()  # the watches and the sweep say what is wrong
            else:
                if known is not None and found != known:
                    LOG.info("the kinds that are served have changed; watching anew")
                    self.watches.restart()
                known = found
            missing = len(found) < len(WATCHED)
            await asyncio.sleep(_DISCOVERY_SECONDS_MISSING if missing else _DISCOVERY_SECONDS)


async def serve(config: OperatorConfig, options: Options) -> None:
    """
    Run the operator until SIGTERM or SIGINT.

    Raises CredentialsError, ListenError and ParserUnavailableError at the start, and
    whatever ended a part later.
    """
    operator = Operator(config, find_credentials(options.kubeconfig))
    running = asyncio.ensure_future(operator.run(options))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _end, running, number)
    try:
        await running
    except asyncio.CancelledError:
        LOG.info("ended")


def _end(running: asyncio.Future[None], number: signal.Signals) -> None:
    LOG.info("%s: ending", signal.Signals(number).name)
    running.cancel()


async def _together(**parts: Coroutine[Any, Any, None]) -> None:
    """Run parts that have no end; when one ends all the same, end the others and raise."""
    tasks = [asyncio.create_task(part, name=name) for name, part in parts.items()]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
        raise RuntimeError(f"{task.get_name()} ended, though it has no end")
