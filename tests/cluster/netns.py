"""
A network namespace without an uplink, for this thread and whatever it starts.

Nothing can leave it, no port of the machine is in the way, and it has no name: it ends with the
last process in it. Threads that ran before ``enter`` stay outside. Needs root; Linux alone.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Sequence

CLONE_NEWNET = 0x40000000


class NetworkNamespace:
    """Enter and leave once; ``commands`` are run inside, as set-up."""

    def __init__(self, commands: Sequence[Sequence[str]]) -> None:
        self._commands = commands
        self._outside: int | None = None

    def enter(self) -> None:
        """Make the namespace, move this thread into it, set it up."""
        self._outside = os.open(_OF_THIS_THREAD, os.O_RDONLY | os.O_CLOEXEC)
        try:
            _call("unshare", CLONE_NEWNET)
            for command in self._commands:
                subprocess.run(command, check=True, capture_output=True, text=True)
        except BaseException:
            self.leave()
            raise

    def leave(self) -> None:
        """Bring this thread back to where it was; may be called twice."""
        outside, self._outside = self._outside, None
        if outside is not None:
            _call("setns", outside, CLONE_NEWNET)
            os.close(outside)


_OF_THIS_THREAD = "/proc/thread-self/ns/net"


def _call(name: str, *arguments: int) -> None:
    """A system call of libc that Python has only since 3.12."""
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
