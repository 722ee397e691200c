"""
A cluster in a process of its own in the background, for the command line.

The process holds a lock file for as long as it lives, so that a stale state file is never taken
for a cluster. ``FOLDER`` holds state.json, lock and the process' own log.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from tests.cluster.cluster import Cluster
from tests.cluster.node import NodeCluster
from tests.cluster.nodeneeds import NodeUnavailable
from tests.cluster.programs import ProgramsUnavailable

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".cluster"
_READY = "ready"
_LONGEST_END = 30  # seconds

State = dict[str, Any]


def start(*, stack: bool, node: bool, progress: Callable[[str], None]) -> None:
    """Start a cluster and leave it running; does nothing where one is."""
    if _running():
        progress("a cluster is running already")
        return
    FOLDER.mkdir(exist_ok=True)
    log = FOLDER / "cluster.log"
    command = [sys.executable, "-m", "tests.cluster", "serve"]
    if not stack:
        command.append("--control-plane-only")
    if node:
        command.append("--node")
    with log.open("w") as errors:
        server = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
            text=True,
        )
    assert server.stdout is not None
    with server.stdout as lines:
        for line in lines:
            if line.strip() == _READY:
                server.returncode = 0  # it lives on without us: not ours to wait for
                return
            progress(line.rstrip())
    server.wait()
    raise RuntimeError(f"the cluster did not start:\n{log.read_text().strip()}")


def serve(*, stack: bool, node: bool) -> int:
    """Run a cluster until SIGTERM or SIGINT; prints ``ready`` once it is."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    with (FOLDER / "lock").open("r+" if (FOLDER / "lock").exists() else "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        try:
            with _cluster(stack=stack, node=node) as cluster:
                _write_state(cluster)
                print(_READY, flush=True)
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                while True:
                    signal.pause()
        except (ProgramsUnavailable, NodeUnavailable) as reason:
            print(reason, file=sys.stderr)
            return 1
        finally:
            _state_file().unlink(missing_ok=True)


def _cluster(*, stack: bool, node: bool) -> Cluster:
    def say(line: str) -> None:
        print(line, flush=True)

    if node:
        return NodeCluster(monitoring=stack, progress=say)
    return Cluster(stack=stack, progress=say)


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def stop() -> bool:
    """End the cluster, also one that is still starting; False where none ran."""
    if not _running():
        return False
    pid = int((FOLDER / "lock").read_text())
    os.kill(pid, signal.SIGTERM)
    limit = time.monotonic() + _LONGEST_END
    while _running():
        if time.monotonic() > limit:
            os.kill(pid, signal.SIGKILL)  # the keeper ends the programs
            limit += _LONGEST_END
        time.sleep(0.05)
    return True


def status() -> State | None:
    """How to reach the cluster, and its parts; None where none runs."""
    if not _running() or not _state_file().exists():
        return None
    state: State = json.loads(_state_file().read_text())
    return state


def _running() -> bool:
    lock = FOLDER / "lock"
    if not lock.exists():
        return False
    with lock.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def _state_file() -> Path:
    return FOLDER / "state.json"


def _write_state(cluster: Cluster) -> None:
    state = {
        "running": True,
        "pid": os.getpid(),
        "KUBECONFIG": str(cluster.kubeconfig),
        "API_URL": cluster.url,
        "PROMETHEUS_URL": cluster.prometheus_url,
        "ALERTMANAGER_URL": cluster.alertmanager_url,
        "enter": " ".join(cluster.enter) if isinstance(cluster, NodeCluster) else None,
        "programs": str(cluster.programs),
        "logs": str(cluster.processes.logs),
        "parts": cluster.parts(),
    }
    partial = FOLDER / ".state"
    partial.write_text(json.dumps(state, indent=2))
    partial.replace(_state_file())
