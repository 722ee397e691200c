"""
The base Secret as it was seen: what is merged, and why another is not.

Three things must never be taken for each other: the Secret is not there (then there is
no base, which is said loudly), it could not be read (then nothing may be written that
would lose its routes), and it is broken (then the last good one stays).
"""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tocsin.api.config import OperatorConfig
from tocsin.api.problem import Problem, Reason
from tocsin.reconcile.entries import decode_data
from tocsin.reconcile.record import CONFIG_KEY

if TYPE_CHECKING:
    from tocsin.compile.base.configuration import BaseConfiguration

BASE_KEY = "tocsin-base.yaml.gz"
"""Key of the Alertmanager Secret that holds the last good base, for the next start."""
_LARGEST = 2 << 20


@dataclass(slots=True)
class BaseState:
    """What is known of the base; `good` is what the configuration holds."""

    config: OperatorConfig
    good: BaseConfiguration | None = None
    problem: Problem | None = None
    """Why the Secret as it is now is not what is merged."""
    uid: str = ""
    """Of the Secret, for events about it."""
    looked: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once the Secret was listed, or could not be."""
    seen: bool = False
    """Whether it was listed since the start, be it absent."""
    unread: str = ""
    """Why it could not be read just now; empty where it could."""
    _last: Mapping[str, bytes] | None = None

    @property
    def name(self) -> str:
        """Where the Secret is, as `namespace/name`."""
        settings = self.config.alertmanager
        return (
            f"{settings.secret.namespace}/{settings.base_secret.name}"
            if settings.base_secret
            else ""
        )

    def unreadable(self, reason: str) -> None:
        """Note that the Secret could not be read: what is merged stays as it is."""
        self.unread = reason
        self.looked.set()

    def take(self, document: Mapping[str, Any] | None) -> bool:
        """Take the Secret as it is now; tells whether what is merged or said has changed."""
        first, self.unread = not self.seen, ""
        self.seen = True
        self.looked.set()
        if document is None:
            before, self._last = (self.good, self.problem), None
            self.good, self.uid = None, ""
            self.problem = Problem(
                Reason.SECRET_NOT_FOUND,
                "alertmanager.baseSecret",
                f"there is no Secret {self.name}, so its routes are in no configuration; create "
                "it, or remove alertmanager.baseSecret",
            )
            return first or before != (self.good, self.problem)
        self.uid = str((document.get("metadata") or {}).get("uid", ""))
        data = decode_data(document.get("data") or {})
        if not first and data == self._last:
            return False
        self._last = data
        return self._judge(data) or first

    def _judge(self, data: Mapping[str, bytes]) -> bool:
        base = self.config.alertmanager.base_secret
        key = base.key if base is not None else CONFIG_KEY
        if key not in data:
            return self._refuse(Reason.SECRET_KEY_NOT_FOUND, f"has no key {key!r}")
        found = self._read(data[key], data)
        if isinstance(found, tuple):
            return self._refuse(Reason.SECRET_MALFORMED, f"key {key!r}: " + "; ".join(found[:5]))
        changed = found != self.good or self.problem is not None
        self.good, self.problem = found, None
        return changed

    def _refuse(self, reason: Reason, why: str) -> bool:
        stays = (
            "the last good one stays" if self.good is not None else "there was no good one before"
        )
        problem = Problem(reason, "alertmanager.baseSecret", f"Secret {self.name} {why}; {stays}")
        changed, self.problem = problem != self.problem, problem
        return changed

    def _read(self, text: bytes, files: Mapping[str, bytes]) -> BaseConfiguration | tuple[str, ...]:
        from tocsin.compile.base.reading import read_base  # noqa: PLC0415 few have a base

        base = self.config.alertmanager.base_secret
        without = frozenset({CONFIG_KEY} | ({base.key} if base is not None else set()))
        folder = self.config.alertmanager.secret_files_path
        try:
            return read_base(text, files, folder=folder, without=without)
        except Exception as error:  # noqa: BLE001 a bug may cost the base's edit, never the operator
            return (f"could not be judged ({type(error).__name__}); please report it",)

    def recall(self, secret: Mapping[str, bytes] | None) -> None:
        """
        Take the last good base from the Alertmanager Secret, where there is none in memory.

        A base that is gone on purpose, with its Secret or from the configuration, stays gone.
        """
        gone = self.seen and self._last is None
        packed = (secret or {}).get(BASE_KEY)
        if self.config.alertmanager.base_secret is None or self.good or gone or not packed:
            return
        try:
            text = zlib.decompressobj(wbits=31).decompress(packed, _LARGEST)
        except zlib.error:
            return
        found = self._read(text, secret or {})
        if not isinstance(found, tuple):
            self.good = found
            if self.problem is not None and self._last is not None:
                self._judge(self._last)  # says now that the last good one stays

    def must_wait(self) -> str:
        """Say why nothing may be written now; empty where nothing speaks against it."""
        if self.config.alertmanager.base_secret is None or self.good is not None or self.seen:
            return ""
        why = f" ({self.unread})" if self.unread else ""
        return (
            f"the base Secret {self.name} could not be read yet{why}, and a configuration without "
            "its routes is not written; see to the operator's rights (list, watch on that Secret)"
        )

    def keys(self) -> dict[str, bytes]:
        """Give the keys of the Alertmanager Secret that the base brings along."""
        if self.good is None:
            return {}
        packed = gzip.compress(self.good.text.encode(), compresslevel=6, mtime=0)
        return {**self.good.files, BASE_KEY: packed}
