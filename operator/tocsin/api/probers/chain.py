"""`jsonrpc`: nodes of a chain, or any JSON-RPC server."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from tocsin.api.meta import KubeModel, SinkURL
from tocsin.api.probers.network import Headers, RequestPath
from tocsin.api.receivers.http_config import BasicAuth, TLSConfig

MethodName = Annotated[
    str, StringConstraints(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9_./-]+$")
]
Parameter = Annotated[str, StringConstraints(max_length=2048)]
Account = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9]+$")]


class JSONRPC(KubeModel):
    """A JSON-RPC server; exactly one of family and method."""

    family: Literal["Ethereum", "Bitcoin"] | None = None
    """family of the node: its height, lag, peers and syncing are asked for."""
    method: MethodName | None = None
    """method to call; assertions read its result as body.json."""
    params: Annotated[tuple[Parameter, ...], Field(max_length=16)] = ()
    """params of the method, each as JSON; what is no JSON is taken as text."""
    path: RequestPath | None = None
    """path that is joined to a target's own path."""
    headers: Headers = ()
    """headers of the request."""
    basic_auth: BasicAuth | None = None
    """basicAuth logs in with a user name and a password."""
    references: Annotated[tuple[SinkURL, ...], Field(max_length=8)] = ()
    """references are other nodes; lag is what a target is behind their median height."""
    balances: Annotated[tuple[Account, ...], Field(max_length=16)] = ()
    """balances are accounts whose balance is asked for."""
    tls_config: TLSConfig | None = None
    """tlsConfig of the connection."""
