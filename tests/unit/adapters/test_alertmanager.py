"""Which routes are loaded, by what the replicas answer."""

import asyncio
import json
import logging

import pytest
from aiohttp import web
from tests.unit.adapters.local_server import serving

from tocsin.adapters.alertmanager import HttpAlertmanagerObserver
from tocsin.compile.loaded import Loaded, digests

# As Alertmanager 0.34.2 prints what it has loaded.
ORIGINAL = """route:
  receiver: tocsin/nobody
  routes:
  - matchers:
    - tocsin_route="aaaa1111"
    continue: false
  - matchers: [ 'tocsin_route=~"bbbb2222|cccc3333"' ]
  - matchers:
    - "tocsin_route=\\"dddd4444\\""
  - matchers:
    - tocsin_route!=""
    - tocsin_namespace="shop"
"""


def status(original: object = ORIGINAL):
    async def handler(request: web.Request) -> web.Response:
        assert request.path == "/base/api/v2/status"
        return web.json_response({"cluster": {}, "config": {"original": original}})

    return handler


async def observed(*urls: str, **options: float) -> Loaded | None:
    observer = HttpAlertmanagerObserver(urls, **options)
    try:
        return await observer.loaded()
    finally:
        await observer.aclose()


async def test_no_urls_means_unknown():
    assert await observed() is None


async def test_only_what_every_replica_has_counts():
    other = 'matchers:\n- tocsin_route="aaaa1111"\n- tocsin_route="ffff"\n'
    async with serving(status()) as one, serving(status(other)) as two:
        both = await observed(f"{one}/base/", f"{two}/base")
        alone = await observed(f"{one}/base")
    assert (both and both.digests) == {"aaaa1111"}
    assert (alone and alone.digests) == digests(ORIGINAL)


async def test_one_that_cannot_be_reached_makes_it_unknown(caplog: pytest.LogCaptureFixture):
    async with serving(status()) as one:
        assert await observed(f"{one}/base", "http://user:canary@127.0.0.1:9") is None
    assert "ConnectError" in caplog.text
    assert "canary" not in caplog.text


@pytest.mark.parametrize(
    "answer", [b"no json", b"[]", b'{"config": {}}', b'{"config": null}', b'"x"', b"null"]
)
async def test_a_strange_answer_makes_it_unknown(answer: bytes):
    async def handler(_request: web.Request) -> web.Response:
        return web.Response(body=answer)

    async with serving(handler) as url:
        assert await observed(url) is None


async def test_an_error_and_a_redirect_make_it_unknown():
    async def handler(request: web.Request) -> web.Response:
        if request.path.startswith("/moved"):
            return web.Response(status=302, headers={"Location": "/base/api/v2/status"})
        return web.Response(status=503, body=json.dumps({"config": {"original": ""}}).encode())

    async with serving(handler) as url:
        assert await observed(url) is None
        assert await observed(f"{url}/moved") is None


async def test_a_slow_one_makes_it_unknown():
    async def handler(_request: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return web.Response()

    async with serving(handler) as url:
        assert await observed(url, seconds=0.1) is None


async def test_its_libraries_do_not_log_urls():
    async with serving(status()) as url:
        await observed(f"{url}/base")
    assert logging.getLogger("httpx").getEffectiveLevel() == logging.WARNING
    assert logging.getLogger("httpcore").getEffectiveLevel() == logging.WARNING


async def test_the_environments_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    async with serving(status()) as url:
        seen = await observed(f"{url}/base")
    assert (seen and seen.digests) == digests(ORIGINAL)
