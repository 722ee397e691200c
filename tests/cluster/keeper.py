"""
The keeper: a small single-threaded process that owns the programs of one cluster.

It is run as a script, with the standard library alone. Orders come as JSON lines on its standard
input, answers leave as JSON lines on its standard output. When its input ends, whoever started it
is gone (``kill -9`` included): it then ends its programs and removes their files. On Linux its
programs also die with the keeper itself. ``processes.Processes`` is the other side.

The keeper exists because a parent-death signal follows the *thread* that forked, and because code
between fork and exec is unsafe in a process with threads. This process has one.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

PR_SET_PDEATHSIG = 1
_POLL = 0.005  # seconds between two looks at a program that was asked to end


def _death_signal() -> Callable[[], None] | None:
    """What a child calls before exec, so that it ends with us; Linux alone has it."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl

    def arm() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

    return arm


class Keeper:
    """The programs by name, in the order of their start; ``doomed`` folders go when all ended."""

    def __init__(self, doomed: list[str]) -> None:
        self.programs: dict[str, subprocess.Popen[bytes]] = {}
        self.graces: dict[str, float] = {}
        self.doomed = doomed
        self._arm = _death_signal()

    def start(self, order: dict[str, Any]) -> dict[str, Any]:
        """Start a program with its output in a log file; a name is free once its program ended."""
        name = order["name"]
        running = self.programs.get(name)
        if running is not None and running.poll() is None:
            return {"error": f"{name} is running already"}
        with open(order["log"], "ab") as log:  # noqa: PTH123 - pathlib costs 15 ms of start-up
            try:
                program = subprocess.Popen(
                    order["argv"],
                    env=order["env"],
                    cwd=order.get("cwd"),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    preexec_fn=self._arm,  # noqa: PLW1509 - this process has one thread
                )
            except OSError as error:
                return {"error": f"{name} could not be started: {error}"}
        self.programs.pop(name, None)
        self.programs[name] = program
        self.graces[name] = float(order.get("grace", 0))
        return {"pid": program.pid}

    def stop(self, order: dict[str, Any]) -> dict[str, Any]:
        """Ask a program to end, wait ``grace`` seconds, then end it; answers its exit code."""
        program = self.programs.get(order["name"])
        if program is None:
            return {"code": None}
        if program.poll() is None:
            self._end(program, float(order.get("grace", 5)))
        return {"code": program.returncode}

    def _end(self, program: subprocess.Popen[bytes], grace: float) -> None:
        if grace > 0:
            program.terminate()
            limit = time.monotonic() + grace
            while program.poll() is None and time.monotonic() < limit:
                time.sleep(_POLL)
        if program.poll() is None:
            program.kill()
            program.wait()

    def signal(self, order: dict[str, Any]) -> dict[str, Any]:
        """Send a signal by number: SIGSTOP and SIGCONT make a program hang."""
        program = self.programs.get(order["name"])
        if program is None or program.poll() is not None:
            return {"error": f"{order['name']} is not running"}
        program.send_signal(order["signal"])
        return {}

    def status(self, _order: dict[str, Any]) -> dict[str, Any]:
        """Every program with its pid and, once it ended, its exit code."""
        return {
            "programs": {
                name: {"pid": program.pid, "code": program.poll()}
                for name, program in self.programs.items()
            }
        }

    def close(self) -> None:
        """End all, the last started first, then remove the folders."""
        for name, program in reversed(self.programs.items()):
            if program.poll() is None:
                self._end(program, self.graces[name])
        for path in self.doomed:
            shutil.rmtree(path, ignore_errors=True)


def main() -> None:
    """Serve orders until the input ends."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # The end of the input is the one way to end. Not SIG_IGN: the programs would inherit it.
        signal.signal(number, lambda _number, _frame: None)
    keeper = Keeper(sys.argv[1:])
    orders = {
        "start": keeper.start,
        "stop": keeper.stop,
        "signal": keeper.signal,
        "status": keeper.status,
    }
    try:
        for line in sys.stdin:
            order = json.loads(line)
            answer = orders[order["order"]](order)
            text = json.dumps({**answer, "number": order["number"]}) + "\n"
            with contextlib.suppress(BrokenPipeError):  # nobody listens: the input ends as well
                os.write(sys.stdout.fileno(), text.encode())
    finally:
        keeper.close()


if __name__ == "__main__":
    main()
