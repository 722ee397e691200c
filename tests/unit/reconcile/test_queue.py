"""The work queue: once per key, edits first, namespaces in turn, back-off bounded."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.api.meta import ObjectRef
from tocsin.reconcile.queue import Urgency, WorkQueue


class HeldClock:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self.time = 1000.0

    def monotonic(self) -> float:
        return self.time

    def now(self) -> str:
        return "2026-01-01T00:00:00Z"


def rule(namespace: str, name: str) -> ObjectRef:
    return ObjectRef("AlertRule", namespace, name)


async def drain(queue: WorkQueue) -> list[ObjectRef]:
    taken = []
    while queue.depth:
        key = await asyncio.wait_for(queue.get(), 1)
        taken.append(key)
        queue.done(key)
    return taken


async def test_a_key_added_twice_is_worked_once():
    queue = WorkQueue(HeldClock())
    queue.add(rule("a", "x"))
    queue.add(rule("a", "x"))
    assert await drain(queue) == [rule("a", "x")]


async def test_a_key_added_while_in_work_runs_once_more():
    queue = WorkQueue(HeldClock())
    queue.add(rule("a", "x"))
    key = await queue.get()
    queue.add(key)
    queue.add(key)
    assert queue.depth == 1
    queue.done(key)
    assert await drain(queue) == [key]


async def test_edits_go_ahead_of_repairs_and_may_move_ahead():
    queue = WorkQueue(HeldClock())
    queue.add(rule("a", "repair"), Urgency.REPAIR)
    queue.add(rule("a", "later"), Urgency.REPAIR)
    queue.add(rule("b", "edit"), Urgency.EDIT)
    queue.add(rule("a", "later"), Urgency.EDIT)
    assert await drain(queue) == [rule("b", "edit"), rule("a", "later"), rule("a", "repair")]


async def test_a_noisy_namespace_delays_nobody():
    queue = WorkQueue(HeldClock())
    for number in range(100):
        queue.add(rule("noisy", f"n{number}"))
    queue.add(rule("quiet", "q"))
    assert (await drain(queue)).index(rule("quiet", "q")) <= 1


async def test_back_off_grows_is_capped_and_ends_with_success():
    clock = HeldClock()
    queue = WorkQueue(clock)
    key = rule("a", "x")
    delays = [queue.retry(key) for _ in range(20)]
    assert delays[0] < 0.01
    assert max(delays) <= 75
    assert min(delays[15:]) >= 45
    queue.succeeded(key)
    assert queue.retry(key) < 0.01


async def test_a_delayed_key_comes_when_it_is_due_and_not_before():
    clock = HeldClock()
    queue = WorkQueue(clock)
    queue.add_after(rule("a", "x"), 10)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(queue.get(), 0.05)
    clock.time += 10.1
    assert await asyncio.wait_for(queue.get(), 1) == rule("a", "x")


async def test_writes_beyond_the_budget_wait_a_second_each():
    clock = HeldClock()
    queue = WorkQueue(clock)
    key = rule("a", "x")
    for _ in range(5):
        queue.spent(key)
    queue.add(key)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(queue.get(), 0.05)
    clock.time += 1.01
    assert await asyncio.wait_for(queue.get(), 1) == key


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(0, 5), st.sampled_from(list(Urgency))),
        max_size=60,
    )
)
def test_nothing_added_is_lost(additions):
    """Whatever is added, in whatever order, is worked on, each key once."""

    async def run() -> list[ObjectRef]:
        queue = WorkQueue(HeldClock())
        for namespace, number, urgency in additions:
            queue.add(rule(namespace, str(number)), urgency)
        return await drain(queue)

    taken = asyncio.run(run())
    assert sorted(taken) == sorted({rule(ns, str(number)) for ns, number, _ in additions})
