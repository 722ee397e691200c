"""From thread to loop: nothing lost, nothing out of order, and the loop breathes."""

import asyncio
import threading

from tocsin.handlers.handoff import Handoff

EVENTS = 5000


class Seen(list):
    def seen(self, kind, event_type, document):
        assert threading.current_thread() is threading.main_thread()
        self.append((kind, event_type, document["n"]))


async def test_everything_arrives_in_order_while_the_loop_does_other_work():
    seen, turns = Seen(), 0
    handoff = Handoff(asyncio.get_running_loop(), seen)

    def feed() -> None:
        for number in range(EVENTS):
            handoff.put("AlertRule", "ADDED", {"n": number})

    thread = threading.Thread(target=feed)
    thread.start()
    async with asyncio.timeout(10):
        while len(seen) < EVENTS:
            turns += 1
            await asyncio.sleep(0)
    thread.join()
    assert [number for _, _, number in seen] == list(range(EVENTS))
    assert turns > EVENTS // 64 // 4


async def test_a_pause_between_events_stops_nothing():
    seen = Seen()
    handoff = Handoff(asyncio.get_running_loop(), seen)
    for number in range(3):
        await asyncio.to_thread(handoff.put, "Namespace", None, {"n": number})
        await asyncio.sleep(0.01)
    assert [number for _, _, number in seen] == [0, 1, 2]


async def test_an_event_that_breaks_the_sink_does_not_stop_the_next(caplog):
    class Breaking(Seen):
        def seen(self, kind, event_type, document):
            if document["n"] == 0:
                raise KeyError("metadata")
            super().seen(kind, event_type, document)

    seen = Breaking()
    handoff = Handoff(asyncio.get_running_loop(), seen)
    for number in range(3):
        handoff.put("AlertRule", "ADDED", {"n": number})
    await asyncio.sleep(0.01)
    assert [number for _, _, number in seen] == [1, 2]
    assert "KeyError" in caplog.text
    assert "metadata" not in caplog.text
