"""
The node's programs in one mount and one process namespace: containerd, kubelet, kube-proxy.

Run as a script by the keeper, with the standard library alone: ``nodehost.py SETTINGS.json``. The
first process keeps the control groups and waits; the second is the init of the process namespace.
When either dies, the kernel ends everything in it, every container and its shim included, and
takes the mounts with it. The machine's /run, /var/lib, /var/log and /proc/sys stay untouched.

Settings: ``cgroup`` (a name), ``path`` (PATH), ``places`` (folders of the machine, and what takes
their place), and ``programs`` in the order of their start: name, argv, log and perhaps the file
that must be there before the next is started.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

_NEWNS, _NEWPID = 0x00020000, 0x20000000
_PDEATHSIG = 1
_CGROUPS = Path("/sys/fs/cgroup")
# What a kubelet would set for the whole machine. It only looks whether it is so already: it sees
# files of ours in these places.
_TUNED = {
    "vm/overcommit_memory": "1",
    "vm/panic_on_oom": "0",
    "kernel/panic": "10",
    "kernel/panic_on_oops": "1",
    "kernel/keys/root_maxkeys": "1000000",
    "kernel/keys/root_maxbytes": "25000000",
}
_PATIENCE = 30  # seconds
_LIBC = ctypes.CDLL(None, use_errno=True)


def main(settings: dict[str, Any]) -> int:
    """Run the node until SIGTERM, or until one of its programs ends; gives the exit code."""
    signal.signal(signal.SIGTERM, _leave)
    _make_cgroups(settings["cgroup"])
    if _LIBC.unshare(_NEWNS | _NEWPID):
        raise OSError(ctypes.get_errno(), "unshare")
    child = os.fork()
    if child == 0:
        _init(settings)
    try:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    except SystemExit:
        os.kill(child, signal.SIGKILL)  # returns from waitpid once all its descendants are gone
        os.waitpid(child, 0)
        return 0
    finally:
        _remove_cgroups(settings["cgroup"])


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


# -- control groups --------------------------------------------------------------------------


def _roots() -> list[Path]:
    """The roots of the hierarchies: one (version 2), or one a controller."""
    if (_CGROUPS / "cgroup.controllers").exists():
        return [_CGROUPS]
    return [path for path in _CGROUPS.iterdir() if path.is_dir() and not path.is_symlink()]


def _make_cgroups(name: str) -> None:
    for root in _roots():
        group = root / name
        group.mkdir(exist_ok=True)
        for setting in ("cpuset.cpus", "cpuset.mems"):  # a new one is empty, and takes no process
            if (group / setting).exists() and root != _CGROUPS:
                (group / setting).write_text((root / setting).read_text())
        if (root / "cgroup.controllers").exists() and root == _CGROUPS:
            wanted = " ".join(f"+{c}" for c in (root / "cgroup.controllers").read_text().split())
            (root / "cgroup.subtree_control").write_text(wanted)


def _remove_cgroups(name: str) -> None:
    for root in _roots():
        # the files cannot be removed, the folders can: that is what rmtree does when told to go on
        limit = time.monotonic() + _PATIENCE / 3
        while (root / name).exists() and time.monotonic() < limit:
            shutil.rmtree(root / name, ignore_errors=True)


# -- init -------------------------------------------------------------------------------------


def _init(settings: dict[str, Any]) -> NoReturn:
    code = 1
    try:
        _LIBC.prctl(_PDEATHSIG, signal.SIGKILL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        _mounts(settings["places"])
        running = {_start(one, settings["path"]): one["name"] for one in settings["programs"]}
        code = _reap(running)
    except BaseException as error:
        print(f"the node cannot run: {error}", file=sys.stderr, flush=True)
    os._exit(code)


def _mounts(places: dict[str, str]) -> None:
    """What the programs see: ``places`` maps folders of the machine to ours."""
    _mount("--make-rprivate", "/")
    _mount("--make-rshared", "/")  # among ourselves, as a kubelet wants it
    _mount("-t", "proc", "proc", "/proc")
    _mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run")
    for number, (name, value) in enumerate(_TUNED.items()):
        file = Path(f"/run/sysctl-{number}")
        file.write_text(f"{value}\n")
        _mount("--bind", str(file), f"/proc/sys/{name}")
    for machine, ours in places.items():
        Path(ours).mkdir(exist_ok=True)
        _mount("--bind", ours, machine)


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


def _start(program: dict[str, Any], path: str) -> int:
    with Path(program["log"]).open("ab") as log:
        started = subprocess.Popen(
            program["argv"],
            env={"PATH": path, "HOME": "/root"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    awaited = program.get("awaits")
    limit = time.monotonic() + _PATIENCE
    while awaited is not None and not Path(awaited).exists():
        if time.monotonic() > limit or started.poll() is not None:
            raise RuntimeError(f"{program['name']} is not ready; see {program['log']}")
        time.sleep(0.02)
    pid = started.pid
    started.returncode = 0  # it is reaped by its number, among the orphans
    return pid


def _reap(running: dict[int, str]) -> int:
    """Bury orphans, until a program of ours ends."""
    while True:
        pid, status = os.wait()
        if pid in running:
            code = os.waitstatus_to_exitcode(status)
            print(f"{running[pid]} has ended with code {code}", file=sys.stderr, flush=True)
            return 1


if __name__ == "__main__":
    sys.exit(main(json.loads(Path(sys.argv[1]).read_text())))
