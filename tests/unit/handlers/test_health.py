"""What makes the operator unhealthy, and when."""

import asyncio
import time

import pytest

from tocsin.handlers.health import Health, LoopLag


class Scene:
    def __init__(self) -> None:
        self.now, self.last, self.silent, self.late = 1000.0, None, 0.0, 0.0
        self.stuck: tuple[str, ...] = ()
        self.waiting = "AlertRule"
        self.health = Health(
            self,
            last_pass=lambda: self.last,
            controller=lambda: self.stuck,
            waiting_for=lambda: self.waiting,
            watches_silent_for=lambda: self.silent,
            lag=lambda: self.late,
        )

    def monotonic(self) -> float:
        return self.now


@pytest.mark.parametrize(("seconds", "healthy"), [(299, True), (301, False)])
def test_the_first_full_pass_has_five_minutes(seconds: float, healthy: bool):
    scene = Scene()
    scene.now += seconds
    assert (scene.health.alive() == ()) is healthy


@pytest.mark.parametrize(("seconds", "healthy"), [(899, True), (901, False)])
def test_later_passes_may_fail_once(seconds: float, healthy: bool):
    scene = Scene()
    scene.last = scene.now
    scene.now += seconds
    assert (scene.health.alive() == ()) is healthy


def test_every_trouble_is_named():
    scene = Scene()
    scene.now += 400
    scene.silent, scene.late, scene.stuck = 61.0, 12.0, ("one key has been in work for 301 s",)
    said = scene.health.alive()
    assert len(said) == 4
    assert "no full pass has succeeded for 400 s" in said[0]
    assert "stood still for 61 s" in said[1]
    assert "12 s late" in said[2]
    assert said[3] == scene.stuck[0]


def test_readiness_names_what_is_waited_for():
    scene = Scene()
    assert scene.health.ready() == ("waiting for AlertRule",)
    scene.waiting = ""
    assert scene.health.ready() == ()


@pytest.mark.slow
async def test_a_blocked_loop_is_measured():
    shown = []
    lag = LoopLag(time, shown.append)
    assert lag.largest == 0.0
    task = asyncio.create_task(lag.run())
    await asyncio.sleep(0.5)
    time.sleep(1.0)  # blocks the loop on purpose: that is what is measured
    await asyncio.sleep(0.3)
    task.cancel()
    assert 0.3 < lag.largest < 2.0
    assert shown[-1] == lag.largest
