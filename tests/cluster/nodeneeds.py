"""
What a real node needs of the machine, and how the rest is brought: by apt, where there is one.

Only packages whose programs are missing are installed, and never in another's place: apt may
remove nothing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

APT_SECONDS = 120  # the longest that bringing the packages may take
_PLUGIN_FOLDERS = (Path("/usr/lib/cni"), Path("/opt/cni/bin"), Path("/usr/libexec/cni"))
_PLUGINS = ("ptp", "host-local", "loopback")
_PROGRAMS = {
    "containerd": "containerd",
    "ctr": "containerd",
    "containerd-shim-runc-v2": "containerd",
    "runc": "runc",
    "iptables": "iptables",
    "ip": "iproute2",
    "mount": "mount",
}
_SYS_ADMIN, _NET_ADMIN = 1 << 21, 1 << 12
_CGROUPS = Path("/sys/fs/cgroup")


class NodeUnavailable(RuntimeError):  # noqa: N818 - it is a state, not a mistake
    """There can be no real node on this machine; the message is one line with the reason."""


def path() -> str:
    """PATH, with the folders of system programs that an ordinary shell may leave out."""
    return os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])


def program(name: str) -> Path | None:
    """Where a program of the machine is."""
    found = shutil.which(name, path=path())
    return Path(found) if found else None


def plugins() -> Path | None:
    """The folder of the CNI plug-ins."""
    whole = (f for f in _PLUGIN_FOLDERS if all((f / name).exists() for name in _PLUGINS))
    return next(whole, None)


def missing_packages() -> list[str]:
    """Debian's names of the packages whose programs are not there."""
    packages = [package for name, package in _PROGRAMS.items() if program(name) is None]
    if plugins() is None:
        packages.append("containernetworking-plugins")
    return list(dict.fromkeys(packages))


def obstacle() -> str | None:
    """Why no package could help; None where there can be a node."""
    if sys.platform != "linux":
        return "a real node needs Linux"
    if os.geteuid() != 0:
        return "a real node needs root"
    if _capabilities() & (_SYS_ADMIN | _NET_ADMIN) != _SYS_ADMIN | _NET_ADMIN:
        return "a real node needs the capabilities SYS_ADMIN and NET_ADMIN (a privileged container)"
    if not os.access(_CGROUPS, os.W_OK):
        return f"a real node needs {_CGROUPS} to be writable (a privileged container)"
    return None


def unavailable() -> str | None:
    """Why there can be no node here, neither now nor with apt's help; None where there can."""
    reason = obstacle()
    if reason is None and (packages := missing_packages()) and program("apt-get") is None:
        reason = f"a real node needs {', '.join(packages)}, and there is no apt-get to bring them"
    return reason


def ensure(progress: Callable[[str], None]) -> None:
    """Bring what is missing; raises ``NodeUnavailable`` where that cannot be done."""
    reason = unavailable()
    if reason is not None:
        raise NodeUnavailable(reason)
    packages = missing_packages()
    if not packages:
        return
    progress(f"a real node needs {', '.join(packages)}: installing with apt-get ...")
    said = _apt_get(packages)
    still = missing_packages()
    if still:
        raise NodeUnavailable(
            f"a real node needs {', '.join(still)}, and apt-get did not bring them: {said}"
        )


def _apt_get(packages: list[str]) -> str:
    """Install; with fresh lists where the machine's are empty or old. Gives its last line."""
    install = ["install", "--yes", "--quiet", "--no-install-recommends", "--no-remove", *packages]
    said, limit = "", time.monotonic() + APT_SECONDS
    for command in (install, ["update", "--quiet"], install):
        try:
            done = subprocess.run(
                ["apt-get", *command],
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                capture_output=True,
                text=True,
                check=False,
                timeout=max(limit - time.monotonic(), 1),
            )
        except subprocess.TimeoutExpired:
            return f"it took more than {APT_SECONDS} s"
        if command is install and done.returncode == 0:
            break
        lines = (done.stderr or done.stdout).strip().splitlines()
        said = lines[-1] if lines else f"exit code {done.returncode}"
    return said


def _capabilities() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("CapEff:"):
            return int(line.split()[1], 16)
    return 0
