"""Telling of the base: a metric, a log line, and an event on its Secret, once a change."""

from __future__ import annotations

import asyncio
import logging

from tocsin.api.meta import ObjectRef
from tocsin.reconcile.outside import Outside
from tocsin.reconcile.snapshot import Snapshot

LOG = logging.getLogger("tocsin.reconcile")


class BaseNews:
    """Says what became of the base Secret; the same again is said once."""

    def __init__(self, outside: Outside, snapshot: Snapshot) -> None:
        self._outside = outside
        self._snapshot = snapshot
        self._said = ""
        self._telling: set[asyncio.Task[None]] = set()

    def judged(self) -> None:
        """Tell of the base as it is known now."""
        base = self._snapshot.base
        self._outside.telemetry.alertmanager_base(
            valid=base.problem is None and not base.unread and base.good is not None
        )
        text = str(base.problem or base.unread)
        if text == self._said:
            return
        self._said = text
        if base.problem is not None:
            LOG.warning("%s", base.problem)
        elif base.unread:
            LOG.warning("the base Secret %s could not be read: %s", base.name, base.unread)
        else:
            LOG.info("the base Secret %s is merged", base.name)
        if base.problem is not None and base.uid:
            task = asyncio.ensure_future(self._event(str(base.problem.reason), text))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    async def _event(self, reason: str, message: str) -> None:
        base = self._snapshot.base
        namespace, _, name = base.name.partition("/")
        await self._outside.events.record(
            ObjectRef("Secret", namespace, name),
            base.uid,
            type="Warning",
            reason=reason,
            message=message,
        )
