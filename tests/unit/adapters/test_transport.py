"""Requests to an API server that misbehaves in every way that HTTP allows."""

import asyncio
import json
from pathlib import Path

import pytest
from aiohttp import web
from tests.unit.adapters.local_server import serving, status

from tocsin.adapters import transport as module
from tocsin.adapters.credentials import FileCredentials
from tocsin.adapters.transport import Transport
from tocsin.errors import ClusterError

TOKEN = "canary-token-7f3a"


def client(url: str, **options: object) -> Transport:
    return Transport(FileCredentials(url, trust=None, token=TOKEN), **options)


async def failing(handler, **request: object) -> ClusterError:
    async with serving(handler) as url:
        transport = client(url)
        with pytest.raises(ClusterError) as caught:
            await transport.request("GET", "/api/v1/pods", **request)
        await transport.aclose()
    assert TOKEN not in str(caught.value)
    return caught.value


async def test_it_logs_in_and_reads_json():
    seen = {}

    async def handler(request: web.Request) -> web.Response:
        seen.update(request.headers, path=request.path_qs)
        return web.json_response({"kind": "PodList", "items": []})

    async with serving(handler) as url:
        transport = client(url)
        answer = await transport.request("GET", "/api/v1/pods", query={"limit": "5"})
        await transport.aclose()
    assert answer == {"kind": "PodList", "items": []}
    assert seen["Authorization"] == f"Bearer {TOKEN}"
    assert seen["User-Agent"].startswith("tocsin/")
    assert seen["path"] == "/api/v1/pods?limit=5"


@pytest.mark.parametrize("code", [429, 503])
async def test_the_wish_to_wait_is_passed_on(code: int):
    async def by_header(_request: web.Request) -> web.Response:
        return web.Response(status=code, headers={"Retry-After": "7"}, text="later")

    async def by_details(_request: web.Request) -> web.Response:
        return status(code, "TooManyRequests", "storage is initializing", retryAfterSeconds=3)

    async def by_nothing(_request: web.Request) -> web.Response:
        return web.Response(status=code, headers={"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"})

    assert (await failing(by_header)).retry_after == 7
    error = await failing(by_details)
    assert (error.status, error.reason, error.retry_after) == (code, "TooManyRequests", 3)
    assert (await failing(by_nothing)).retry_after is None


async def test_an_answer_about_a_secret_keeps_only_its_reason():
    async def handler(_request: web.Request) -> web.Response:
        return status(422, "Invalid", 'Secret "x" is invalid: data[url]: Invalid value: "hunter2"')

    error = await failing(handler, secret=True)
    assert (error.status, error.reason) == (422, "Invalid")
    assert "hunter2" not in str(error)
    assert "hunter2" in str(await failing(handler))


async def test_a_message_is_one_short_line():
    async def handler(_request: web.Request) -> web.Response:
        return status(400, "BadRequest", "first\nsecond\x1b[31m" + "x" * 5000)

    message = (await failing(handler)).message
    assert message.startswith("first second [31m")
    assert len(message) == 512


async def test_what_is_no_api_server_is_said_so():
    async def handler(request: web.Request) -> web.Response:
        code = int(request.query.get("code", "200"))
        return web.Response(status=code, text="<html>hello</html>")

    assert (await failing(handler)).reason == "BadAnswer"
    error = await failing(handler, query={"code": "404"})
    assert (error.status, error.reason) == (404, "NotFound")
    assert "hello" not in error.message


async def test_a_refused_connection():
    transport = client("http://127.0.0.1:9")
    with pytest.raises(ClusterError) as caught:
        await transport.request("GET", "/api")
    await transport.aclose()
    assert (caught.value.status, caught.value.reason) == (0, "Unreachable")


async def test_an_answer_that_never_comes():
    async def handler(_request: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return web.Response()

    async with serving(handler) as url:
        transport = client(url, seconds=0.2)
        with pytest.raises(ClusterError) as caught:
            await transport.request("GET", "/api")
        await transport.aclose()
    assert caught.value.reason == "Timeout"


@pytest.mark.parametrize("announced", [True, False])
async def test_an_answer_without_an_end(announced: bool, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "ANSWER_BYTES", 100_000)

    async def handler(request: web.Request) -> web.StreamResponse:
        if announced:
            return web.Response(body=b"x" * 200_000)
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(1000):
            await response.write(b"x" * 10_000)
        return response

    assert (await failing(handler)).reason == "TooLarge"


class Dropping:
    """Answers once on each connection, then closes it without saying so."""

    def __init__(self) -> None:
        self.requests: list[str] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        if "Content-Length: 4" in head:
            assert await reader.readexactly(4) == b"body"
        self.requests.append(head.split(" ", 1)[0])
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        await writer.drain()
        await reader.read(1)  # the next request: closed in its face
        self.requests.append("dropped")
        writer.close()


async def second_request(method: str) -> tuple[list[str], ClusterError | None]:
    dropping = Dropping()
    server = await asyncio.start_server(dropping, "127.0.0.1", 0)
    transport = client(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    error = None
    await transport.request("GET", "/api")
    try:
        await transport.request(method, "/api", body=None if method == "GET" else b"body")
    except ClusterError as caught:
        error = caught
    await transport.aclose()
    server.close()
    await server.wait_closed()
    await asyncio.sleep(0.05)
    return dropping.requests, error


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_a_kept_connection_that_was_closed_costs_one_more_try(method: str):
    requests, error = await second_request(method)
    assert error is None
    assert requests[:3] == ["GET", "dropped", method]


async def test_a_post_is_never_sent_twice():
    requests, error = await second_request("POST")
    assert error is not None
    assert error.reason == "Unreachable"
    assert requests == ["GET", "dropped"]


async def test_a_rotated_token_is_read_at_once_after_a_401(tmp_path: Path):
    file = tmp_path / "token"
    file.write_text("old")
    seen = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.headers["Authorization"])
        text = await request.text()
        if request.headers["Authorization"] != "Bearer new":
            return status(401, "Unauthorized", "Unauthorized")
        return web.json_response({"got": text})

    async with serving(handler) as url:
        transport = Transport(FileCredentials(url, trust=None, token_file=file))
        with pytest.raises(ClusterError) as caught:
            await transport.request("GET", "/api")
        file.write_text("new\n")
        assert await transport.request("PATCH", "/api", body=b"x" * 9000) == {"got": "x" * 9000}
        await transport.aclose()
    assert caught.value.status == 401
    assert seen == ["Bearer old", "Bearer old", "Bearer new"]


async def events_of(handler, silence: float = 5.0) -> list[dict]:
    async with serving(handler) as url:
        transport = client(url)
        try:
            return [e async for e in transport.stream("/w", query={"a": "b"}, silence=silence)]
        finally:
            await transport.aclose()


def streaming(*chunks: bytes, end: bool = True):
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for chunk in chunks:
            await response.write(chunk)
            await asyncio.sleep(0.01)
        if not end:
            await asyncio.sleep(5)
        return response

    return handler


async def test_a_watch_is_cut_anywhere_into_lines():
    big = json.dumps({"type": "ADDED", "object": {"data": "y" * 300_000}}).encode()
    chunks = [b'{"type": "ADD', b'ED"}\n\n{"type": "DELETED"}\n', big[:99], big[99:] + b"\n"]
    found = await events_of(streaming(*chunks))
    assert [event["type"] for event in found] == ["ADDED", "DELETED", "ADDED"]


async def test_a_silent_watch_is_ended():
    with pytest.raises(ClusterError) as caught:
        await events_of(streaming(b'{"type": "ADDED"}\n', end=False), silence=0.2)
    assert caught.value.reason == "Timeout"


async def test_a_line_that_is_no_json_or_has_no_end(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(ClusterError) as caught:
        await events_of(streaming(b"{oops\n"))
    assert caught.value.reason == "BadAnswer"
    monkeypatch.setattr(module, "LINE_BYTES", 1000)
    with pytest.raises(ClusterError) as caught:
        await events_of(streaming(b"x" * 3000))
    assert caught.value.reason == "TooLarge"


async def test_a_watch_that_is_refused():
    async def handler(_request: web.Request) -> web.Response:
        return status(410, "Expired", "too old resource version")

    with pytest.raises(ClusterError) as caught:
        await events_of(handler)
    assert (caught.value.status, caught.value.reason) == (410, "Expired")
