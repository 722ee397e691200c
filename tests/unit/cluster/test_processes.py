"""The keeper ends its programs whatever happens to those who asked for them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cluster.processes import ProcessError, Processes

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
_PARENT = """
import sys
from pathlib import Path
from tests.cluster.processes import Processes
work = Path(sys.argv[1])
processes = Processes(work / "logs", doomed=[work])
print(processes.start("sleeper", ["sleep", "60"]), flush=True)
{ending}
"""


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    processes = Processes(tmp_path / "logs")
    yield processes
    processes.close()


def _gone(pid: int, timeout: float = 5) -> bool:
    limit = time.monotonic() + timeout
    while time.monotonic() < limit:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False


def test_programs_end_with_their_owner(tmp_path: Path) -> None:
    work = tmp_path / "work"
    processes = Processes(work / "logs", doomed=[work])
    pids = [processes.start(name, ["sleep", "60"]) for name in ("one", "two")]
    processes.close()
    assert all(_gone(pid, timeout=0.5) for pid in pids)
    assert not work.exists()
    processes.close()


@pytest.mark.parametrize(
    "ending",
    [
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
        "raise KeyboardInterrupt",
        "sys.exit(3)",
    ],
)
def test_programs_end_however_their_owner_ends(tmp_path: Path, ending: str) -> None:
    work = tmp_path / "work"
    script = _PARENT.format(ending=ending)
    parent = subprocess.run(
        [sys.executable, "-c", script, str(work)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert _gone(int(parent.stdout))
    limit = time.monotonic() + 5
    while work.exists() and time.monotonic() < limit:
        time.sleep(0.01)
    assert not work.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="parent-death signals are Linux' own")
def test_programs_end_with_their_keeper(processes: Processes) -> None:
    pid = processes.start("sleeper", ["sleep", "60"])
    os.kill(processes._keeper.pid, signal.SIGKILL)
    assert _gone(pid)
    with pytest.raises(ProcessError, match="keeper of the programs has died"):
        processes.status()


def test_a_program_is_stopped_gently_then_firmly(processes: Processes) -> None:
    processes.start("gentle", ["sleep", "60"])
    assert processes.stop("gentle", grace=5) == -signal.SIGTERM
    processes.start("stubborn", ["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done"])
    processes.await_ready("stubborn", lambda: "ready" in processes.log("stubborn").read_text())
    assert processes.stop("stubborn", grace=0.1) == -signal.SIGKILL
    assert processes.stop("never-started") is None


def test_a_program_that_ends_early_is_reported_with_its_output(processes: Processes) -> None:
    processes.start("broken", ["sh", "-c", "echo no such flag >&2; exit 2"])
    with pytest.raises(ProcessError, match=r"broken ended with exit code 2(.|\n)*no such flag"):
        processes.await_ready("broken", lambda: False)


def test_a_program_that_does_not_exist(processes: Processes) -> None:
    with pytest.raises(ProcessError, match="absent could not be started"):
        processes.start("absent", ["/no/such/program"])


def test_a_name_can_be_used_again_once_its_program_ended(processes: Processes) -> None:
    first = processes.start("again", ["sleep", "60"])
    with pytest.raises(ProcessError, match="again is running already"):
        processes.start("again", ["sleep", "60"])
    processes.stop("again")
    assert processes.start("again", ["sleep", "60"]) != first


def test_a_program_gets_its_variables_and_its_folder(processes: Processes, tmp_path: Path) -> None:
    command = ["sh", "-c", 'echo "$GREETING from $PWD"; sleep 60']
    processes.start("greeter", command, env={"GREETING": "hello"}, cwd=tmp_path)
    log = processes.log("greeter")
    processes.await_ready("greeter", lambda: log.read_text().strip() == f"hello from {tmp_path}")
