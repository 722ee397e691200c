"""
HTTP to the API server: one session, its credentials, its limits, its errors.

Nothing is retried here (the work queue does that), with two exceptions that are
no failures: a kept connection that the server had closed, and a token that was
rotated. Every foreign exception becomes a `ClusterError`.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from tocsin import __version__
from tocsin.adapters.api_errors import refused
from tocsin.adapters.credentials import Credentials, CredentialsError
from tocsin.errors import ClusterError

JSON = "application/json"
REQUEST_SECONDS = 30.0
ANSWER_BYTES = 64 << 20
"""Largest answer that is read: a page of 250 objects, each far above its usual size."""
LINE_BYTES = 8 << 20
_CONNECTIONS = 32
_KEEP_ALIVE = 80.0  # kube-apiserver closes idle connections after 90 s
_UNAUTHORIZED = 401
_REFUSED = 400


def open_session(credentials: Credentials, *, connections: int = _CONNECTIONS) -> Any:
    """
    Open a session that logs in by itself, in the running event loop.

    Each request carries the credentials as they are then; after a 401 they are read
    again, and where they changed the request is repeated. Gives an
    `aiohttp.ClientSession`, which the caller closes.
    """

    async def log_in(
        request: aiohttp.ClientRequest,
        send: Callable[[aiohttp.ClientRequest], Awaitable[aiohttp.ClientResponse]],
    ) -> aiohttp.ClientResponse:
        header = await credentials.authorization()
        if header is not None:
            request.headers["Authorization"] = header
        response = await send(request)
        if response.status == _UNAUTHORIZED and await credentials.renew():
            response.release()
            request.headers["Authorization"] = await credentials.authorization() or ""
            response = await send(request)
        return response

    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=connections,
            ssl=credentials.tls if credentials.tls is not None else True,
            keepalive_timeout=_KEEP_ALIVE,
            happy_eyeballs_delay=None,
        ),
        headers={"User-Agent": f"tocsin/{__version__}", "Accept-Encoding": "identity"},
        cookie_jar=aiohttp.DummyCookieJar(),
        middlewares=(log_in,),
        proxy=credentials.proxy,
        trust_env=False,
    )


class Transport:
    """Requests to one API server, in one event loop."""

    def __init__(self, credentials: Credentials, *, seconds: float = REQUEST_SECONDS) -> None:
        self._credentials = credentials
        self._seconds = aiohttp.ClientTimeout(total=seconds)
        self._opened: aiohttp.ClientSession | None = None

    def _session(self) -> aiohttp.ClientSession:
        if self._opened is None:
            self._opened = open_session(self._credentials)
        return self._opened

    async def aclose(self) -> None:
        """Close the connections; the transport may be used again."""
        session, self._opened = self._opened, None
        if session is not None:
            await session.close()

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        content_type: str = JSON,
        accept: str = JSON,
        secret: bool = False,
    ) -> Any:
        """
        Send one request and give the JSON of its answer.

        `path` begins with `/api` and is quoted already; `secret` keeps the API's
        message out of errors. Raises ClusterError.
        """
        headers = {"Accept": accept}
        if body is not None:
            headers["Content-Type"] = content_type
        url = self._url(path, query)
        try:
            try:
                return await self._once(method, url, body, headers, secret=secret)
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
                if method == "POST" or isinstance(error, aiohttp.ClientConnectorError):
                    raise
                # A kept connection had been closed. All but POST may be sent twice.
                return await self._once(method, url, body, headers, secret=secret)
        except (aiohttp.ClientError, OSError, TimeoutError, CredentialsError) as error:
            raise self._failed(error) from error

    async def _once(
        self,
        method: str,
        url: URL,
        body: bytes | None,
        headers: Mapping[str, str],
        *,
        secret: bool,
    ) -> Any:
        async with self._session().request(
            method, url, data=body, headers=headers, timeout=self._seconds, allow_redirects=False
        ) as response:
            answer = await _read(response)
            if response.status >= _REFUSED:
                raise refused(response.status, response.headers, answer, secret=secret)
        try:
            return json.loads(answer)
        except ValueError:
            raise ClusterError(
                response.status, "BadAnswer", "the answer is no JSON; is this an API server?"
            ) from None

    async def stream(
        self, path: str, *, query: Mapping[str, str], silence: float, secret: bool = False
    ) -> AsyncIterator[dict[str, Any]]:
        """
        Give the events of a watch until the server ends it.

        Raises ClusterError, with reason Timeout after `silence` seconds without a line.
        """
        limits = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=silence)
        try:
            async with self._session().get(
                self._url(path, query), headers={"Accept": JSON}, timeout=limits
            ) as response:
                if response.status >= _REFUSED:
                    answer = await _read(response)
                    raise refused(response.status, response.headers, answer, secret=secret)
                async for line in _lines(response.content):
                    yield json.loads(line)
        except (aiohttp.ClientError, OSError, TimeoutError, CredentialsError) as error:
            raise self._failed(error) from error
        except ValueError:
            raise ClusterError(0, "BadAnswer", "a line of the watch is no JSON") from None

    def _url(self, path: str, query: Mapping[str, str] | None) -> URL:
        text = f"{self._credentials.server}{path}"
        return URL(f"{text}?{urlencode(query)}" if query else text, encoded=True)

    def _failed(self, error: Exception) -> ClusterError:
        server = self._credentials.server
        if isinstance(error, TimeoutError):
            return ClusterError(0, "Timeout", f"{server} gave no answer in time")
        if isinstance(error, CredentialsError):
            return ClusterError(0, "Credentials", str(error))
        if isinstance(error, aiohttp.ClientSSLError):
            return ClusterError(
                0, "TLSFailed", f"{server}: no trusted TLS connection ({type(error).__name__})"
            )
        return ClusterError(0, "Unreachable", f"{server} was not reached ({type(error).__name__})")


async def _read(response: aiohttp.ClientResponse) -> bytes:
    if (response.content_length or 0) > ANSWER_BYTES:
        raise _too_large(response)
    parts, size = [], 0
    while part := await response.content.readany():
        parts.append(part)
        size += len(part)
        if size > ANSWER_BYTES:
            raise _too_large(response)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _too_large(response: aiohttp.ClientResponse) -> ClusterError:
    response.close()
    return ClusterError(0, "TooLarge", f"the answer is larger than {ANSWER_BYTES} bytes")


async def _lines(content: aiohttp.StreamReader) -> AsyncIterator[bytes]:
    rest = b""
    async for part in content.iter_any():
        *lines, rest = (rest + part).split(b"\n")
        for line in lines:
            if line:
                yield line
        if len(rest) > LINE_BYTES:
            raise ClusterError(0, "TooLarge", f"a line is larger than {LINE_BYTES} bytes")
