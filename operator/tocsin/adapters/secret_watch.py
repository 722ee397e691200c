"""
The watch over one Secret, by name: list, watch, and begin again, for ever.

Our RBAC allows Secrets by `resourceNames` alone, which the API honours only for
requests with a field selector on that name; kopf watches whole resources, so this
one is watched here. It tells its sink what is, and decides nothing.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from tocsin.adapters.cluster import path_of
from tocsin.adapters.transport import Transport
from tocsin.errors import ClusterError

LOG = logging.getLogger("tocsin.secret_watch")

_SECRETS = ("", "v1", "secrets")
_GONE = 410
_SERVER_SECONDS = (240, 300)
_SILENCE = 75.0
"""Longest silence of a live watch: the API server sends a bookmark each minute."""
BACKOFF_START, BACKOFF_CAP = 0.25, 30.0


class Sink(Protocol):
    """Who is told; `reconcile.ports.Feed` is one."""

    def secret_seen(self, document: Mapping[str, Any] | None) -> None:
        """Take the Secret as it is now; None where there is none."""
        ...


class SecretWatch:
    """Watches one Secret."""

    def __init__(
        self,
        transport: Transport,
        namespace: str,
        name: str,
        sink: Sink,
        *,
        failed: Callable[[str, str], None] = lambda _kind, _reason: None,
        kind: str = "AlertmanagerSecret",
        silence: float = _SILENCE,
    ) -> None:
        self._transport = transport
        self._path = path_of(_SECRETS, namespace)
        self._where = f"{namespace}/{name}"
        self._query = {"fieldSelector": f"metadata.name={name}"}
        self._sink = sink
        self._failed = failed
        self._kind = kind
        self._silence = silence
        self._version: str | None = None

    async def run(self) -> None:
        """Run until cancelled; every trouble is waited out with a growing, jittered pause."""
        pause = BACKOFF_START
        while True:
            try:
                if self._version is None:
                    await self._list()
                await self._watch(self._version or "")
                pause = BACKOFF_START
                await asyncio.sleep(BACKOFF_START * random.random())  # noqa: S311 jitter
            except ClusterError as error:
                if error.reason == "Timeout":
                    continue  # a silent stream: look again from where we are
                if error.status == _GONE:
                    self._version = None
                elif error.status:
                    # The server spoke: what it said of the watch may hold for our version too.
                    self._version = None
                    self._failed(self._kind, error.reason)
                    LOG.warning("watching Secret %s: %s", self._where, error)
                await asyncio.sleep(pause * random.uniform(0.75, 1.25))  # noqa: S311 jitter
                pause = min(pause * 2, BACKOFF_CAP)

    async def _list(self) -> None:
        answer = await self._transport.request("GET", self._path, query=self._query, secret=True)
        items = answer.get("items") or []
        self._sink.secret_seen(items[0] if items else None)
        self._version = str(answer["metadata"]["resourceVersion"])

    async def _watch(self, version: str) -> None:
        query = {
            **self._query,
            "watch": "1",
            "allowWatchBookmarks": "true",
            "resourceVersion": version,
            "timeoutSeconds": str(random.randint(*_SERVER_SECONDS)),  # noqa: S311 spreads load
        }
        events = self._transport.stream(self._path, query=query, silence=self._silence, secret=True)
        async for event in events:
            self._take(event)

    def _take(self, event: Mapping[str, Any]) -> None:
        kind, document = event.get("type"), event.get("object") or {}
        if kind == "ERROR":
            status = int(document.get("code") or 500)
            raise ClusterError(status, str(document.get("reason") or "Unknown"), "the watch ended")
        if kind in {"ADDED", "MODIFIED"}:
            self._sink.secret_seen(document)
        elif kind == "DELETED":
            self._sink.secret_seen(None)
        version = (document.get("metadata") or {}).get("resourceVersion")
        if version:
            self._version = str(version)
