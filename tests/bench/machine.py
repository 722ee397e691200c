"""On what it was measured: one line, read from the machine, with nobody's name in it."""

from __future__ import annotations

import os
import platform
from pathlib import Path

_GIB = 1024 * 1024  # /proc/meminfo counts KiB


def machine_line() -> str:
    """Processor, cores, memory, kernel, Python."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    parts = [_processor(), f"{cores} cores", _memory(), f"{platform.system()} {platform.release()}"]
    return ", ".join([part for part in parts if part] + [f"Python {platform.python_version()}"])


def load_line() -> str:
    """How busy the machine is with other things: the load averages of 1, 5 and 15 minutes."""
    return " ".join(f"{load:.1f}" for load in os.getloadavg())


def _processor() -> str:
    for line in _lines("/proc/cpuinfo"):
        name, _, value = line.partition(":")
        if name.strip() in ("model name", "Hardware"):
            return " ".join(value.split())
    return platform.processor() or platform.machine()


def _memory() -> str:
    for line in _lines("/proc/meminfo"):
        if line.startswith("MemTotal:"):
            return f"{int(line.split()[1]) / _GIB:.0f} GiB"
    return ""


def _lines(path: str) -> list[str]:
    file = Path(path)
    return file.read_text().splitlines() if file.exists() else []
