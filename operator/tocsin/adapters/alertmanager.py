"""
Which routes Alertmanager has loaded, asked of every replica.

Read only. The digests stand in the configuration that `/api/v2/status` shows, as
matchers on `tocsin_route`; nothing else of that answer is looked at or kept.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

SECONDS = 5.0
_ANSWER_BYTES = 16 << 20
# `tocsin_route="d1"`, and for digests of several rules `tocsin_route=~"d1|d2"`; Alertmanager
# prints matchers inside YAML strings, where the quotes may be escaped.
_MATCHER = re.compile(r'tocsin_route=~?\\?"([^"\\]*)\\?"')

LOG = logging.getLogger("tocsin.alertmanager")


class HttpAlertmanagerObserver:
    """Satisfies `reconcile.ports.AlertmanagerObserver`."""

    def __init__(self, urls: Sequence[str], *, seconds: float = SECONDS) -> None:
        self._urls = tuple(url.rstrip("/") for url in urls)
        self._seconds = seconds
        self._client: httpx.AsyncClient | None = None

    async def aclose(self) -> None:
        """Close the connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def loaded_routes(self) -> frozenset[str] | None:
        """Give the digests that every replica has loaded; None where that is unknown."""
        if not self._urls:
            return None
        seen = await asyncio.gather(*(self._routes_of(url) for url in self._urls))
        known = [routes for routes in seen if routes is not None]
        if len(known) < len(seen):
            return None
        return frozenset.intersection(*known)

    async def _routes_of(self, url: str) -> frozenset[str] | None:
        # Imported on first use: 8 MiB that an operator without these URLs need not pay.
        import httpx  # noqa: PLC0415 see above

        if self._client is None:
            # Its loggers write every URL at INFO, and a URL may hold a password.
            for name in ("httpx", "httpcore"):
                logging.getLogger(name).setLevel(logging.WARNING)
            self._client = httpx.AsyncClient(timeout=self._seconds, trust_env=False)
        try:
            async with asyncio.timeout(self._seconds):
                return digests(await self._original(self._client, f"{url}/api/v2/status"))
        except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError, ValueError) as error:
            LOG.warning(
                "an Alertmanager replica could not be asked (%s); its routes count as unknown",
                type(error).__name__,
            )
            return None

    async def _original(self, client: httpx.AsyncClient, url: str) -> str:
        async with client.stream("GET", url) as response:
            response.raise_for_status()
            body = bytearray()
            async for part in response.aiter_bytes():
                body += part
                if len(body) > _ANSWER_BYTES:
                    raise ValueError("the answer is too large")
        return _config(bytes(body))


def _config(body: bytes) -> str:
    answer = json.loads(body)
    try:
        return str(answer["config"]["original"])
    except (KeyError, TypeError) as error:
        raise ValueError("the answer has no config.original") from error


def digests(configuration: str) -> frozenset[str]:
    """Give the route digests that a configuration's matchers name."""
    found = _MATCHER.findall(configuration)
    return frozenset(part for value in found for part in value.split("|") if part)
