"""
Processor time with many rules and nothing to do, as a share of one core.

The operator with its child processes, and in the same seconds kube-controller-manager for a sense
of scale. A round is a window in which nobody changes anything.
"""

from __future__ import annotations

import time

from tests.bench.harness import AT_MOST, Goal, Line
from tests.bench.session import Session
from tests.running.memory import cpu_seconds, process_tree

_GOAL = 0.5  # per cent of a core


def run(session: Session) -> list[Line]:
    """Settle, then watch both processes' clocks."""
    count = session.options.size("idle_cpu_10k", 10_000, 300)
    window = session.options.size("window", 20, 5)
    fleet = session.fleet(count)
    fleet.settle()
    peer_pid = int(fleet.cluster.processes.status()["kube-controller-manager"]["pid"] or 0)
    ours, peer = [], []
    for number in range(session.options.rounds):
        tree = process_tree(fleet.operator.pid)
        before, peer_before = sum(map(cpu_seconds, tree)), cpu_seconds(peer_pid)
        began = time.monotonic()
        time.sleep(window)
        taken = time.monotonic() - began
        ours.append(100 * (sum(map(cpu_seconds, tree)) - before) / taken)
        peer.append(100 * (cpu_seconds(peer_pid) - peer_before) / taken)
        session.options.say(f"round {number + 1}: {ours[-1]:.2f} % of a core")
    return [
        Line(
            f"idle CPU, {count:,} rules",
            tuple(ours),
            "%",
            Goal(AT_MOST, _GOAL),
            "kube-controller-manager",
            tuple(peer),
            compare=False,
        )
    ]
