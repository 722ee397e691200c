"""Whatever ends a node, nothing of it stays on the machine."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cluster import NodeUnavailable, nodeneeds
from tests.cluster.base import wait_until

pytestmark = pytest.mark.timeout(600)

ROOT = Path(__file__).parents[2]
_START = """
import time
from tests.cluster import NodeCluster
with NodeCluster(monitoring=True) as cluster:
    print(cluster.work, flush=True)
    time.sleep(600)
"""
_CGROUPS = Path("/sys/fs/cgroup")


def _traces(work: Path) -> list[str]:
    """What is left of a node: its files, control groups, processes and mounts."""
    found = [str(path) for path in (work, *_CGROUPS.glob(f"{work.name}"))]
    found += [str(path) for path in _CGROUPS.glob(f"*/{work.name}")]
    left = [path for path in found if Path(path).exists()]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(work).encode() in (process / "cmdline").read_bytes():
                left.append(str(process))
        except OSError:  # it has ended
            continue
    left += [line for line in Path("/proc/mounts").read_text().splitlines() if str(work) in line]
    return left


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nothing_stays_after_a_signal(number: signal.Signals) -> None:
    try:
        nodeneeds.ensure(print)
    except NodeUnavailable as reason:
        pytest.skip(str(reason))
    with subprocess.Popen(
        [sys.executable, "-c", _START], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        work = Path(running.stdout.readline().strip())
        assert len(_traces(work)) > 5  # it would be seen
        running.send_signal(number)
        running.wait(timeout=60)
    wait_until(lambda: not _traces(work), "nothing is left of the node", timeout=60)
