"""
Which kinds the API server serves now.

A CRD that arrives later must be noticed. Watching CRDs would parse the schemas of
everybody's kinds (10 MiB for prometheus-operator's alone); discovery says the same
in a kilobyte, and needs no permission beyond that of any service account.
"""

from __future__ import annotations

from collections.abc import Iterable

from tocsin.adapters.cluster import Resource
from tocsin.adapters.transport import Transport
from tocsin.errors import ClusterError

_NOT_FOUND = 404


async def served(transport: Transport, resources: Iterable[Resource]) -> frozenset[Resource]:
    """Give those of `resources` that the API server serves; raises ClusterError."""
    wanted = frozenset(resources)
    found: set[Resource] = set()
    for group, version in sorted({(group, version) for group, version, _ in wanted}):
        path = f"/apis/{group}/{version}" if group else f"/api/{version}"
        try:
            answer = await transport.request("GET", path)
        except ClusterError as error:
            if error.status != _NOT_FOUND:
                raise
            continue
        found |= {(group, version, str(entry["name"])) for entry in answer.get("resources") or ()}
    return wanted & found
