"""Lines are aligned; colour and motion are for terminals alone."""

from __future__ import annotations

import io

import pytest
from tests.demo.show import Screen


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def tell(out: io.StringIO) -> str:
    """Show a bit of everything."""
    screen = Screen(out)
    screen.heading("The shop breaks")
    screen.waiting("firing", 1.0)
    screen.stage("pending", 2.5, "value 0.5")
    screen.stage("notification received", 12.25, "POSTed")
    screen.failure("not true within 10 s: firing\nlook at: prometheus.log")
    return out.getvalue()


def test_a_file_gets_plain_aligned_lines() -> None:
    assert tell(io.StringIO()).splitlines() == [
        "",
        "The shop breaks",
        "  ok  pending                     2.5 s   value 0.5",
        "  ok  notification received      12.2 s   POSTed",
        "",
        "FAILED  not true within 10 s: firing",
        "        look at: prometheus.log",
    ]


def test_a_terminal_gets_colour_and_a_line_that_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    text = tell(Terminal())
    assert "\033[32mok\033[0m" in text
    assert "\r\033[K" in text


def test_no_color_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\033[32m" not in tell(Terminal())
