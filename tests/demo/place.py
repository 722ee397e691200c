"""A place where the story can be told: a cluster with a stack, an operator and a sample service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.cluster.processes import Processes
from tests.demo.links import Links


@dataclass
class Place:
    """
    ``apply`` applies the quick start; ``sample_url`` is where the shop's switch is. ``trouble``
    gives the reason where a part has ended by itself. ``logs`` says, by part, where to look.
    ``slack`` is how many seconds a changed ConfigMap or Secret may take to reach a pod's files: a
    kubelet looks once a minute. ``facts`` and ``commands`` are for a user who wants to look around.
    """

    links: Links
    apply: Callable[[], None]
    sample_url: str
    trouble: Callable[[], str | None]
    logs: dict[str, str]
    slack: float = 0
    facts: dict[str, str] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)


def ended(processes: Processes) -> str | None:
    """The first program that has ended by itself, with where to look."""
    for name, state in processes.status().items():
        if state["code"] is not None:
            log = processes.log(name)
            return f"{name} has ended with exit code {state['code']}; see {log.name}"
    return None
