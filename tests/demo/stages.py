"""
Stages: facts that become true one after another, each with a limit and a hint.

All stages of a group are looked at again and again, so that each gets the time at which it really
became true. Where one does not become true in time, ``StageFailed`` names the first broken link,
what was seen last, and where to look.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

_INTERVAL = 0.05  # seconds between two looks


@dataclass(frozen=True)
class Stage:
    """
    One fact. ``look`` gives a detail to show once it is true, None before.

    ``timeout`` counts, in seconds, from the moment when the stage before it in its group was
    true. ``hint`` says where to look when it does not come.
    """

    name: str
    look: Callable[[], str | None]
    timeout: float
    hint: str


class StageFailed(RuntimeError):  # noqa: N818 - it is an outcome, not a mistake in the program
    """A link is broken; the message names it and says where to look."""


class Shower(Protocol):
    """What is told while stages are followed."""

    def stage(self, name: str, seconds: float, detail: str) -> None: ...

    def waiting(self, name: str, seconds: float) -> None: ...


@dataclass
class _Course:
    """How far a group has come."""

    began: float
    reached: dict[str, float] = field(default_factory=dict)
    trouble: dict[str, str] = field(default_factory=dict)

    def look_at(self, stage: Stage, now: float) -> str | None:
        """Look once; what goes wrong in looking is remembered and counts as not yet."""
        try:
            detail = stage.look()
        except Exception as error:
            self.trouble[stage.name] = f"{type(error).__name__}: {error}"
            return None
        self.trouble.pop(stage.name, None)
        if detail is not None:
            self.reached[stage.name] = now - self.began
        return detail


def follow(
    stages: Sequence[Stage],
    shower: Shower,
    *,
    began: float | None = None,
    trouble: Callable[[], str | None] = lambda: None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, float]:
    """
    Follow a group of stages until all are true; gives the seconds of each since ``began``.

    ``began`` is when what they follow was started, by ``clock``; by default it is now.
    ``trouble`` gives a reason to give up at once: a part that has ended by itself.
    """
    course = _Course(clock() if began is None else began)
    last = course.began  # when the first missing stage became the first
    while True:
        for stage in stages:
            if stage.name not in course.reached:
                detail = course.look_at(stage, clock())
                if detail is not None:
                    shower.stage(stage.name, course.reached[stage.name], detail)
        missing = [stage for stage in stages if stage.name not in course.reached]
        if not missing:
            return course.reached
        before = stages[: stages.index(missing[0])]
        last = course.began + max((course.reached[s.name] for s in before), default=0.0)
        waited = clock() - last
        if (reason := trouble()) is not None:
            raise StageFailed(f"{reason}\nwaited for: {missing[0].name}")
        if waited > missing[0].timeout:
            raise _failure(missing[0], course)
        shower.waiting(missing[0].name, clock() - course.began)
        sleep(_INTERVAL)


def _failure(stage: Stage, course: _Course) -> StageFailed:
    lines = [f"not true within {stage.timeout:g} s: {stage.name}"]
    if stage.name in course.trouble:
        lines.append(f"last seen: {course.trouble[stage.name]}")
    lines.append(f"look at: {stage.hint}")
    return StageFailed("\n".join(lines))
