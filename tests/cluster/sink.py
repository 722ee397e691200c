"""
A local receiver of notifications: records every request that it gets on the loopback address.

Webhook, Slack, Discord and PagerDuty all speak HTTP with a JSON body; point their URL here.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True)
class Notification:
    """One request: ``body`` is the parsed JSON (or the text), ``time`` seconds since the epoch."""

    path: str
    headers: dict[str, str]
    body: Any
    time: float


class Sink:
    """
    A server in a thread; use it with ``with`` or ``close`` it.

    ``status`` is what it answers (set it to 500 to refuse), ``answer`` the body of its answers.
    """

    def __init__(self, *, status: int = 200, answer: str = "ok", port: int = 0) -> None:
        self.status = status
        self.answer = answer
        self.received: list[Notification] = []
        self._arrived = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )
        self._thread.start()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        sink = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                sink._record(self.path, dict(self.headers.items()), raw)
                answer = sink.answer.encode()
                self.send_response(sink.status)
                self.send_header("Content-Type", "text/plain")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_words: object) -> None:
                """Say nothing."""

        return Handler

    def _record(self, path: str, headers: dict[str, str], raw: bytes) -> None:
        try:
            body = json.loads(raw)
        except ValueError:
            body = raw.decode(errors="replace")
        with self._arrived:
            self.received.append(Notification(path, headers, body, time.time()))
            self._arrived.notify_all()

    @property
    def url(self) -> str:
        """Without a path; every path is accepted."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def wait_for(
        self, predicate: Callable[[Notification], Any] = bool, *, timeout: float = 30
    ) -> Notification:
        """The first notification, old or new, for which ``predicate`` is true."""
        limit = time.monotonic() + timeout
        looked_at = 0
        with self._arrived:
            while True:
                while looked_at < len(self.received):
                    looked_at += 1
                    if predicate(self.received[looked_at - 1]):
                        return self.received[looked_at - 1]
                remaining = limit - time.monotonic()
                if remaining <= 0:
                    raise TimeoutError(
                        f"no such notification in {timeout:g} s; received: "
                        f"{[(n.path, n.body) for n in self.received]}"
                    )
                self._arrived.wait(remaining)

    def clear(self) -> None:
        """Forget what was received."""
        with self._arrived:
            self.received.clear()

    def close(self) -> None:
        """End the server."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()
