"""
The operator's own endpoints: /healthz, /readyz, /metrics. GET alone, nothing else.

They say what is wrong in words, and never a name or a value that a tenant chose.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

from tocsin.adapters.telemetry import CONTENT_TYPE

Health = Callable[[], Sequence[str]]
"""Names what is wrong; empty when all is well."""

_LISTEN = re.compile(r"^(?:\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<host>[^\[\]:]*)):(?P<port>\d{1,5})$")
_LARGEST_PORT = 65_535
_BACKLOG = 64


class ListenError(ValueError):
    """The address cannot be listened on; the message says why and what to write."""


def parse_listen(text: str) -> tuple[str | None, int]:
    """
    Read HOST:PORT; no host means all addresses of IPv4 and IPv6.

    Raises ListenError with the form that is wanted.
    """
    match = _LISTEN.match(text)
    if match is None or int(match["port"]) > _LARGEST_PORT:
        raise ListenError(f"--listen {text!r}: write HOST:PORT, [IPv6]:PORT or :PORT")
    return match["six"] or match["host"] or None, int(match["port"])


class Endpoints:
    """The HTTP server; `start` opens it and `aclose` ends it."""

    def __init__(self, *, alive: Health, ready: Health, metrics: Callable[[], bytes]) -> None:
        self._metrics = metrics
        self._app = web.Application(client_max_size=1024)
        self._app.router.add_get("/healthz", _answer(alive), allow_head=False)
        self._app.router.add_get("/readyz", _answer(ready), allow_head=False)
        self._app.router.add_get("/metrics", self._show_metrics, allow_head=False)
        self._runner: web.AppRunner | None = None
        self.port = 0
        """The port that is listened on, once started."""

    async def start(self, host: str | None, port: int) -> None:
        """Listen; port 0 takes a free one. Raises ListenError."""
        runner = web.AppRunner(
            self._app, access_log=None, keepalive_timeout=30, max_line_size=2048, shutdown_timeout=1
        )
        await runner.setup()
        try:
            for opened in _sockets(host, port):
                await web.SockSite(runner, opened, backlog=_BACKLOG).start()
                self.port = opened.getsockname()[1]
        except OSError as error:
            await runner.cleanup()
            raise ListenError(
                f"--listen {host or ''}:{port}: {error.strerror or error}; choose another address"
            ) from error
        self._runner = runner

    async def aclose(self) -> None:
        """Stop listening."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def _show_metrics(self, _request: web.Request) -> web.Response:
        return web.Response(body=self._metrics(), headers={"Content-Type": CONTENT_TYPE})


def _answer(health: Health) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(_request: web.Request) -> web.Response:
        problems = health()
        text = "".join(f"{problem}\n" for problem in problems) or "ok\n"
        return web.Response(text=text, status=503 if problems else 200)

    return answer


def _sockets(host: str | None, port: int) -> list[socket.socket]:
    """Open one socket; without a host one that takes IPv4 and IPv6, or IPv4 where that is all."""
    if host is not None:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return [socket.create_server(address[:2], family=family, reuse_port=False)]
    if socket.has_dualstack_ipv6():
        both = socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)
        return [both]
    return [socket.create_server(("", port))]
