"""`postgres` and `redis`: a real login and a real query."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from tocsin.api.meta import Flag, KubeModel, SecretKeyRef, ShortText, Text
from tocsin.api.receivers.http_config import TLSConfig

CommandWord = Annotated[str, StringConstraints(min_length=1, max_length=1024)]


class Postgres(KubeModel):
    """A PostgreSQL session and a query in it."""

    database: ShortText | None = None
    """database to connect to. Default: the user's name."""
    username: ShortText | None = None
    """username to log in with. Default: postgres."""
    password_secret_ref: SecretKeyRef | None = None
    """passwordSecretRef is the password."""
    query: Text | None = None
    """query whose first row assertions read as row.COLUMN. Default: SELECT 1."""
    plaintext: Flag = False
    """plaintext speaks without TLS."""
    tls_config: TLSConfig | None = None
    """tlsConfig of the connection."""


class Redis(KubeModel):
    """A Redis session and a command in it."""

    username: ShortText | None = None
    """username to log in with. Default: Redis' own default user."""
    password_secret_ref: SecretKeyRef | None = None
    """passwordSecretRef is the password."""
    database: Annotated[int, Field(strict=True, ge=0, le=65_535)] | None = None
    """database number. Default: 0."""
    command: Annotated[tuple[CommandWord, ...], Field(max_length=32)] = ()
    """command with its words; assertions read its reply. Default: PING."""
    plaintext: Flag = False
    """plaintext speaks without TLS."""
    tls_config: TLSConfig | None = None
    """tlsConfig of the connection."""
