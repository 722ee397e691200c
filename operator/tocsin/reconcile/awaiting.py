"""
Who waits until Alertmanager has loaded what the Secret holds, and since when.

A kubelet brings a Secret to a pod up to a minute and a half after it was written.
"""

from __future__ import annotations

from collections.abc import Callable

from tocsin.api.meta import ObjectRef

LOAD_DEADLINE = 120.0
"""Seconds after which what is still not loaded is a broken link, and no delay."""


class Awaited:
    """The waiting rules and channels."""

    def __init__(self) -> None:
        self._since: dict[ObjectRef, float] = {}
        self.on_first: Callable[[], None] = lambda: None
        """Called when somebody begins to wait: Alertmanager is to be asked soon."""

    def put(self, ref: ObjectRef, since: float | None, now: float) -> float:
        """Note that it waits, since the moment given or else now; gives the seconds waited."""
        self._since[ref] = now if since is None else since
        if since is None:
            self.on_first()
        return now - self._since[ref]

    def pop(self, ref: ObjectRef) -> float | None:
        """Note that it does not wait any more; gives since when it did."""
        return self._since.pop(ref, None)

    def waited(self, ref: ObjectRef, now: float) -> float | None:
        """Give the seconds that it has waited; None where it does not wait."""
        since = self._since.get(ref)
        return None if since is None else now - since

    @property
    def refs(self) -> frozenset[ObjectRef]:
        """Everybody who waits."""
        return frozenset(self._since)
