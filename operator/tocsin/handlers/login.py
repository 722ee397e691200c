"""kopf's login: a session that logs in by itself, with the operator's own credentials."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from tocsin.adapters.credentials import Credentials
from tocsin.adapters.transport import open_session
from tocsin.handlers.framework import kopf

_CALM = 60.0
_FIRST, _CAP = 0.5, 30.0


class Login:
    """
    Opens a session whenever kopf asks for one.

    Tokens are re-read by the session itself; kopf asks again only after a 401 that
    fresh credentials did not mend. Then each login within a minute waits longer, so
    that a refused operator does not hammer the API server.
    """

    def __init__(
        self, credentials: Credentials, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._credentials = credentials
        self._monotonic = monotonic
        self._last = -_CALM
        self._pause = 0.0
        self._sessions: list[Any] = []

    def register(self, registry: kopf.OperatorRegistry) -> None:
        """Make this the only way in which kopf logs in."""
        kopf.on.login(registry=registry, id="login")(self.log_in)

    async def aclose(self) -> None:
        """Close what kopf has not closed; a run that failed closes nothing."""
        for session in self._sessions:
            await session.close()
        self._sessions.clear()

    async def log_in(self, **_: Any) -> kopf.AiohttpSession:
        """Give kopf a session."""
        if self._monotonic() - self._last < _CALM:
            self._pause = min(max(self._pause * 2, _FIRST), _CAP)
            await asyncio.sleep(self._pause)
        else:
            self._pause = 0.0
        self._last = self._monotonic()
        # Every watch holds a connection for ever; their number is that of kinds x namespaces.
        session = open_session(self._credentials, connections=0)
        self._sessions = [s for s in self._sessions if not s.closed] + [session]
        return kopf.AiohttpSession(
            server=self._credentials.server,
            aiohttp_session=session,
            default_namespace=self._credentials.namespace,
        )
