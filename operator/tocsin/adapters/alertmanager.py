"""
What of our routes and receivers Alertmanager has loaded, asked of every replica.

Read only. Routes, their receivers and the receivers' names are taken from the
configuration that `/api/v2/status` shows; nothing else of that answer is kept.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING

from tocsin.compile.loaded import Loaded, read_loaded

if TYPE_CHECKING:
    import httpx

SECONDS = 5.0
_ANSWER_BYTES = 16 << 20

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

    async def loaded(self) -> Loaded | None:
        """Give what every replica has loaded; None where that is unknown."""
        if not self._urls:
            return None
        seen = await asyncio.gather(*(self._loaded_by(url) for url in self._urls))
        known = [one for one in seen if one is not None]
        if len(known) < len(seen):
            return None
        return reduce(Loaded.shared, known)

    async def _loaded_by(self, url: str) -> Loaded | None:
        # Imported on first use: 8 MiB that an operator without these URLs need not pay.
        import httpx  # noqa: PLC0415 see above

        if self._client is None:
            # Its loggers write every URL at INFO, and a URL may hold a password.
            for name in ("httpx", "httpcore"):
                logging.getLogger(name).setLevel(logging.WARNING)
            self._client = httpx.AsyncClient(timeout=self._seconds, trust_env=False)
        try:
            async with asyncio.timeout(self._seconds):
                return read_loaded(await self._original(self._client, f"{url}/api/v2/status"))
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
