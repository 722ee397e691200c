"""Parts that run together: one that ends takes the others with it, and is never silent."""

import asyncio

import pytest

from tocsin.handlers.wiring import _together


class Parts:
    def __init__(self) -> None:
        self.cancelled: list[str] = []

    async def endless(self, name: str) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled.append(name)
            raise


async def ending() -> None:
    await asyncio.sleep(0)


async def failing() -> None:
    await asyncio.sleep(0)
    raise KeyError("x")


async def test_a_part_that_fails_ends_the_others_and_is_raised():
    parts = Parts()
    with pytest.raises(KeyError):
        await _together(one=parts.endless("one"), two=failing())
    assert parts.cancelled == ["one"]


async def test_a_part_that_ends_without_an_error_is_an_error():
    parts = Parts()
    with pytest.raises(RuntimeError, match="two ended"):
        await _together(one=parts.endless("one"), two=ending())
    assert parts.cancelled == ["one"]


async def test_cancelling_ends_all():
    parts = Parts()
    task = asyncio.create_task(_together(one=parts.endless("one"), two=parts.endless("two")))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sorted(parts.cancelled) == ["one", "two"]
