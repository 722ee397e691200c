"""Which kinds are served."""

import pytest
from aiohttp import web
from tests.unit.adapters.local_server import serving, status

from tocsin.adapters.credentials import FileCredentials
from tocsin.adapters.discovery import served
from tocsin.adapters.transport import Transport
from tocsin.errors import ClusterError

PODS = ("", "v1", "pods")
RULES = ("monitoring.coreos.com", "v1", "prometheusrules")
OURS = ("tocsin.dev", "v1alpha1", "alertrules")


async def ask(handler):
    async with serving(handler) as url:
        transport = Transport(FileCredentials(url, trust=None))
        try:
            return await served(transport, [PODS, RULES, OURS])
        finally:
            await transport.aclose()


async def test_a_group_that_is_absent_serves_nothing():
    async def handler(request: web.Request) -> web.Response:
        if request.path == "/api/v1":
            return web.json_response({"resources": [{"name": "pods"}, {"name": "pods/status"}]})
        if request.path == "/apis/tocsin.dev/v1alpha1":
            return web.json_response({"resources": [{"name": "healthchecks"}]})
        return web.Response(status=404, text="404 page not found")

    assert await ask(handler) == {PODS}


async def test_trouble_is_no_absence():
    async def handler(_request: web.Request) -> web.Response:
        return status(503, "ServiceUnavailable", "later")

    with pytest.raises(ClusterError):
        await ask(handler)
