"""
kopf's settings: it watches, and does nothing else.

No write of kopf's own is left possible: no events, no annotations, no finalizers,
no peering. Every trouble with the API server is waited out for ever.
"""

from __future__ import annotations

import logging
import random
import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tocsin.handlers.framework import kopf

_FIRST, _CAP = 0.25, 20.0


class InfiniteJitteredBackoff(Iterable[float]):
    """
    Pauses between tries: 0.25 s doubling to 20 s, each ± 25 %, without an end.

    Without a length on purpose: kopf ends the process when a finite one is used up.
    """

    def __init__(self, first: float = _FIRST, cap: float = _CAP) -> None:
        self._first = first
        self._cap = cap

    def __iter__(self) -> Iterator[float]:
        """Begin again with the shortest pause."""
        pause = self._first
        while True:
            yield pause * random.uniform(0.75, 1.25)  # noqa: S311 jitter
            pause = min(pause * 2, self._cap)


class NoDiffBase(kopf.DiffBaseStorage):
    """Keeps no copy of what was handled last: nobody asks for differences."""

    def build(self, **_: Any) -> Any:
        """Give an empty essence; kopf's own would copy every object at every event."""
        return {}

    def fetch(self, **_: Any) -> Any:
        """Nothing was stored."""
        return None

    def store(self, **_: Any) -> None:
        """Store nothing."""


class NoProgress(kopf.ProgressStorage):
    """Keeps no progress: handlers of `on.event` are called once and have none."""

    def fetch(self, **_: Any) -> Any:
        """Nothing was stored."""
        return None

    def store(self, **_: Any) -> None:
        """Store nothing."""

    def purge(self, **_: Any) -> None:
        """Nothing is there to be removed."""

    def touch(self, **_: Any) -> None:
        """Touch nothing."""

    def clear(self, *, essence: Any) -> Any:
        """Leave the essence as it is: nothing of ours is in it."""
        return essence


def watch_settings() -> kopf.OperatorSettings:
    """Give fresh settings; kopf changes those it is given."""
    settings = kopf.OperatorSettings()
    settings.posting.enabled = False
    settings.peering.standalone = True
    # What kopf would learn by watching CRDs, `discovery` learns for less.
    settings.scanning.disabled = True
    # Idle workers are tasks that keep an object in memory. A limit would serialise: 50 workers
    # that linger so long handle 10 objects a second.
    settings.queueing.idle_timeout = 0.05
    settings.queueing.worker_limit = None
    settings.queueing.exit_timeout = 0.5
    settings.watching.chunk_size = 250
    settings.watching.initial_streaming = False
    settings.watching.connect_timeout = 10.0
    settings.networking.error_backoffs = InfiniteJitteredBackoff()
    settings.networking.request_timeout = 60.0
    settings.networking.connect_timeout = 10.0
    settings.persistence.diffbase_storage = NoDiffBase()
    settings.persistence.progress_storage = NoProgress()
    # kopf removes this finalizer where it stands; so it is one that stands nowhere.
    settings.persistence.finalizer = f"tocsin.dev/{uuid.uuid4()}"
    settings.process.ultimate_exiting_timeout = None
    return settings


def quiet_loggers(levels: Mapping[str, int] | None = None) -> None:
    """Keep kopf from logging a line per object."""
    for name, level in (levels or {"kopf.objects": logging.WARNING}).items():
        logging.getLogger(name).setLevel(level)
