"""
One child process and its two pipes: frames out, frames in, each with a deadline.

Knows nothing of PromQL. Whatever goes wrong, the child's death, a deadline, an
answer that is no frame, is one error; the caller starts a new child.
"""

from __future__ import annotations

import os
import select
import subprocess
import time
from collections.abc import Mapping, Sequence

_HEADER = 4
_LONGEST_ANSWER = 64 << 20
_CHUNK = 1 << 16


class ChildFailedError(Exception):
    """The child died, was too slow, or answered nonsense; the text says which."""


class ChildPipe:
    """A running child; blocking, for one thread at a time, but `kill` from any."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start the child without waiting for it; OSError where that is impossible."""
        self._process = subprocess.Popen(  # noqa: S603 the command is our own interpreter
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(environment),
            bufsize=0,
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise OSError("the child process has no pipes")
        self._stdin = self._process.stdin
        self._stdout = self._process.stdout
        os.set_blocking(self._stdin.fileno(), False)

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid

    def exchange(self, payload: bytes, seconds: float) -> bytes:
        """Send a frame and give the answer's payload; ChildFailedError otherwise."""
        until = time.monotonic() + seconds
        self._send(len(payload).to_bytes(_HEADER, "big") + payload, until)
        return self._receive_frame(until)

    def receive(self, seconds: float) -> bytes:
        """Give the next frame's payload; ChildFailedError otherwise."""
        return self._receive_frame(time.monotonic() + seconds)

    def kill(self) -> None:
        """End the child at once; once is enough, more does no harm."""
        self._process.kill()

    def close(self) -> None:
        """End the child, wait for it, and close the pipes."""
        self._process.kill()
        self._process.wait()
        self._stdin.close()
        self._stdout.close()

    def _send(self, data: bytes, until: float) -> None:
        rest = memoryview(data)
        while rest:
            self._wait(self._stdin.fileno(), select.POLLOUT, until)
            try:
                rest = rest[os.write(self._stdin.fileno(), rest[:_CHUNK]) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise ChildFailedError("it ended") from error

    def _receive_frame(self, until: float) -> bytes:
        length = int.from_bytes(self._receive(_HEADER, until), "big")
        if length > _LONGEST_ANSWER:
            raise ChildFailedError("its answer makes no sense")
        return self._receive(length, until)

    def _receive(self, length: int, until: float) -> bytes:
        parts: list[bytes] = []
        while length:
            self._wait(self._stdout.fileno(), select.POLLIN, until)
            part = os.read(self._stdout.fileno(), min(length, _CHUNK))
            if not part:
                raise ChildFailedError("it ended")
            parts.append(part)
            length -= len(part)
        return b"".join(parts)

    def _wait(self, descriptor: int, event: int, until: float) -> None:
        poll = select.poll()
        poll.register(descriptor, event)
        left = until - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            raise ChildFailedError("it took too long")
