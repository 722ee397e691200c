"""
A small synchronous JSON client for a Kubernetes API server.

It is for tests, the demo and measurements: one connection per thread, no cache of objects, no
retries of writes. Objects are plain dictionaries. Kinds are found through the server's discovery.
"""

from __future__ import annotations

import base64
import http.client
import json
import re
import ssl
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from tests.cluster.kubeconfig import Credentials

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"
_READS = {"GET", "HEAD"}
_IDLE_SECONDS = 60  # kube-apiserver closes idle connections after 90
_NOT_IN_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")

Object = dict[str, Any]


class ApiError(RuntimeError):
    """The server refused; ``status`` is the HTTP status, ``reason`` and ``body`` its Status."""

    def __init__(self, method: str, path: str, status: int, body: Any) -> None:
        self.status = status
        self.body = body
        self.reason = body.get("reason", "") if isinstance(body, dict) else ""
        self.message = body.get("message", "") if isinstance(body, dict) else str(body)
        super().__init__(f"{method} {path}: {status} {self.reason}: {self.message}")


class _Plain(http.client.HTTPConnection):
    """Closes itself with the thread or the client that it belongs to."""

    def __del__(self) -> None:
        self.close()


class _Encrypted(http.client.HTTPSConnection):
    """The same, with TLS."""

    def __del__(self) -> None:
        self.close()


class ApiClient:
    """
    One identity at one API server.

    ``impersonate`` acts as another user (needs the right to). Timeouts are in seconds.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        timeout: float = 30,
        impersonate: str | None = None,
        user_agent: str = "tocsin-tests",
    ) -> None:
        self.credentials = credentials
        self._url = urlsplit(credentials.server)
        self._timeout = timeout
        self._headers = {"Accept": JSON, "User-Agent": user_agent}
        if credentials.token:
            self._headers["Authorization"] = f"Bearer {credentials.token}"
        elif credentials.basic:
            pair = ":".join(credentials.basic).encode()
            self._headers["Authorization"] = "Basic " + base64.b64encode(pair).decode()
        if impersonate:
            self._headers["Impersonate-User"] = impersonate
        self._tls = _tls(credentials) if self._url.scheme == "https" else None
        self._local = threading.local()
        self._plurals: dict[tuple[str, str], tuple[str, bool]] = {}

    # -- requests ---------------------------------------------------------------------------

    def _connect(self, timeout: float) -> http.client.HTTPConnection:
        host, port = self._url.hostname or "", self._url.port
        if self._tls is None:
            return _Plain(host, port, timeout=timeout)
        return _Encrypted(host, port, timeout=timeout, context=self._tls)

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, Any] | None = None,
        content_type: str = JSON,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """
        Send one request; returns the parsed JSON (or text) and raises ``ApiError`` from 400.

        ``body`` is sent as JSON; bytes are sent as they are.
        """
        target = self._url.path + path + ("?" + urlencode(query) if query else "")
        data = body if body is None or isinstance(body, bytes) else _encode(body)
        sent = {**self._headers, **({"Content-Type": content_type} if data else {})}
        status, answer = self._send(method, target, data, {**sent, **(headers or {})})
        if status >= http.client.BAD_REQUEST:
            raise ApiError(method, path, status, answer)
        return answer

    def _send(
        self, method: str, target: str, data: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, Any]:
        self._drop_idle()
        fresh = getattr(self._local, "connection", None) is None
        if fresh:
            self._local.connection = self._connect(self._timeout)
        connection: http.client.HTTPConnection = self._local.connection
        try:
            connection.request(method, target, data, dict(headers))
            response = connection.getresponse()
            raw = response.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            self._local.connection = None
            if method in _READS and not fresh:  # the server closed an idle connection
                return self._send(method, target, data, headers)
            raise
        if response.will_close:
            connection.close()
            self._local.connection = None
        text = raw.decode()
        is_json = JSON in (response.getheader("Content-Type") or "")
        return response.status, json.loads(text) if is_json and text else text

    def _drop_idle(self) -> None:
        """Close a connection that the server may be closing, so that no write is lost on it."""
        now, last = time.monotonic(), getattr(self._local, "used", 0.0)
        self._local.used = now
        if now - last > _IDLE_SECONDS and getattr(self._local, "connection", None) is not None:
            self._local.connection.close()
            self._local.connection = None

    # -- objects ----------------------------------------------------------------------------

    def path(
        self,
        api_version: str,
        kind: str,
        name: str | None = None,
        namespace: str | None = None,
        subresource: str | None = None,
    ) -> str:
        """The path of a collection or an object; a namespaced kind without one means all."""
        plural, namespaced = self._plural(api_version, kind)
        parts = ["/apis" if "/" in api_version else "/api", api_version]
        if namespaced and namespace:
            parts += ["namespaces", quote(namespace)]
        parts.append(plural)
        if name:
            parts.append(quote(name))
        if subresource:
            parts.append(subresource)
        return "/".join(parts)

    def _plural(self, api_version: str, kind: str) -> tuple[str, bool]:
        if (api_version, kind) not in self._plurals:
            prefix = "/apis/" if "/" in api_version else "/api/"
            for entry in self.request("GET", prefix + api_version)["resources"]:
                if "/" not in entry["name"]:
                    found = (entry["name"], entry["namespaced"])
                    self._plurals[api_version, entry["kind"]] = found
        try:
            return self._plurals[api_version, kind]
        except KeyError:
            raise LookupError(f"the server has no kind {kind!r} in {api_version!r}") from None

    def path_of(self, document: Object, subresource: str | None = None) -> str:
        """The path of an object, from its own apiVersion, kind and metadata."""
        meta = document["metadata"]
        namespace = meta.get("namespace")
        if namespace is None and self._plural(document["apiVersion"], document["kind"])[1]:
            namespace = self.credentials.namespace
        return self.path(
            document["apiVersion"], document["kind"], meta["name"], namespace, subresource
        )

    def get(
        self, api_version: str, kind: str, name: str, namespace: str | None = None
    ) -> Object | None:
        """One object; None where there is none."""
        try:
            found: Object = self.request("GET", self.path(api_version, kind, name, namespace))
        except ApiError as error:
            if error.status == http.client.NOT_FOUND:
                return None
            raise
        return found

    def list(
        self, api_version: str, kind: str, namespace: str | None = None, **query: Any
    ) -> list[Object]:
        """All objects of a kind; ``labelSelector=`` and the like go into the query."""
        answer = self.request("GET", self.path(api_version, kind, None, namespace), query=query)
        items: list[Object] = answer["items"]
        return items

    def create(self, document: Object, **query: Any) -> Object:
        """POST; 409 is an ``ApiError``."""
        collection = self.path_of(document).rsplit("/", 1)[0]
        created: Object = self.request("POST", collection, document, query=query)
        return created

    def apply(
        self,
        document: Object,
        *,
        field_manager: str = "tocsin-tests",
        force: bool = True,
        subresource: str | None = None,
        **query: Any,
    ) -> Object:
        """Server-side apply."""
        applied: Object = self.request(
            "PATCH",
            self.path_of(document, subresource),
            document,
            query={"fieldManager": field_manager, "force": str(force).lower(), **query},
            content_type=APPLY_PATCH,
        )
        return applied

    def merge_patch(
        self,
        api_version: str,
        kind: str,
        name: str,
        patch: Object,
        namespace: str | None = None,
        *,
        subresource: str | None = None,
        **query: Any,
    ) -> Object:
        """JSON merge patch; a null removes a field."""
        path = self.path(api_version, kind, name, namespace, subresource)
        patched: Object = self.request("PATCH", path, patch, query=query, content_type=MERGE_PATCH)
        return patched

    def delete(
        self, api_version: str, kind: str, name: str, namespace: str | None = None, **query: Any
    ) -> bool:
        """DELETE; False where there was nothing."""
        try:
            self.request("DELETE", self.path(api_version, kind, name, namespace), query=query)
        except ApiError as error:
            if error.status == http.client.NOT_FOUND:
                return False
            raise
        return True

    def wait_for(
        self,
        api_version: str,
        kind: str,
        name: str,
        predicate: Callable[[Object | None], Any],
        namespace: str | None = None,
        *,
        timeout: float = 30,
        interval: float = 0.05,
    ) -> Object | None:
        """Poll one object until ``predicate`` is true for it (None: absent); returns it."""
        limit = time.monotonic() + timeout
        while True:
            found = self.get(api_version, kind, name, namespace)
            if predicate(found):
                return found
            if time.monotonic() > limit:
                raise TimeoutError(
                    f"{kind} {namespace or ''}/{name} was not as awaited after {timeout:g} s; "
                    f"it is: {json.dumps(found)}"
                )
            time.sleep(interval)

    def watch(self, path: str, *, timeout: float = 300, **query: Any) -> Iterator[Object]:
        """
        The events of a collection, from ``resourceVersion=``, on a connection of their own.

        Ends when the server ends the watch; ``timeout`` is the longest silence in seconds.
        """
        connection = self._connect(timeout)
        target = self._url.path + path + "?" + urlencode({"watch": "1", **query})
        try:
            connection.request("GET", target, headers=self._headers)
            response = connection.getresponse()
            if response.status >= http.client.BAD_REQUEST:
                raise ApiError("WATCH", path, response.status, json.loads(response.read()))
            while line := response.readline():
                yield json.loads(line)
        finally:
            connection.close()


def _encode(document: Any) -> bytes:
    """
    JSON that a YAML parser reads the same way.

    An apply is read as YAML, which knows no surrogate pairs and folds some unprintable characters.
    """
    text = json.dumps(document, ensure_ascii=False)
    return _NOT_IN_YAML.sub(lambda found: f"\\u{ord(found.group()):04x}", text).encode()


def _tls(credentials: Credentials) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=credentials.ca)
    if credentials.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if credentials.client_certificate and credentials.client_key:
        # ssl reads a client certificate from files alone; this one is gone at once
        with tempfile.TemporaryDirectory() as folder:
            pair = Path(folder) / "client.pem"
            pair.touch(mode=0o600)
            pair.write_text(credentials.client_certificate + "\n" + credentials.client_key)
            context.load_cert_chain(pair)
    return context
