"""Stages are timed when they become true, and the first broken link is named."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from tests.demo.stages import Stage, StageFailed, follow


@dataclass
class Clock:
    """A clock that only sleeping moves."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Shown:
    """What was shown, in order."""

    stages: list[tuple[str, float]] = field(default_factory=list)
    waited: set[str] = field(default_factory=set)

    def stage(self, name: str, seconds: float, detail: str) -> None:
        self.stages.append((name, round(seconds, 1)))

    def waiting(self, name: str, seconds: float) -> None:
        self.waited.add(name)


def stage_at(clock: Clock, name: str, seconds: float, timeout: float = 10) -> Stage:
    """A stage that is true once so many seconds have passed."""
    began = clock.now
    return Stage(
        name,
        lambda: "there" if clock.now - began >= seconds - 1e-6 else None,
        timeout,
        f"{name}.log",
    )


def test_each_stage_is_shown_when_it_becomes_true() -> None:
    clock, shown = Clock(), Shown()
    stages = [stage_at(clock, "late", 3), stage_at(clock, "early", 1)]
    reached = follow(stages, shown, clock=clock, sleep=clock.sleep)
    assert shown.stages == [("early", 1.0), ("late", 3.0)]
    assert reached.keys() == {"late", "early"}
    assert shown.waited == {"late"}


def test_seconds_count_from_what_set_them_off() -> None:
    clock, shown = Clock(), Shown()
    stages = [stage_at(clock, "rule", 2)]
    follow(stages, shown, began=clock.now - 5, clock=clock, sleep=clock.sleep)
    assert shown.stages == [("rule", 7.0)]


def test_the_first_broken_link_is_named_with_its_log() -> None:
    clock = Clock()
    stages = [
        stage_at(clock, "first", 1),
        stage_at(clock, "second", 99),
        stage_at(clock, "third", 2),
    ]
    with pytest.raises(StageFailed, match=r"within 10 s: second\nlook at: second.log"):
        follow(stages, Shown(), clock=clock, sleep=clock.sleep)
    assert clock.now - 100 == pytest.approx(11, abs=0.2), "the limit counts from the stage before"


def test_a_look_that_fails_is_told_when_time_is_up() -> None:
    clock = Clock()

    def look() -> str | None:
        raise ConnectionRefusedError("nobody listens")

    stages = [Stage("rule loaded", look, 1, "prometheus.log")]
    with pytest.raises(StageFailed, match="last seen: ConnectionRefusedError: nobody listens"):
        follow(stages, Shown(), clock=clock, sleep=clock.sleep)


def test_a_part_that_ended_is_not_waited_for() -> None:
    clock = Clock()
    stages = [stage_at(clock, "firing", 60, timeout=90)]
    with pytest.raises(StageFailed, match="operator has ended\nwaited for: firing"):
        follow(
            stages,
            Shown(),
            trouble=lambda: "operator has ended" if clock.now > 103 else None,
            clock=clock,
            sleep=clock.sleep,
        )
    assert clock.now < 104
