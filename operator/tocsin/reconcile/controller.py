"""
The controller: start-up in order, then workers over the queue, for ever.

Start-up writes nothing before every kind was listed. Then channels are judged,
then rules, and only when every reference was judged the Alertmanager Secret.
An exception while one key is in work costs that key a retry, never the others.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from tocsin.api.config import OperatorConfig
from tocsin.api.kinds import KINDS
from tocsin.api.meta import ALERT_RULE, HEALTH_CHECK, NOTIFICATION_CHANNEL, ObjectRef
from tocsin.errors import ClusterError
from tocsin.reconcile.alertmanager import AlertmanagerReconciler
from tocsin.reconcile.base_news import BaseNews
from tocsin.reconcile.channels import ChannelReconciler
from tocsin.reconcile.checks import CheckReconciler
from tocsin.reconcile.children import Children
from tocsin.reconcile.entries import ALERTMANAGER
from tocsin.reconcile.feed import SnapshotFeed
from tocsin.reconcile.inhibiting import recall_inhibitions
from tocsin.reconcile.loading import RouteWatch
from tocsin.reconcile.outside import Outside
from tocsin.reconcile.queue import WorkQueue
from tocsin.reconcile.rules import RuleReconciler
from tocsin.reconcile.secrets import SecretReader
from tocsin.reconcile.snapshot import Snapshot
from tocsin.reconcile.sweep import Sweep

LOG = logging.getLogger("tocsin.reconcile")

_WORKERS = 16
_SWEEP_INTERVAL = 600.0
_RELIST_DELAY = 1.0
_POLL = 0.05
_SHOW_INTERVAL = 5.0
_TRIES = 5
_STUCK = 300.0
_OWN_LABELS = ("app.kubernetes.io/managed-by", "tocsin.dev/kind", "tocsin.dev/name")


class Controller:
    """Wires the reconcilers to one snapshot and one queue, and runs them."""

    def __init__(self, outside: Outside, config: OperatorConfig) -> None:
        self._outside = outside
        self._snapshot = Snapshot(config)
        self._queue = WorkQueue(outside.clock)
        self._relisted = asyncio.Event()
        self._unsettled: set[ObjectRef] = set()
        labels = frozenset({*_OWN_LABELS, *config.rule_labels})
        self.feed = SnapshotFeed(self._snapshot, self._queue, labels, self._relisted.set)
        self.feed.base_judged = BaseNews(outside, self._snapshot).judged
        self._sweep = Sweep(outside, self._snapshot, self.feed)
        self._routes = RouteWatch(outside, self._snapshot, self._queue)
        children = Children(outside, self._snapshot, self._queue, labels)
        secrets = SecretReader(outside, config)
        self._alertmanager = AlertmanagerReconciler(outside, self._snapshot, self._queue, secrets)
        channels = ChannelReconciler(outside, self._snapshot, self._queue, secrets)
        rules = RuleReconciler(outside, self._snapshot, self._queue, children)
        self._tests = rules.tests
        self._reconcilers: dict[str, Callable[[ObjectRef], Awaitable[str]]] = {
            ALERT_RULE: rules.reconcile,
            NOTIFICATION_CHANNEL: channels.reconcile,
            HEALTH_CHECK: CheckReconciler(outside, self._snapshot).reconcile,
            ALERTMANAGER.kind: self._reconcile_alertmanager,
        }

    # -- running -----------------------------------------------------------

    async def run(self) -> None:
        """Run until cancelled."""
        await self._sweep.until_complete()
        LOG.info(
            "everything is listed: %d rules, %d channels, %d children",
            len(self._snapshot.rules),
            len(self._snapshot.channels),
            len(self._snapshot.children),
        )
        recall_inhibitions(self._snapshot)
        await self._routes.look()
        await self._alertmanager.prepare()
        await self._judge_channels()
        self._unsettled = set(self._snapshot.rules)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._routes.run())
            tasks.create_task(self._sweeps())
            tasks.create_task(self._show())
            tasks.create_task(self._tests.run())
            for _ in range(_WORKERS):
                tasks.create_task(self._work())
            self._settle(None)

    async def _judge_channels(self) -> None:
        """Judge every channel before the first rule, or rules would miss their receivers."""
        limit = asyncio.Semaphore(_WORKERS)

        async def judge(ref: ObjectRef) -> None:
            async with limit:
                self._queue.discard(ref)
                await self._one(ref)

        for _ in range(_TRIES):
            waiting = [ref for ref, one in self._snapshot.channels.items() if not one.judged]
            if not waiting:
                return
            await asyncio.gather(*(judge(ref) for ref in waiting))
            await asyncio.sleep(_POLL)

    def _settle(self, key: ObjectRef | None) -> None:
        """Note that a listed rule was judged; after the last one the Secret may be written."""
        if self._snapshot.settled:
            return
        if key is not None and key in self._unsettled:
            rule = self._snapshot.rules.get(key)
            if rule is None or rule.judged or self._queue.failures(key) >= _TRIES:
                self._unsettled.discard(key)
        if self._unsettled:
            return
        self._snapshot.settled = True
        self._outside.telemetry.full_pass(self._outside.clock.monotonic())
        LOG.info("start-up pass complete")
        self._queue.add(ALERTMANAGER)

    async def _work(self) -> None:
        while True:
            key = await self._queue.get()
            try:
                await self._one(key)
            finally:
                self._queue.done(key)
            self._settle(key)

    async def _one(self, key: ObjectRef) -> None:
        telemetry, clock = self._outside.telemetry, self._outside.clock
        started, result = clock.monotonic(), "error"
        try:
            result = await self._reconcilers[key.kind](key)
            if result != "waiting":
                self._queue.succeeded(key)
        except ClusterError as error:
            delay = self._queue.retry(key, error.retry_after or 0.0)
            telemetry.failed(key.kind, error.reason)
            LOG.warning("%s %s: %s; again in %.1f s", key.kind, key, error, delay)
        except Exception as error:  # noqa: BLE001 a bug costs one key a retry, never the others
            delay = self._queue.retry(key)
            telemetry.failed(key.kind, "InternalError")
            # The text of an unknown exception may hold a user's data: its type and place must do.
            LOG.error("%s %s: %s; again in %.1f s", key.kind, key, _place(error), delay)  # noqa: TRY400 the trace would hold it too
        telemetry.reconciled(key.kind, result, clock.monotonic() - started)

    async def _reconcile_alertmanager(self, key: ObjectRef) -> str:
        before = self._snapshot.secret.written
        result = await self._alertmanager.reconcile(key)
        if self._snapshot.secret.written != before:
            self._routes.wanted()
        return result

    async def _sweeps(self) -> None:
        while True:
            try:
                await asyncio.wait_for(self._relisted.wait(), _SWEEP_INTERVAL)
                await asyncio.sleep(_RELIST_DELAY)
            except TimeoutError:
                await self._routes.look()
            self._relisted.clear()
            try:
                await self._sweep.compare()
            except ClusterError as error:
                self._outside.telemetry.failed("sweep", error.reason)
                LOG.warning("the sweep failed: %s", error)
                await asyncio.sleep(_RELIST_DELAY)
                self._relisted.set()
            else:
                self._outside.telemetry.full_pass(self._outside.clock.monotonic())

    # -- showing -----------------------------------------------------------

    async def _show(self) -> None:
        while True:
            self._outside.telemetry.queue(self._queue.depth, self._queue.oldest_wait())
            self._show_rejected()
            await asyncio.sleep(_SHOW_INTERVAL)

    def _show_rejected(self) -> None:
        for kind in KINDS:
            counted = self._snapshot.rejected_by_reason(kind.kind)
            self._outside.telemetry.rejected(kind.kind, {str(r): n for r, n in counted.items()})

    def ready(self) -> str:
        """Say what the start still waits for; empty when the operator does its work."""
        return self._sweep.waiting_for or ("" if self._snapshot.settled else "the start-up pass")

    def health(self) -> tuple[str, ...]:
        """Name what is stuck; empty when all goes well."""
        stuck = self._queue.longest_work()
        return (f"one key has been in work for {stuck:.0f} s",) if stuck > _STUCK else ()


def _place(error: Exception) -> str:
    """Name an exception's type and where it was raised, without its text."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = "" if trace is None else f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
    return f"{type(error).__name__}{where}"
