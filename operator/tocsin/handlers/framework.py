"""
kopf, imported without the `kubernetes` package.

kopf imports that package where it is installed, only to recognise its model classes,
which nobody here uses: 19 MiB of memory and half a second of start-up. Everybody who
needs kopf takes it from here, so that the first import is this one.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

_UNWANTED = "kubernetes"


def _import_without(name: str, unwanted: str) -> ModuleType:
    """Import `name` while `unwanted` looks absent; what was imported before stays."""
    held: ModuleType | None = sys.modules.get(unwanted)
    if held is None:
        sys.modules[unwanted] = None  # type: ignore[assignment]  # Python's own sign for "absent"
    try:
        return import_module(name)
    finally:
        if held is None:
            del sys.modules[unwanted]


_import_without("kopf", _UNWANTED)

import kopf  # noqa: E402 after the guarded import, which is the point of this module
from kopf._core.reactor.inventory import (  # noqa: E402 kopf.operator(memories=) takes it, kopf exports it not
    ResourceMemories,
    ResourceMemory,
)

if TYPE_CHECKING:
    from kopf._cogs.structs.bodies import RawBody
    from kopf._cogs.structs.ephemera import AnyMemo

__all__ = ["ForgetfulMemories", "kopf"]


class ForgetfulMemories(ResourceMemories):
    """
    Remembers no object: handlers of `on.event` alone need none of it.

    kopf keeps about a kilobyte for each object it ever saw: 19 MiB with 10,000
    rules and their children.
    """

    async def recall(
        self,
        raw_body: RawBody,
        *,
        memobase: AnyMemo | None = None,
        noticed_by_listing: bool = False,
        ephemeral: bool = False,  # noqa: ARG002 kopf's signature; always so here
    ) -> ResourceMemory:
        """Give a fresh memory, and keep nothing."""
        return await super().recall(
            raw_body, memobase=memobase, noticed_by_listing=noticed_by_listing, ephemeral=True
        )
