"""Memory and processor time of processes, from ``/proc``; Linux alone has it."""

from __future__ import annotations

import os
from pathlib import Path

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_PARENT, _USER, _SYSTEM = 1, 11, 12  # fields of stat, counted after the program's name


def _stat(pid: int) -> list[str]:
    text = (_PROC / str(pid) / "stat").read_text()
    return text.rpartition(")")[2].split()  # the name may hold spaces and brackets


def resident_bytes(pid: int) -> int:
    """VmRSS of a process in bytes."""
    for line in (_PROC / str(pid) / "status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise ProcessLookupError(f"process {pid} has no memory: it has ended")


def cpu_seconds(pid: int) -> float:
    """User and system time that a process has used since its start."""
    fields = _stat(pid)
    return (int(fields[_USER]) + int(fields[_SYSTEM])) / _TICKS


def process_tree(pid: int) -> list[int]:
    """A process and all that descend from it."""
    parents: dict[int, int] = {}
    for entry in _PROC.iterdir():
        if entry.name.isdecimal():
            try:
                parents[int(entry.name)] = int(_stat(int(entry.name))[_PARENT])
            except (FileNotFoundError, ProcessLookupError):
                continue  # it ended while we looked
    found = [pid]
    for one in found:  # grows while it is walked: children of children follow
        found.extend(child for child, parent in parents.items() if parent == one)
    return found
