"""The operator's own endpoints."""

import socket

import aiohttp
import pytest

from tocsin.adapters.web import Endpoints, ListenError, parse_listen


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (":8080", (None, 8080)),
        ("127.0.0.1:0", ("127.0.0.1", 0)),
        ("[::1]:9090", ("::1", 9090)),
        ("localhost:65535", ("localhost", 65535)),
    ],
)
def test_addresses(text: str, address: tuple[str | None, int]):
    assert parse_listen(text) == address


@pytest.mark.parametrize("text", ["", "8080", ":", ":65536", "::1:80", "[::1]", "a b", ":-1"])
def test_addresses_that_are_none(text: str):
    with pytest.raises(ListenError, match="write HOST:PORT"):
        parse_listen(text)


async def get(port: int, path: str, method: str = "GET", host: str = "127.0.0.1"):
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, f"http://{host}:{port}{path}") as answer,
    ):
        return answer.status, await answer.text(), answer.headers.get("Content-Type", "")


async def test_health_readiness_and_metrics():
    problems: list[str] = []
    endpoints = Endpoints(
        alive=lambda: problems, ready=lambda: ("waiting for AlertRule",), metrics=lambda: b"x 1\n"
    )
    await endpoints.start("127.0.0.1", 0)
    try:
        assert await get(endpoints.port, "/healthz") == (200, "ok\n", "text/plain; charset=utf-8")
        problems += ["stuck", "late"]
        assert (await get(endpoints.port, "/healthz"))[:2] == (503, "stuck\nlate\n")
        assert (await get(endpoints.port, "/readyz"))[:2] == (503, "waiting for AlertRule\n")
        assert await get(endpoints.port, "/metrics") == (
            200,
            "x 1\n",
            "text/plain; version=0.0.4; charset=utf-8",
        )
        for method in ("POST", "PUT", "DELETE", "HEAD"):
            assert (await get(endpoints.port, "/metrics", method))[0] == 405
        assert (await get(endpoints.port, "/"))[0] == 404
        assert (await get(endpoints.port, "/metrics?" + "x" * 5000))[0] == 400
    finally:
        await endpoints.aclose()


async def test_without_a_host_both_families_are_served():
    endpoints = Endpoints(alive=tuple, ready=tuple, metrics=lambda: b"")
    await endpoints.start(None, 0)
    try:
        assert (await get(endpoints.port, "/healthz"))[0] == 200
        if socket.has_dualstack_ipv6():
            assert (await get(endpoints.port, "/healthz", host="[::1]"))[0] == 200
    finally:
        await endpoints.aclose()


async def test_a_taken_port_is_said_so():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        endpoints = Endpoints(alive=tuple, ready=tuple, metrics=lambda: b"")
        with pytest.raises(ListenError, match="choose another address"):
            await endpoints.start("127.0.0.1", taken.getsockname()[1])
