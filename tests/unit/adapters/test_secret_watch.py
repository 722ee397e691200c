"""The watch over one Secret: it comes back from everything, and tells what is."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web
from tests.unit.adapters.local_server import serving, status

from tocsin.adapters import secret_watch as module
from tocsin.adapters.credentials import FileCredentials
from tocsin.adapters.secret_watch import SecretWatch
from tocsin.adapters.transport import Transport

PATH = "/api/v1/namespaces/monitoring/secrets"


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "BACKOFF_START", 0.01)
    monkeypatch.setattr(module, "BACKOFF_CAP", 0.05)


def secret(version: int, value: str = "") -> dict[str, Any]:
    return {"metadata": {"name": "am", "resourceVersion": str(version)}, "data": {"k": value}}


class Server:
    """Answers lists and watches from scripts; the last entry of each repeats."""

    def __init__(self, lists: list[Any], watches: list[Any]) -> None:
        self.lists, self.watches = lists, watches
        self.asked: list[str] = []

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        assert request.path == PATH
        assert request.query["fieldSelector"] == "metadata.name=am"
        watching = "watch" in request.query
        self.asked.append(f"watch {request.query['resourceVersion']}" if watching else "list")
        script = self.watches if watching else self.lists
        answer = script.pop(0) if len(script) > 1 else script[0]
        if isinstance(answer, int):
            return status(answer, "Refused", "canary")
        if not watching:
            return web.json_response({"metadata": {"resourceVersion": "10"}, "items": answer})
        response = web.StreamResponse()
        await response.prepare(request)
        for event in answer:
            if event == "hang":
                await asyncio.sleep(5)
            await response.write(json.dumps(event).encode() + b"\n")
        return response


class Seen(list[Any]):
    def secret_seen(self, document: Any) -> None:
        self.append(None if document is None else document["metadata"]["resourceVersion"])


async def watched(server: Server, until: Callable[[Seen], bool], **options: Any) -> Seen:
    seen = Seen()
    async with serving(server) as url:
        transport = Transport(FileCredentials(url, trust=None))
        watch = SecretWatch(transport, "monitoring", "am", seen, **options)
        task = asyncio.create_task(watch.run())
        async with asyncio.timeout(5):
            while not until(seen):
                await asyncio.sleep(0.005)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await transport.aclose()
    return seen


def event(kind: str, version: int) -> dict[str, Any]:
    return {"type": kind, "object": secret(version)}


async def test_it_tells_what_is_and_what_changes():
    changes = [event("MODIFIED", 11), event("DELETED", 12), event("ADDED", 13), "hang"]
    seen = await watched(Server([[secret(9)]], [changes]), lambda s: len(s) == 4)
    assert seen == ["9", "11", None, "13"]


async def test_no_secret_is_news_too():
    assert await watched(Server([[]], [["hang"]]), bool) == [None]
    assert await watched(Server([None], [["hang"]]), bool) == [None]


async def test_an_ended_watch_goes_on_where_it_was():
    bookmark = {"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "20"}}}
    server = Server([[secret(9)]], [[bookmark], [event("MODIFIED", 21), "hang"]])
    assert await watched(server, lambda s: len(s) == 2) == ["9", "21"]
    assert server.asked == ["list", "watch 10", "watch 20"]


@pytest.mark.parametrize(
    "gone", [410, [{"type": "ERROR", "object": {"code": 410, "reason": "Expired"}}]]
)
async def test_an_expired_version_is_listed_again(gone: Any):
    server = Server([[secret(9)], []], [gone, ["hang"]])
    assert await watched(server, lambda s: len(s) == 2) == ["9", None]
    assert server.asked[:3] == ["list", "watch 10", "list"]


async def test_a_silent_watch_is_begun_again_without_a_list():
    server = Server([[secret(9)]], [["hang"], [event("MODIFIED", 11), "hang"]])
    seen = await watched(server, lambda s: len(s) == 2, silence=0.1)
    assert seen == ["9", "11"]
    assert server.asked[:3] == ["list", "watch 10", "watch 10"]


async def test_refusals_are_waited_out_and_counted(caplog: pytest.LogCaptureFixture):
    failed: list[tuple[str, str]] = []
    server = Server([403, 500, 503, [secret(9)]], [["hang"]])
    seen = await watched(server, bool, failed=lambda *what: failed.append(what))
    assert seen == ["9"]
    assert failed == [("AlertmanagerSecret", "Refused")] * 3
    assert "canary" not in caplog.text


async def test_a_server_that_is_not_there_is_waited_for():
    seen = Seen()
    transport = Transport(FileCredentials("http://127.0.0.1:9", trust=None))
    task = asyncio.create_task(SecretWatch(transport, "monitoring", "am", seen).run())
    await asyncio.sleep(0.2)
    assert not task.done()
    task.cancel()
    await transport.aclose()
    assert seen == []
