"""The shop: fine, broken for every second customer, fine again; and what it exposes."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import ThreadingHTTPServer

import pytest
from tests.demo import receiver, sample


def test_a_broken_shop_fails_every_second_customer() -> None:
    shop = sample.Shop()
    assert [shop.pay() for _ in range(4)] == [200] * 4
    shop.broken = True
    assert sorted(shop.pay() for _ in range(4)) == [200, 200, 500, 500]
    shop.broken = False
    assert [shop.pay() for _ in range(4)] == [200] * 4
    assert 'http_requests_total{code="200"} 10\n' in shop.exposition()
    assert 'http_requests_total{code="500"} 2\n' in shop.exposition()


def test_both_counters_are_there_before_the_first_error() -> None:
    """A counter that appears with its first error has no increase to see."""
    assert 'http_requests_total{code="500"} 0\n' in sample.Shop().exposition()


@pytest.fixture
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), sample.handler_of(sample.Shop()))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_switch_is_a_post(url: str) -> None:
    def ask(path: str, method: str = "GET") -> int:
        request = urllib.request.Request(url + path, method=method)
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    assert ask("/break", "POST") == 200
    assert {ask("/pay"), ask("/pay")} == {200, 500}
    assert ask("/mend", "POST") == 200
    assert {ask("/pay"), ask("/pay")} == {200}
    assert ask("/break") == 404
    assert ask("/other", "POST") == 404


def test_the_receiver_gives_back_what_it_got() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), receiver.handler_of([]))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    for body in (b'{"status": "firing"}', b"no JSON"):
        urllib.request.urlopen(url, data=body, timeout=5).close()
    with urllib.request.urlopen(f"{url}/received", timeout=5) as answer:
        assert json.loads(answer.read()) == [{"status": "firing"}, "no JSON"]
    server.shutdown()
    thread.join()
    server.server_close()
