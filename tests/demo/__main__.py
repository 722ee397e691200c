"""
``python -m tests.demo``; ``make demo`` calls it.

The environment decides: ``KEEP=1`` leaves everything running until Ctrl-C, ``CLUSTER=external``
takes the cluster of ``KUBECONFIG``. Exit codes: 0 delivered, 1 a link is broken, 2 wrong usage,
130 interrupted. On every one of them what was started is ended.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import AbstractContextManager
from types import FrameType

from tests.cluster import ProgramsUnavailable
from tests.cluster.kubeconfig import KubeconfigError
from tests.demo import notification
from tests.demo.external import external_place
from tests.demo.local import local_place
from tests.demo.place import Place
from tests.demo.show import Screen
from tests.demo.stages import StageFailed
from tests.demo.story import tell

BROKEN, USAGE, INTERRUPTED = 1, 2, 130
_POLL = 0.5


def main() -> int:
    """Tell the story in the place that the environment names."""
    screen = Screen()
    place = _place(os.environ.get("CLUSTER", ""), screen)
    if place is None:
        return USAGE
    for number in (signal.SIGTERM, signal.SIGINT):  # a shell's background jobs ignore Ctrl-C
        signal.signal(number, _interrupt)
    keep = os.environ.get("KEEP", "") not in ("", "0")
    try:
        with place as here:
            tell(here, screen)
            if keep:
                _stay(here, screen)
    except KeyboardInterrupt:
        screen.line()
        screen.line("interrupted; everything that was started has been ended")
        return 0 if keep else INTERRUPTED
    except KubeconfigError as error:
        screen.failure(str(error))
        return USAGE
    except (StageFailed, ProgramsUnavailable, RuntimeError, OSError) as error:
        screen.failure(str(error))
        return BROKEN
    screen.heading(f"Delivered. {screen.elapsed():.0f} s in all; everything started has ended.")
    return 0


def _place(cluster: str, screen: Screen) -> AbstractContextManager[Place] | None:
    if cluster == "":
        return local_place(screen)
    if cluster == "external":
        return external_place(screen)
    screen.failure(f"CLUSTER={cluster} is not known; leave it out, or write CLUSTER=external")
    return None


def _stay(place: Place, screen: Screen) -> None:
    """Leave everything running, show messages as they come, until Ctrl-C."""
    screen.heading(f"Delivered after {screen.elapsed():.0f} s. Everything keeps running.")
    for name, value in place.facts.items():
        screen.note(name, value)
    screen.heading("Try next, in another terminal")
    for command in place.commands:
        screen.line(f"  {command}")
    screen.heading("Ctrl-C ends it all")
    shown = len(place.links.received())
    while (reason := place.trouble()) is None:
        for body in place.links.received()[shown:]:
            shown += 1
            if isinstance(body, dict):
                screen.box(notification.title(body), notification.lines(body), "yellow")
        time.sleep(_POLL)
    raise StageFailed(reason)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
