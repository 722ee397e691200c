"""What the demo made in somebody else's cluster: only what was absent, and all of it removed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.cluster.base import ClusterAccess
from tests.running.install import await_served, delete_all

Object = dict[str, Any]

_SHARED = ("CustomResourceDefinition", "Namespace")
"""Kinds that may be there already: they are used as they are, and stay."""
_CRD = "CustomResourceDefinition"


class Created:
    """
    Creates what is absent of ``documents``, in their order, and knows how to remove it.

    Raises ``RuntimeError`` at once where a name is taken by an object that may not be shared.
    """

    def __init__(self, cluster: ClusterAccess, documents: Iterable[Object]) -> None:
        self._cluster = cluster
        self.planned = [document for document in documents if not self._is_there(document)]
        self.made: list[Object] = []

    def _is_there(self, document: Object) -> bool:
        meta = document["metadata"]
        namespace = meta.get("namespace")
        found = self._cluster.admin.get(
            document["apiVersion"], document["kind"], meta["name"], namespace
        )
        if found is not None and document["kind"] not in _SHARED:
            raise RuntimeError(
                f"{title(document)} exists already, and the demo changes nothing that it did not "
                "make; remove it, or take another cluster"
            )
        return found is not None

    def create(self) -> None:
        """Create everything, kinds first."""
        for document in sorted(self.planned, key=lambda one: one["kind"] != _CRD):
            self._cluster.admin.create(document)
            self.made.append(document)
        for document in self.made:
            if document["kind"] == _CRD:
                await_served(self._cluster, document)

    def note(self, document: Object) -> None:
        """Somebody else (kubectl, the operator) made this for the demo: remove it as well."""
        self.made.append(document)

    def remove(self) -> None:
        """Remove what was made, the last first; waits until namespaces are gone."""
        made, self.made = self.made, []
        delete_all(self._cluster, made, timeout=90)


def title(document: Object) -> str:
    """``Kind namespace/name``."""
    meta = document["metadata"]
    namespace = f"{meta['namespace']}/" if "namespace" in meta else ""
    return f"{document['kind']} {namespace}{meta['name']}"
