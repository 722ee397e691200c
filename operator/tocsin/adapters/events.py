"""
Kubernetes Events of our own: few, aggregated, and never a reason to fail.

`record` only queues; one task writes, slower than everything else may need the API
server. The same news about the same object counts up one Event instead of making
another. What cannot be written is counted and forgotten.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

from tocsin.adapters.api_errors import one_line
from tocsin.api.meta import API_VERSION, ObjectRef
from tocsin.errors import ClusterError

COMPONENT = "tocsin"
MESSAGE_LIMIT = 1024
PER_OBJECT, PER_SECONDS = 10, 60.0
"""At most so many Events about one object in so many seconds."""
PER_SECOND = 20.0
"""At most so many Events a second in all."""
_EVENTS = ("", "v1", "events")
_QUEUED = 1000
_REMEMBERED = 2048
_NAME_LIMIT = 253
_NOT_FOUND, _CONFLICT = 404, 409


class EventCluster(Protocol):
    """What Events need of the API server; `ApiCluster` has it."""

    async def create(
        self, resource: tuple[str, str, str], document: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Create an object; 409 where the name is taken."""
        ...

    async def patch(
        self, resource: tuple[str, str, str], namespace: str, name: str, change: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Merge-patch an object."""
        ...


class EventClock(Protocol):
    """Time."""

    def monotonic(self) -> float:
        """Seconds that only grow."""
        ...

    def now(self) -> str:
        """Wall clock, RFC 3339."""
        ...


@dataclass(frozen=True, slots=True)
class _News:
    ref: ObjectRef
    uid: str
    type: str
    reason: str
    message: str
    at: str

    @property
    def name(self) -> str:
        text = f"{self.ref.kind}/{self.uid}/{self.type}/{self.reason}/{self.message}"
        digest = hashlib.sha256(text.encode(errors="replace")).hexdigest()[:16]
        return f"{self.ref.name[: _NAME_LIMIT - len(digest) - 1].rstrip('.-')}.{digest}"


class _Key(NamedTuple):
    namespace: str
    name: str


class ClusterEvents:
    """Satisfies `reconcile.ports.Events`; `run` must run beside it."""

    def __init__(
        self,
        cluster: EventCluster,
        clock: EventClock,
        *,
        dropped: Callable[[str], None] = lambda _reason: None,
        per_second: float = PER_SECOND,
    ) -> None:
        self._cluster = cluster
        self._clock = clock
        self._dropped = dropped
        self._pause = 1.0 / per_second
        self._queue: asyncio.Queue[_News] = asyncio.Queue(_QUEUED)
        self._counts: OrderedDict[_Key, int] = OrderedDict()
        self._recent: OrderedDict[str, tuple[float, int]] = OrderedDict()

    async def record(
        self,
        ref: ObjectRef,
        uid: str,
        *,
        type: Literal["Normal", "Warning"],  # noqa: A002 the API's own field name
        reason: str,
        message: str,
    ) -> None:
        """Queue the news; returns at once, and never raises."""
        if not self._may(uid):
            self._dropped("RateLimited")
            return
        text = one_line(message, MESSAGE_LIMIT)
        try:
            self._queue.put_nowait(_News(ref, uid, type, reason, text, self._clock.now()))
        except asyncio.QueueFull:
            self._dropped("QueueFull")

    async def run(self) -> None:
        """Write what was queued, until cancelled."""
        while True:
            news = await self._queue.get()
            try:
                await self._write(news)
            except ClusterError as error:
                self._dropped(error.reason)
            finally:
                self._queue.task_done()
            await asyncio.sleep(self._pause)

    async def written(self) -> None:
        """Wait until everything queued was written or dropped."""
        await self._queue.join()

    def _may(self, uid: str) -> bool:
        now = self._clock.monotonic()
        began, count = self._recent.pop(uid, (now, 0))
        if now - began >= PER_SECONDS:
            began, count = now, 0
        self._recent[uid] = (began, count + 1)
        if len(self._recent) > _REMEMBERED:
            self._recent.popitem(last=False)
        return count < PER_OBJECT

    async def _write(self, news: _News) -> None:
        key = _Key(news.ref.namespace, news.name)
        count = self._counts.get(key, 0)
        if count == 0:
            try:
                await self._cluster.create(_EVENTS, self._document(news, key))
            except ClusterError as error:
                if error.status != _CONFLICT:
                    raise
                # Written before our last restart: only the server knows how often.
                known = await self._cluster.patch(_EVENTS, *key, {"lastTimestamp": news.at})
                count = int(known.get("count") or 1)
            else:
                self._remember(key, 1)
                return
        change = {"count": count + 1, "lastTimestamp": news.at}
        try:
            await self._cluster.patch(_EVENTS, *key, change)
        except ClusterError as error:
            if error.status != _NOT_FOUND:
                raise
            await self._cluster.create(_EVENTS, self._document(news, key))  # it had expired
            count = 0
        self._remember(key, count + 1)

    def _remember(self, key: _Key, count: int) -> None:
        self._counts[key] = count
        self._counts.move_to_end(key)
        if len(self._counts) > _REMEMBERED:
            self._counts.popitem(last=False)

    def _document(self, news: _News, key: _Key) -> dict[str, Any]:
        return {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": key.name, "namespace": key.namespace},
            "involvedObject": {
                "apiVersion": "v1" if news.ref.kind == "Secret" else API_VERSION,
                "kind": news.ref.kind,
                "namespace": news.ref.namespace,
                "name": news.ref.name,
                "uid": news.uid,
            },
            "type": news.type,
            "reason": news.reason,
            "message": news.message,
            "source": {"component": COMPONENT},
            "reportingComponent": COMPONENT,
            "firstTimestamp": news.at,
            "lastTimestamp": news.at,
            "count": 1,
        }
