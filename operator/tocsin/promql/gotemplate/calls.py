"""
Calls: what a function or method takes, as Go checks it when the template runs.

A parameter is named by its Go type; `any` takes everything. Source: evalCall,
evalArg and validateType in text/template/exec.go (Go 1.26).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tocsin.promql.gotemplate.values import Stopped, go_type, kind


class Context(Protocol):
    """What a function may know of the execution that calls it."""

    @property
    def now(self) -> int:
        """Now, in seconds of Unix time."""

    @property
    def lenient(self) -> bool:
        """Whether text that cannot be read is put down to the alert being made up."""

    missing: tuple[str, str] | None
    """The label or annotation looked up last that is not there."""

    def spend(self, work: int) -> None:
        """Count work; raises where there has been too much."""

    def room(self) -> int:
        """Give how many characters a value may still have."""

    def zone(self, name: str) -> Callable[[int], tuple[str, int]] | None:
        """Give a time zone; None where there is none of this name."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function: the types it takes, the type of any further arguments, and what it does."""

    call: Callable[..., object]
    """Takes the context, for a method the receiver, and the arguments."""
    takes: tuple[str, ...] = ()
    further: str = ""
    """Type of the arguments after those; empty where there may be none."""

    def type_at(self, index: int) -> str:
        """Give the type of one argument."""
        return self.takes[index] if index < len(self.takes) else self.further

    def count_problem(self, name: str, count: int) -> str:
        """Say what is wrong with a number of arguments; empty if nothing is."""
        wanted = len(self.takes)
        if self.further:
            return "" if count >= wanted else f"{name} takes at least {wanted}, it gets {count}"
        plural = "argument" if wanted == 1 else "arguments"
        return "" if count == wanted else f"{name} takes {wanted} {plural}, here it gets {count}"


_SLICES = {
    "[]string": {"[]string", "template.Strings"},
    "[]interface {}": {"[]interface {}"},
}


def assignable(value: object, wanted: str) -> bool:
    """Tell whether Go would take a value for a parameter."""
    if wanted == "any":
        return True
    if value is None:
        return wanted in _SLICES
    return go_type(value) in _SLICES.get(wanted, {wanted})


def convert(value: object, wanted: str) -> object:
    """Take a computed value as an argument, or stop."""
    if assignable(value, wanted):
        if value is None and wanted in _SLICES:
            return []
        return value
    if value is None:
        raise Stopped(f"there is no value, but {_named(wanted)} is needed")
    raise Stopped(f"{_named(wanted)} is needed, this is {_named(go_type(value))}")


def constant(value: object, wanted: str) -> object:
    """Take a constant that is written in the template as an argument, or stop."""
    if wanted == "any":
        return value
    have = kind(value)
    if wanted == "time.Duration" and have == "int":
        return value
    if wanted == "float64" and have == "int":
        return float(value)  # type: ignore[arg-type]  # kind says that it is a number
    if wanted != go_type(value):
        raise Stopped(f"{_named(wanted)} is needed, this is {_named(have)}")
    return value


_NAMES = {
    "string": "a string", "int": "a whole number", "float64": "a number", "bool": "true or false",
    "float": "a number", "time.Time": "a time such as .StartsAt", "time.Duration": "a duration",
    "[]string": "a list of strings", "[]interface {}": "a list made with list",
}  # fmt: skip


def _named(name: str) -> str:
    return _NAMES.get(name, f"a {name}")
