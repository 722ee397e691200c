"""
One server that stands for every provider: it answers as each of them would.

A channel's address is `URL/CHANNEL`, so that a request says by its path whose it is.
Where Alertmanager knows only one address (Pushover, PagerDuty's first API, Slack's
`chat.postMessage`), the server is the channel's proxy, and speaks TLS itself with a
certificate of its own: what is recorded then is the whole address.
"""

from __future__ import annotations

import json
import ssl
import sys
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

_SHOWN = ("Authorization", "X-Auth-Token", "X-User-Id")
_SNS = (
    '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult>'
    "<MessageId>1</MessageId></PublishResult></PublishResponse>"
)
_ISSUE = {"key": "OPS-1", "fields": {"status": {"name": "Open", "statusCategory": {"key": "new"}}}}


@dataclass(frozen=True)
class Request:
    """What a provider was asked."""

    method: str
    address: str
    """Path with query; behind the proxy, the whole address."""
    headers: dict[str, str]
    body: Any
    """Parsed JSON or form, or text."""

    @property
    def channel(self) -> str:
        """The first part of the path, or the host behind the proxy."""
        parts = urlsplit(self.address)
        return parts.netloc or parts.path.split("/")[1]

    def shown(self) -> dict[str, Any]:
        """Write the request for people."""
        text: dict[str, Any] = {"request": f"{self.method} {self.address}"}
        parts = urlsplit(self.address)
        if parts.query and len(parts.query) > 80:
            text = {"request": f"{self.method} {self.address.partition('?')[0]}"}
            text["query"] = dict(parse_qsl(parts.query, keep_blank_values=True))
        headers = {name: self.headers[name] for name in _SHOWN if name in self.headers}
        headers = {name: value for name, value in headers.items() if "AWS4" not in value}
        return text | ({"headers": headers} if headers else {}) | {"body": self.body}


class Providers:
    """Use with `with`; `folder` holds `serving.crt` and `serving.key`."""

    def __init__(self, folder: Path) -> None:
        self.received: dict[str, list[Request]] = defaultdict(list)
        self._issues: set[str] = set()
        self._arrived = threading.Condition()
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(folder / "serving.crt", folder / "serving.key")
        self._server = _Server(("127.0.0.1", 0), _handler(self, self._tls))
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )

    @property
    def url(self) -> str:
        """Without a path."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def wait_for(self, channel: str, count: int, *, timeout: float = 60) -> list[Request]:
        """Wait for this many requests of a channel."""
        limit = time.monotonic() + timeout
        with self._arrived:
            while len(self.received[channel]) < count:
                if not self._arrived.wait(max(0.0, limit - time.monotonic())):
                    raise TimeoutError(f"{channel}: {self.received[channel]}")
            return list(self.received[channel])

    def wait_for_text(self, channel: str, text: str, *, avoid: str = "\0") -> Request:
        """Wait for a channel's first request that holds a text, in an address without another."""
        limit = time.monotonic() + 60
        with self._arrived:
            while True:
                for request in self.received[channel]:
                    if text in str(request) and avoid not in request.address:
                        return request
                if not self._arrived.wait(max(0.0, limit - time.monotonic())):
                    raise TimeoutError(f"{channel}: {self.received[channel]}")

    def clear(self) -> None:
        """Forget what was asked; issues stay open."""
        with self._arrived:
            self.received.clear()

    def answer(self, request: Request) -> str:
        """Record a request and say what its provider would."""
        with self._arrived:
            self.received[request.channel].append(request)
            self._arrived.notify_all()
            return self._answer(request, urlsplit(request.address).path)

    def _answer(self, request: Request, path: str) -> str:
        if request.channel.startswith("jira"):
            return json.dumps(self._jira(request, path))
        if "sns" in request.channel:
            return _SNS
        if path.endswith("/sendMessage"):
            sent = {"message_id": 1, "date": 1, "chat": {"id": -100, "type": "group"}}
            return json.dumps({"ok": True, "result": sent})
        if path.endswith("/gettoken"):
            return json.dumps({"errcode": 0, "access_token": "ACCESS"})
        # Slack says ok, Rocket.Chat success, WeCom errcode, Pushover status.
        said = {"success": True, "errcode": 0, "status": 1}
        return json.dumps({"ok": True, "channel": "C1", "ts": "1"} | said)

    def _jira(self, request: Request, path: str) -> Any:
        if "/search" in path:
            return {"issues": [_ISSUE] if request.channel in self._issues else []}
        if path.endswith("/transitions"):
            return {"transitions": [{"id": "31", "name": "Done"}]}
        self._issues.add(request.channel)
        return {"key": "OPS-1"}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Let clients go away in the middle, and nothing else."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    providers: Providers
    tls: ssl.SSLContext
    host = ""

    def do_CONNECT(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.host = f"https://{self.path.removesuffix(':443')}"
        self.connection = self.tls.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", 0)

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(
            self.command,
            f"{self.host}{self.path}",
            dict(self.headers.items()),
            _parsed(raw, self.headers.get("Content-Type") or ""),
        )
        answer = self.providers.answer(request).encode()
        kind = "text/xml" if answer.startswith(b"<") else "application/json"
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def do_GET(self) -> None:
        self.do_POST()

    def do_PUT(self) -> None:
        self.do_POST()

    def finish(self) -> None:
        super().finish()
        if self.host:
            self.connection.close()

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


def _handler(providers: Providers, tls: ssl.SSLContext) -> type[_Handler]:
    return type("Handler", (_Handler,), {"providers": providers, "tls": tls})


def _parsed(raw: bytes, kind: str) -> Any:
    text = raw.decode(errors="replace")
    if "form" in kind:
        return dict(parse_qsl(text, keep_blank_values=True))
    try:
        return json.loads(text)
    except ValueError:
        return text
