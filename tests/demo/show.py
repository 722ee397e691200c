"""What the demo prints: aligned lines, colour on a terminal alone (and never with NO_COLOR)."""

from __future__ import annotations

import os
import sys
import time
from typing import TextIO

_WIDTH = 26
_CODES = {"bold": "1", "green": "32", "red": "31", "dim": "2", "yellow": "33"}
_CLEAR = "\r\033[K"


class Screen:
    """Writes to a terminal or to a file; the look is the same but for colour and motion."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._motion = self._out.isatty()
        self._colour = self._motion and "NO_COLOR" not in os.environ
        self._began = time.monotonic()

    def paint(self, text: str, style: str) -> str:
        """Text in a style, where there is colour."""
        return f"\033[{_CODES[style]}m{text}\033[0m" if self._colour else text

    def line(self, text: str = "") -> None:
        """One line."""
        clear = _CLEAR if self._motion else ""
        print(f"{clear}{text}", file=self._out, flush=True)

    def heading(self, text: str) -> None:
        """What happens next."""
        self.line()
        self.line(self.paint(text, "bold"))

    def stage(self, name: str, seconds: float, detail: str) -> None:
        """A stage became true."""
        mark = self.paint("ok", "green")
        taken = f"{seconds:5.1f} s"
        self.line(f"  {mark}  {name:<{_WIDTH}}{taken}   {self.paint(detail, 'dim')}".rstrip())

    def waiting(self, name: str, seconds: float) -> None:
        """What is waited for, in one line that is written over; on a terminal alone."""
        if self._motion:
            text = f"  ..  {name:<{_WIDTH}}{seconds:5.1f} s"
            print(f"{_CLEAR}{self.paint(text, 'dim')}", end="", file=self._out, flush=True)

    def note(self, name: str, text: str) -> None:
        """A fact beside the stages: a name and a value."""
        self.line(f"      {name:<{_WIDTH}}{text}")

    def failure(self, text: str) -> None:
        """What is broken, the first line marked."""
        first, *rest = text.splitlines()
        self.line()
        self.line(f"{self.paint('FAILED', 'red')}  {first}")
        for line in rest:
            self.line(f"        {line}")

    def box(self, title: str, lines: list[str], style: str) -> None:
        """A block of text that came from outside, with a bar at its side."""
        bar = self.paint("|", style)
        self.line()
        self.line(f"  {bar} {self.paint(title, 'bold')}")
        for line in lines:
            self.line(f"  {bar} {line}".rstrip())

    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._began
