"""
Names and canonical text: what must be the same on every machine and for ever.

Names of children and digests of routes are frozen by golden files: a change here
would restart every alert's `for` once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from tocsin.api.meta import ObjectRef

MAX_CHILD_NAME = 100
"""prometheus-operator makes `NAMESPACE-NAME-UID.yaml` a ConfigMap key of at most 253 characters."""

_HASH_DIGITS = 10


def canonical_json(value: Any) -> str:
    """Write JSON with sorted keys and no blanks, so that equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest_of(parts: Iterable[str], digits: int) -> str:
    """
    Give the first hex digits of the SHA-256 over all parts.

    Each part is written with its length before it, so that no two lists of parts
    give the same bytes (`a-b`, `c` against `a`, `b-c`).
    """
    state = sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        state.update(b"%d:%b" % (len(data), data))
    return state.hexdigest()[:digits]


def child_name(ref: ObjectRef) -> str:
    """
    Name the child object of a resource: a readable prefix and a hash, always both.

    At most 100 characters, a DNS subdomain. Two resources of a namespace never
    share a child, however long or alike their names are (R13, S18).
    """
    readable = ref.name[: MAX_CHILD_NAME - _HASH_DIGITS - 1].rstrip("-.")
    return f"{readable}-{digest_of(ref, _HASH_DIGITS)}"
