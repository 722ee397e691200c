"""
A receiver of notifications for a pod: records what is POSTed, gives it back on ``GET /received``.

Standard library alone, in one file: ``python receiver.py HOST PORT``. On this machine
``tests.cluster.Sink`` does the same within the demo's own process.
"""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEPT = 100


def handler_of(received: list[Any]) -> type[BaseHTTPRequestHandler]:
    """The HTTP side of a list of messages."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                received.append(json.loads(raw))
            except ValueError:
                received.append(raw.decode(errors="replace"))
            del received[:-KEPT]
            self._answer("ok")

        def do_GET(self) -> None:
            self._answer(json.dumps(received))

        def _answer(self, text: str) -> None:
            body = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Say nothing of single requests."""

    return Handler


def main(host: str, port: int) -> None:
    """Serve until the process is ended."""
    ThreadingHTTPServer((host, port), handler_of([])).serve_forever()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
