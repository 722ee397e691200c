"""Events: few, counted up, limited, and never an exception."""

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any

import pytest

from tocsin.adapters.events import PER_OBJECT, PER_SECONDS, ClusterEvents
from tocsin.api.meta import ObjectRef
from tocsin.errors import ClusterError

REF = ObjectRef("AlertRule", "shop", "checkout-errors")


class Store:
    """As much of an API server as Events need: names taken, merge patches, and refusals."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Any]] = {}
        self.refuse: ClusterError | None = None

    async def create(self, resource: Any, document: Mapping[str, Any]) -> dict[str, Any]:
        assert resource == ("", "v1", "events")
        self._check()
        name = document["metadata"]["name"]
        if name in self.objects:
            raise ClusterError(409, "AlreadyExists", "taken")
        self.objects[name] = {**document}
        return self.objects[name]

    async def patch(
        self, resource: Any, namespace: str, name: str, change: Mapping[str, Any]
    ) -> dict[str, Any]:
        assert (resource, namespace) == (("", "v1", "events"), "shop")
        self._check()
        if name not in self.objects:
            raise ClusterError(404, "NotFound", "expired")
        self.objects[name].update(change)
        return self.objects[name]

    def _check(self) -> None:
        if self.refuse is not None:
            raise self.refuse


class Time:
    seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> str:
        return f"2026-01-01T00:00:{int(self.seconds) % 60:02d}Z"


class Scene:
    def __init__(self, store: Store | None = None) -> None:
        self.store = store or Store()
        self.time = Time()
        self.dropped: list[str] = []
        self.events = ClusterEvents(
            self.store, self.time, dropped=self.dropped.append, per_second=1e6
        )

    async def tell(self, message: str = "it is invalid", uid: str = "u1", **other: Any) -> None:
        words = {"type": "Warning", "reason": "InvalidSpec", **other}
        await self.events.record(REF, uid, message=message, **words)

    @contextlib.asynccontextmanager
    async def running(self):
        task = asyncio.create_task(self.events.run())
        try:
            yield
            await asyncio.wait_for(self.events.written(), 5)
        finally:
            task.cancel()


async def test_an_event_has_what_kubectl_shows():
    scene = Scene()
    async with scene.running():
        await scene.tell()
    ((name, event),) = scene.store.objects.items()
    assert name.startswith("checkout-errors.")
    assert event["metadata"]["namespace"] == "shop"
    assert event["involvedObject"] == {
        "apiVersion": "tocsin.dev/v1alpha1",
        "kind": "AlertRule",
        "namespace": "shop",
        "name": "checkout-errors",
        "uid": "u1",
    }
    assert (event["type"], event["reason"]) == ("Warning", "InvalidSpec")
    assert event["source"] == {"component": "tocsin"}
    assert event["count"] == 1


async def test_the_same_news_counts_up_and_other_news_is_another_event():
    scene = Scene()
    async with scene.running():
        await scene.tell()
        scene.time.seconds = 5
        await scene.tell()
        await scene.tell()
        await scene.tell("something else")
        await scene.tell(type="Normal", reason="Succeeded")
    assert sorted(event["count"] for event in scene.store.objects.values()) == [1, 1, 3]
    event = next(e for e in scene.store.objects.values() if e["count"] == 3)
    assert event["firstTimestamp"] == "2026-01-01T00:00:00Z"
    assert event["lastTimestamp"] == "2026-01-01T00:00:05Z"


async def test_a_restart_counts_on():
    first = Scene()
    async with first.running():
        await first.tell()
        await first.tell()
    second = Scene(first.store)
    async with second.running():
        await second.tell()
    (event,) = second.store.objects.values()
    assert event["count"] == 3


async def test_an_expired_event_begins_anew():
    scene = Scene()
    async with scene.running():
        await scene.tell()
        await scene.events.written()
        scene.store.objects.clear()
        await scene.tell()
        await scene.events.written()
        await scene.tell()
    (event,) = scene.store.objects.values()
    assert event["count"] == 2


async def test_one_object_may_not_flood():
    scene = Scene()
    async with scene.running():
        for number in range(PER_OBJECT + 5):
            await scene.tell(f"news {number}")
        await scene.tell("of another object", uid="u2")
        scene.time.seconds += PER_SECONDS
        await scene.tell("later")
    assert scene.dropped == ["RateLimited"] * 5
    assert len(scene.store.objects) == PER_OBJECT + 2


async def test_refusals_are_counted_and_never_raised():
    scene = Scene()
    scene.store.refuse = ClusterError(403, "Forbidden", "no")
    async with scene.running():
        await scene.tell()
    scene.store.refuse = None
    async with scene.running():
        await scene.tell()
    assert scene.dropped == ["Forbidden"]
    assert len(scene.store.objects) == 1


async def test_a_queue_that_nobody_empties_drops():
    scene = Scene()
    for number in range(1001):
        await scene.tell(uid=f"u{number}")
    assert scene.dropped == ["QueueFull"]


@pytest.mark.parametrize("name", ["a" * 253, "a." * 126 + "b", "x"])
async def test_long_texts_and_names_fit(name: str):
    scene = Scene()
    async with scene.running():
        await scene.events.record(
            ObjectRef("AlertRule", "shop", name),
            "u1",
            type="Normal",
            reason="Succeeded",
            message="line\n" * 1000 + "\ud800",
        )
    ((made, event),) = scene.store.objects.items()
    assert len(made) <= 253
    assert ".." not in made
    assert len(event["message"]) == 1024
    assert "\n" not in event["message"]
