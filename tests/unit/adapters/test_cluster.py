"""Paths, pages and bodies of `ApiCluster`, against a local server."""

import json

import pytest
from aiohttp import web
from tests.unit.adapters.local_server import Handler, serving, status

from tocsin.adapters.cluster import METADATA, ApiCluster, path_of
from tocsin.adapters.credentials import FileCredentials
from tocsin.adapters.transport import Transport
from tocsin.errors import ClusterError

RULES = ("tocsin.dev", "v1alpha1", "alertrules")
NAMESPACES = ("", "v1", "namespaces")
SECRETS = ("", "v1", "secrets")


async def asked(handler: Handler, ask, **options):
    async with serving(handler) as url:
        cluster = ApiCluster(Transport(FileCredentials(url, trust=None)), **options)
        try:
            return await ask(cluster)
        finally:
            await cluster.aclose()


class Pages:
    """Serves five objects, two a page; an expired token as often as told."""

    def __init__(self, expire: int = 0) -> None:
        self.expire = expire
        self.requests: list[str] = []

    async def __call__(self, request: web.Request) -> web.Response:
        self.requests.append(request.path)
        assert request.headers["Accept"] == METADATA
        assert request.query["limit"] == "2"
        start = int(request.query.get("continue", "0"))
        if start == 4 and self.expire:
            self.expire -= 1
            return status(410, "Expired", "The provided continue parameter is too old")
        items = [{"metadata": {"name": f"r{n}"}} for n in range(start, min(start + 2, 5))]
        metadata = {"continue": str(start + 2)} if start < 4 else {}
        return web.json_response({"metadata": metadata, "items": items})


@pytest.mark.parametrize("expire", [0, 1, 4])
async def test_a_list_is_whole_even_where_its_token_expires(expire: int):
    found = await asked(Pages(expire), lambda c: c.list_metadata(RULES), page=2)
    assert [item["metadata"]["name"] for item in found] == ["r0", "r1", "r2", "r3", "r4"]


async def test_a_list_that_expires_for_ever_is_an_error():
    with pytest.raises(ClusterError) as caught:
        await asked(Pages(99), lambda c: c.list_metadata(RULES), page=2)
    assert caught.value.status == 410


async def test_lists_keep_to_the_namespaces_that_are_watched():
    pages = Pages()
    found = await asked(
        pages, lambda c: c.list_metadata(RULES), page=2, namespaces=("shop", "bank")
    )
    assert len(found) == 10
    assert set(pages.requests) == {
        "/apis/tocsin.dev/v1alpha1/namespaces/shop/alertrules",
        "/apis/tocsin.dev/v1alpha1/namespaces/bank/alertrules",
    }
    pages = Pages()
    await asked(pages, lambda c: c.list_metadata(NAMESPACES), page=2, namespaces=("shop",))
    assert set(pages.requests) == {"/api/v1/namespaces"}


async def test_an_empty_list_may_be_null():
    async def handler(_request: web.Request) -> web.Response:
        return web.json_response({"metadata": {}, "items": None})

    assert await asked(handler, lambda c: c.list_objects(RULES)) == []


class Recorder:
    """Remembers requests and answers `{}`, or a refusal."""

    def __init__(self, refusal: web.Response | None = None) -> None:
        self.refusal = refusal

    async def __call__(self, request: web.Request) -> web.Response:
        self.line = f"{request.method} {request.path_qs}"
        self.type = request.headers.get("Content-Type")
        self.text = await request.text()
        return self.refusal or web.json_response({})


async def test_apply_is_forced_and_takes_an_encoded_body():
    recorder = Recorder()
    document = {"metadata": {"namespace": "shop", "name": "a"}, "spec": {"é": "\ud800"}}
    await asked(recorder, lambda c: c.apply(RULES, document))
    path = "/apis/tocsin.dev/v1alpha1/namespaces/shop/alertrules/a"
    assert recorder.line == f"PATCH {path}?fieldManager=tocsin&force=true"
    assert recorder.type == "application/apply-patch+yaml"
    assert json.loads(recorder.text) == document
    await asked(recorder, lambda c: c.apply(RULES, document, body=b'{"x":1}'))
    assert recorder.text == '{"x":1}'


async def test_patches_are_merge_patches_and_none_removes():
    recorder = Recorder()
    await asked(recorder, lambda c: c.patch_status(RULES, "shop", "a", {"state": None}))
    assert recorder.line.startswith("PATCH /apis/tocsin.dev/v1alpha1/namespaces/shop/alertrules/a/")
    assert recorder.line.endswith("/status?fieldManager=tocsin")
    assert recorder.type == "application/merge-patch+json"
    assert json.loads(recorder.text) == {"status": {"state": None}}
    await asked(recorder, lambda c: c.patch(SECRETS, "shop", "a", {"data": {"k": None}}))
    assert recorder.line == "PATCH /api/v1/namespaces/shop/secrets/a?fieldManager=tocsin"
    assert json.loads(recorder.text) == {"data": {"k": None}}


async def test_delete_names_the_uid_and_forgives_what_is_gone():
    async def delete(cluster: ApiCluster) -> None:
        await cluster.delete(RULES, "shop", "a", uid="u1")

    recorder = Recorder()
    await asked(recorder, delete)
    assert json.loads(recorder.text)["preconditions"] == {"uid": "u1"}
    await asked(Recorder(status(404, "NotFound", "gone")), delete)
    replaced = "Precondition failed: UID in precondition: u1, UID in object meta: u2"
    await asked(Recorder(status(409, "Conflict", replaced)), delete)
    replaced = "the UID in the precondition (u1) does not match the UID in record (u2)"
    await asked(Recorder(status(409, "Conflict", replaced)), delete)
    with pytest.raises(ClusterError) as caught:
        await asked(Recorder(status(409, "Conflict", "the object has been modified")), delete)
    assert caught.value.status == 409


async def test_read_gives_none_only_for_404():
    async def read(cluster: ApiCluster):
        return await cluster.read(SECRETS, "shop", "a")

    assert await asked(Recorder(), read) == {}
    assert await asked(Recorder(status(404, "NotFound", "gone")), read) is None
    with pytest.raises(ClusterError) as caught:
        await asked(Recorder(status(403, "Forbidden", "no canary")), read)
    assert (caught.value.status, caught.value.reason) == (403, "Forbidden")
    assert "canary" not in str(caught.value)


def test_names_cannot_leave_their_place_in_the_path():
    assert path_of(RULES, "a/../b", "x?y#z") == (
        "/apis/tocsin.dev/v1alpha1/namespaces/a%2F..%2Fb/alertrules/x%3Fy%23z"
    )
