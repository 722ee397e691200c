"""
The sample service: a small shop that answers requests, counts them, and can be broken.

    GET  /metrics       http_requests_total{code="200"|"500"}
    GET  /pay           what customers ask for: 200, or half of the time 500 when broken
    POST /break /mend   the switch

It makes its own traffic: twenty customers a second. Standard library alone, in one file, so that
it also runs in a pod from a ConfigMap: ``python sample.py HOST PORT``.
"""

from __future__ import annotations

import http.client
import itertools
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CUSTOMERS_PER_SECOND = 20


class Shop:
    """How many requests were answered how, and whether the shop is broken."""

    def __init__(self) -> None:
        self.broken = False
        self._counted = {200: 0, 500: 0}
        self._numbers = itertools.count()
        self._lock = threading.Lock()

    def pay(self) -> int:
        """Serve one customer; gives the status code of the answer."""
        with self._lock:
            code = 500 if self.broken and next(self._numbers) % 2 else 200
            self._counted[code] += 1
        return code

    def exposition(self) -> str:
        """The metrics, in Prometheus' text format."""
        with self._lock:
            counted = dict(self._counted)
        lines = ["# HELP http_requests_total Requests answered, by status code."]
        lines.append("# TYPE http_requests_total counter")
        lines += [f'http_requests_total{{code="{code}"}} {n}' for code, n in counted.items()]
        return "\n".join(lines) + "\n"


def handler_of(shop: Shop) -> type[BaseHTTPRequestHandler]:
    """The HTTP side of a shop."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path == "/metrics":
                self._answer(200, shop.exposition(), "text/plain; version=0.0.4")
            elif self.path == "/pay":
                self._answer(shop.pay(), "")
            else:
                self._answer(404, f"no {self.path} here; there are /metrics and /pay\n")

        def do_POST(self) -> None:
            if self.path not in ("/break", "/mend"):
                self._answer(404, f"no {self.path} here; there are /break and /mend\n")
                return
            shop.broken = self.path == "/break"
            state = "broken: half of the requests fail" if shop.broken else "mended"
            self._answer(200, f"the shop is {state}\n")

        def _answer(self, code: int, text: str, content_type: str = "text/plain") -> None:
            body = text.encode()
            self.send_response(code)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Say nothing of single requests."""

    return Handler


def make_traffic(port: int) -> None:
    """Be the customers, for ever; a shop that does not answer is asked again a second later."""
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            while True:
                connection.request("GET", "/pay")
                connection.getresponse().read()
                time.sleep(1 / CUSTOMERS_PER_SECOND)
        except (OSError, http.client.HTTPException):
            time.sleep(1)
        finally:
            connection.close()


def main(host: str, port: int) -> None:
    """Serve until the process is ended."""
    server = ThreadingHTTPServer((host, port), handler_of(Shop()))
    server.daemon_threads = True
    threading.Thread(target=make_traffic, args=(server.server_port,), daemon=True).start()
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
