"""
The API server as the controller's `Cluster` port: reads, pages, applies, patches, deletes.

It knows paths and content types, and nothing of what the objects mean. It never
caches an object, and never decides that an error is harmless, but for "is not there".
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from tocsin.adapters.transport import JSON, Transport
from tocsin.errors import ClusterError

_Keep = Callable[[dict[str, Any]], dict[str, Any]]
Resource = tuple[str, str, str]
"""(group, version, plural); the core group is ""."""

FIELD_MANAGER = "tocsin"
PAGE = 250
METADATA = f"{JSON};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
_APPLY = "application/apply-patch+yaml"  # JSON is YAML
_MERGE = "application/merge-patch+json"
_NOT_FOUND, _CONFLICT, _GONE = 404, 409, 410
_RESTARTS = 5
_IDENTITY = ("namespace", "name", "uid")
_OTHER_UID = re.compile(r"UID in (?:the )?precondition")
_CLUSTER_SCOPED = frozenset({("", "namespaces")})


class ApiCluster:
    """
    Satisfies `reconcile.ports.Cluster`.

    `namespaces` restricts lists of namespaced resources; empty means all.
    """

    def __init__(
        self, transport: Transport, *, namespaces: Sequence[str] = (), page: int = PAGE
    ) -> None:
        self._transport = transport
        self._namespaces = tuple(namespaces)
        self._page = page

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    # -- reading -----------------------------------------------------------

    async def read(self, resource: Resource, namespace: str, name: str) -> dict[str, Any] | None:
        """Read one object; None where there is none."""
        try:
            document: dict[str, Any] = await self._transport.request(
                "GET", path_of(resource, namespace, name), secret=_is_secret(resource)
            )
        except ClusterError as error:
            if error.status == _NOT_FOUND:
                return None
            raise
        return document

    async def list_metadata(self, resource: Resource) -> list[dict[str, Any]]:
        """
        List namespace, name and uid of all objects; an item is `{"metadata": {...}}`.

        The rest is dropped page by page: ten thousand objects' managedFields would be 40 MiB.
        """
        return await self._list(resource, METADATA, _identity)

    async def list_objects(self, resource: Resource) -> list[dict[str, Any]]:
        """List all objects; the API leaves their apiVersion and kind out of lists."""
        return await self._list(resource, JSON, _whole)

    async def _list(self, resource: Resource, accept: str, keep: _Keep) -> list[dict[str, Any]]:
        group, _, plural = resource
        if not self._namespaces or (group, plural) in _CLUSTER_SCOPED:
            return await self._list_path(path_of(resource), accept, keep)
        found: list[dict[str, Any]] = []
        for namespace in self._namespaces:
            found += await self._list_path(path_of(resource, namespace), accept, keep)
        return found

    async def _list_path(self, path: str, accept: str, keep: _Keep) -> list[dict[str, Any]]:
        for left in reversed(range(_RESTARTS)):
            items: list[dict[str, Any]] = []
            try:
                async for page in self._pages(path, accept):
                    items += map(keep, page)
            except ClusterError as error:
                # The token of a slow listing expires when etcd is compacted: begin again.
                if error.status != _GONE or not left:
                    raise
            else:
                return items
        raise ClusterError(_GONE, "Expired", "the list expired while it was read")

    async def _pages(self, path: str, accept: str) -> AsyncIterator[list[dict[str, Any]]]:
        query = {"limit": str(self._page)}
        while True:
            answer = await self._transport.request("GET", path, query=query, accept=accept)
            yield answer.get("items") or []
            token = (answer.get("metadata") or {}).get("continue")
            if not token:
                return
            query["continue"] = token

    # -- writing -----------------------------------------------------------

    async def apply(
        self,
        resource: Resource,
        document: Mapping[str, Any],
        *,
        body: bytes | None = None,
        manager: str = FIELD_MANAGER,
        dry_run: bool = False,
    ) -> dict[str, Any]:
        """
        Apply server-side, with force, and give the object as it now is.

        `body` is the document encoded already; else it is encoded here. With `dry_run`
        the server judges and answers as ever, and keeps nothing.
        """
        metadata = document["metadata"]
        query = {"fieldManager": manager, "force": "true"}
        if dry_run:
            query["dryRun"] = "All"
        answer: dict[str, Any] = await self._transport.request(
            "PATCH",
            path_of(resource, metadata.get("namespace", ""), metadata["name"]),
            query=query,
            body=encode(document) if body is None else body,
            content_type=_APPLY,
            secret=_is_secret(resource),
        )
        return answer

    async def patch_status(
        self, resource: Resource, namespace: str, name: str, status: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Merge-patch the status sub-resource; a None value removes a field."""
        path = f"{path_of(resource, namespace, name)}/status"
        return await self._merge(resource, path, {"status": status})

    async def patch(
        self, resource: Resource, namespace: str, name: str, change: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Merge-patch an object; a None value removes a field, lists are replaced whole."""
        return await self._merge(resource, path_of(resource, namespace, name), change)

    async def _merge(
        self, resource: Resource, path: str, change: Mapping[str, Any]
    ) -> dict[str, Any]:
        answer: dict[str, Any] = await self._transport.request(
            "PATCH",
            path,
            query={"fieldManager": FIELD_MANAGER},
            body=encode(change),
            content_type=_MERGE,
            secret=_is_secret(resource),
        )
        return answer

    async def create(self, resource: Resource, document: Mapping[str, Any]) -> dict[str, Any]:
        """Create an object; 409 AlreadyExists where the name is taken."""
        answer: dict[str, Any] = await self._transport.request(
            "POST",
            path_of(resource, document["metadata"].get("namespace", "")),
            query={"fieldManager": FIELD_MANAGER},
            body=encode(document),
            secret=_is_secret(resource),
        )
        return answer

    async def delete(self, resource: Resource, namespace: str, name: str, *, uid: str) -> None:
        """Delete one object if it still has this uid; gone already is no error."""
        options = {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "preconditions": {"uid": uid},
            "propagationPolicy": "Background",
        }
        try:
            await self._transport.request(
                "DELETE",
                path_of(resource, namespace, name),
                body=encode(options),
                secret=_is_secret(resource),
            )
        except ClusterError as error:
            # "the UID in the precondition (…) does not match the UID in record"; older servers
            # say "UID in precondition: …, UID in object meta: …".
            replaced = error.status == _CONFLICT and _OTHER_UID.search(error.message) is not None
            if error.status != _NOT_FOUND and not replaced:
                raise


_NOT_IN_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


def path_of(resource: Resource, namespace: str = "", name: str = "") -> str:
    """Give the path of a collection or an object, quoted."""
    group, version, plural = resource
    path = f"/apis/{group}/{version}" if group else f"/api/{version}"
    if namespace:
        path += f"/namespaces/{quote(namespace, safe='')}"
    return f"{path}/{plural}/{quote(name, safe='')}" if name else f"{path}/{plural}"


def encode(document: Mapping[str, Any]) -> bytes:
    """
    Encode a document as JSON that a YAML parser reads the same way.

    The API server takes an apply for YAML, which knows no surrogate pairs and folds
    line ends inside strings: wide characters stand as they are, unprintable ones escaped.
    """
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    return _NOT_IN_YAML.sub(_escaped, text).encode()


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match.group()):04x}"


def _identity(item: dict[str, Any]) -> dict[str, Any]:
    metadata = item["metadata"]
    return {"metadata": {name: metadata[name] for name in _IDENTITY if name in metadata}}


def _whole(item: dict[str, Any]) -> dict[str, Any]:
    return item


def _is_secret(resource: Resource) -> bool:
    return resource[0] == "" and resource[2] == "secrets"
