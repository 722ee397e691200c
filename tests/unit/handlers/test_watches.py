"""What ends kopf (and so a plain kopf operator) must not end the watches."""

import asyncio
import contextlib
import functools
import json
from typing import Any

import pytest
from aiohttp import web
from tests.unit.adapters.local_server import serving, status

from tocsin.adapters.credentials import FileCredentials
from tocsin.handlers import settings as settings_module
from tocsin.handlers import watches as module
from tocsin.handlers.settings import InfiniteJitteredBackoff
from tocsin.handlers.watches import Watches

pytestmark = pytest.mark.slow


def resource(plural: str, kind: str, *, namespaced: bool) -> dict[str, Any]:
    names = {"name": plural, "singularName": kind.lower(), "kind": kind}
    return {**names, "namespaced": namespaced, "verbs": ["get", "list", "watch"]}


DISCOVERY: dict[str, Any] = {
    "/api": {"versions": ["v1"]},
    "/api/v1": {"resources": [resource("namespaces", "Namespace", namespaced=False)]},
    "/apis": {
        "groups": [
            {
                "name": "tocsin.dev",
                "versions": [{"groupVersion": "tocsin.dev/v1alpha1", "version": "v1alpha1"}],
                "preferredVersion": {"version": "v1alpha1"},
            }
        ]
    },
    "/apis/tocsin.dev/v1alpha1": {
        "resources": [resource("alertrules", "AlertRule", namespaced=True)]
    },
}


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch):
    quick = functools.partial(InfiniteJitteredBackoff, 0.01, 0.05)
    monkeypatch.setattr(settings_module, "InfiniteJitteredBackoff", quick)
    monkeypatch.setattr(module, "InfiniteJitteredBackoff", quick)


def rule(name: str) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "shop", "uid": f"uid-{name}", "resourceVersion": "5"}
    return {"apiVersion": "tocsin.dev/v1alpha1", "kind": "AlertRule", "metadata": metadata}


class Server:
    """As much of an API server as a watch needs; fails as the script says, then works."""

    def __init__(self, *script: Any) -> None:
        self.script = list(script)
        self.lists = 0
        self.watches = 0

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        if request.path in DISCOVERY:
            return web.json_response(DISCOVERY[request.path])
        assert request.method == "GET"
        if request.path == "/api/v1/namespaces":
            return await self._nothing(request)
        if "watch" not in request.query:
            self.lists += 1
            items = [rule("old")]
            return web.json_response({"metadata": {"resourceVersion": "1"}, "items": items})
        self.watches += 1
        last = not self.script
        trouble = [{"type": "ADDED", "object": rule("new")}] if last else self.script.pop(0)
        if isinstance(trouble, int):
            return status(trouble, "Trouble", "no")
        response = web.StreamResponse()
        await response.prepare(request)
        for event in trouble:
            line = event if isinstance(event, bytes) else json.dumps(event).encode() + b"\n"
            await response.write(line)
        if last:
            await asyncio.sleep(30)
        return response

    async def _nothing(self, request: web.Request) -> web.StreamResponse:
        if "watch" not in request.query:
            return web.json_response({"metadata": {"resourceVersion": "1"}, "items": []})
        response = web.StreamResponse()
        await response.prepare(request)
        await asyncio.sleep(30)
        return response


class Seen(list[Any]):
    def seen(self, kind: str, event_type: str | None, document: Any) -> None:
        self.append((kind, event_type, document["metadata"]["name"]))


async def watched(server: Server) -> tuple[Seen, int]:
    seen, restarts = Seen(), []
    async with serving(server) as url:
        credentials = FileCredentials(url, trust=None)
        watches = Watches(credentials, seen, restarted=lambda: restarts.append(1))
        task = asyncio.create_task(watches.run())
        try:
            async with asyncio.timeout(25):
                while ("AlertRule", "ADDED", "new") not in seen:
                    await asyncio.sleep(0.01)
            assert not task.done()
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
    return seen, len(restarts)


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param([503] * 20, id="more 503 than kopf's own patience"),
        pytest.param([403] * 20, id="a right taken away and given back"),
        pytest.param([500, 429, 504, 502], id="every other refusal"),
        pytest.param([[], [], []], id="streams that end at once"),
    ],
)
async def test_trouble_that_is_waited_out(trouble: list[Any]):
    seen, restarts = await watched(Server(*trouble))
    assert seen[0] == ("AlertRule", None, "old")
    assert restarts == 0


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(410, id="410 as a status"),
        pytest.param(404, id="the kind is gone"),
        pytest.param([{"type": "ERROR", "object": {"code": 500}}], id="an error in the stream"),
        pytest.param([b'{"type": "ADD\n'], id="a line that is no JSON"),
    ],
)
async def test_trouble_that_ends_kopf_begins_the_watches_anew(trouble: Any):
    server = Server(trouble)
    seen, restarts = await watched(server)
    assert restarts == 1
    assert server.lists == 2
    assert seen.count(("AlertRule", None, "old")) == 2


async def test_an_expired_version_in_the_stream_is_listed_again():
    server = Server([{"type": "ERROR", "object": {"code": 410, "reason": "Expired"}}])
    seen, restarts = await watched(server)
    assert (restarts, server.lists) == (0, 2)
    assert seen.count(("AlertRule", None, "old")) == 2


async def test_ending_is_quick_even_before_the_server_was_reached():
    watches = Watches(FileCredentials("http://127.0.0.1:9", trust=None), Seen())
    task = asyncio.create_task(watches.run())
    await asyncio.sleep(0.3)
    began = asyncio.get_running_loop().time()
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert asyncio.get_running_loop().time() - began < 4
    assert watches.silent_for() < 10
