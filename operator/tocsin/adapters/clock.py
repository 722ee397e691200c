"""The one clock of the running operator; laws and tests bring their own."""

from __future__ import annotations

import time


class SystemClock:
    """Satisfies `reconcile.ports.Clock`."""

    def monotonic(self) -> float:
        """Seconds that only grow."""
        return time.monotonic()

    def now(self) -> str:
        """Wall clock, RFC 3339 in UTC, whole seconds."""
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
