"""
Programs that end with us: the client of one keeper process (see ``keeper``).

It may not fork from a thread, wait for a program without a limit, or put anything secret on a
command line. Every program's output goes to ``LOGS/NAME.log``.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

_KEEPER = Path(__file__).with_name("keeper.py")


class ProcessError(RuntimeError):
    """A program could not be started, or ended before it was ready."""


class Processes:
    """
    Starts, stops and watches programs; thread-safe.

    ``logs`` is the folder for their output. ``doomed`` are folders which the keeper removes once
    every program has ended, also when this process was killed.
    """

    def __init__(self, logs: Path, doomed: Sequence[Path] = ()) -> None:
        self.logs = logs
        logs.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._number = 0
        self._keeper = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_KEEPER), *map(str, doomed)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # a Ctrl-C in the terminal is for us, not for the programs
            text=True,
        )
        atexit.register(self.close)

    @property
    def keeper(self) -> int:
        """The keeper's pid; its namespaces are those of the programs."""
        return self._keeper.pid

    def _order(self, order: str, **values: Any) -> dict[str, Any]:
        with self._lock:
            answer = self._exchange({"order": order, **values})
        if "error" in answer:
            raise ProcessError(answer["error"])
        return answer

    def _exchange(self, order: dict[str, Any]) -> dict[str, Any]:
        stdin, stdout = self._keeper.stdin, self._keeper.stdout
        if stdin is None or stdout is None or stdin.closed:
            raise ProcessError("the programs have been ended already")
        self._number += 1
        try:
            stdin.write(json.dumps({**order, "number": self._number}) + "\n")
            stdin.flush()
            for line in stdout:
                answer: dict[str, Any] = json.loads(line)
                if answer["number"] == self._number:  # an interrupted order left its answer behind
                    return answer
        except BrokenPipeError:
            pass
        raise ProcessError("the keeper of the programs has died, and with it the programs")

    def start(
        self,
        name: str,
        argv: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        grace: float = 0,
    ) -> int:
        """
        Start a program and return its pid.

        ``env`` is added to this process' environment. ``grace`` is how many seconds the program
        gets to end by itself when everything ends (0: it is killed at once).
        """
        answer = self._order(
            "start",
            name=name,
            argv=[str(word) for word in argv],
            env={**os.environ, **(env or {})},
            cwd=None if cwd is None else str(cwd),
            log=str(self.log(name)),
            grace=grace,
        )
        return int(answer["pid"])

    def stop(self, name: str, grace: float = 5) -> int | None:
        """End a program and return its exit code; None where it was never started."""
        code: int | None = self._order("stop", name=name, grace=grace)["code"]
        return code

    def signal(self, name: str, number: int) -> None:
        """Send a running program a signal."""
        self._order("signal", name=name, signal=int(number))

    def status(self) -> dict[str, dict[str, int | None]]:
        """By name: ``pid``, and ``code`` (None while it runs)."""
        programs: dict[str, dict[str, int | None]] = self._order("status")["programs"]
        return programs

    def log(self, name: str) -> Path:
        """The file with a program's output."""
        return self.logs / f"{name}.log"

    def await_ready(self, name: str, ready: Callable[[], bool], timeout: float = 60) -> None:
        """Wait until ``ready()``; fails at once when the program ends, with its last lines."""
        limit = time.monotonic() + timeout
        while not ready():
            code = self.status()[name]["code"]
            if code is not None:
                raise ProcessError(f"{name} ended with exit code {code}.\n{self._tail(name)}")
            if time.monotonic() > limit:
                raise ProcessError(f"{name} not ready after {timeout:g} s.\n{self._tail(name)}")
            time.sleep(0.05)

    def _tail(self, name: str, lines: int = 20) -> str:
        text = self.log(name).read_text(errors="replace") if self.log(name).exists() else ""
        return f"Its last lines, from {self.log(name)}:\n" + "\n".join(text.splitlines()[-lines:])

    def close_after(self, last_look: Callable[[], None] | None) -> None:
        """End every program, call ``last_look`` while their files are there, then close."""
        if last_look is not None:
            with contextlib.suppress(ProcessError, OSError):
                for name in reversed(self.status()):
                    self.stop(name, grace=0)
            last_look()
        self.close()

    def close(self) -> None:
        """End every program and wait until they are gone; may be called twice."""
        atexit.unregister(self.close)
        with self._lock:
            for pipe in (self._keeper.stdin, self._keeper.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):  # the keeper may be dead
                        pipe.close()
        self._keeper.wait()
