"""
Resident memory with many rules and children: the operator's process, and with its children.

Read from ``/proc`` after a restart, when everything is converged. Beside it, for a sense of scale:
kube-controller-manager, which watches the same objects.
"""

from __future__ import annotations

from tests.bench.fleet import Fleet
from tests.bench.harness import AT_MOST, Goal, Line
from tests.bench.session import Session
from tests.running.memory import resident_bytes

_MIB = 1024 * 1024
_PROCESS, _TREE = 110, 180  # MiB
_ROUNDS = 3


def run(session: Session) -> list[Line]:
    """Each round is a restart."""
    count = session.options.size("memory_10k", 10_000, 300)
    fleet = session.fleet(count)
    alone, together, peer = [], [], []
    for number in range(min(session.options.rounds, _ROUNDS)):
        fleet.operator.restart()
        fleet.settle()
        alone.append(fleet.operator.rss_bytes() / _MIB)
        together.append(fleet.operator.rss_bytes(children=True) / _MIB)
        peer.append(_controller_manager(fleet))
        session.options.say(
            f"round {number + 1}: {alone[-1]:.0f} MiB, with its children {together[-1]:.0f} MiB"
        )
    what = f"{count:,} rules and children"
    name = "kube-controller-manager"
    return [
        _line(f"memory of the operator's process, {what}", alone, _PROCESS, name, peer),
        _line(f"memory with its child processes, {what}", together, _TREE, name, peer),
    ]


def _line(what: str, values: list[float], limit: int, name: str, peer: list[float]) -> Line:
    goal = Goal(AT_MOST, limit)
    return Line(what, tuple(values), "MiB", goal, name, tuple(peer), compare=False)


def _controller_manager(fleet: Fleet) -> float:
    pid = fleet.cluster.processes.status()["kube-controller-manager"]["pid"]
    return resident_bytes(int(pid or 0)) / _MIB
