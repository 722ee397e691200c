"""
Go's values in Python, as far as a notification or a template's constant has them.

`None` is Go's nil and its "no value"; `bool`, `int`, `float` and `str` are bool, int,
float64 and string. A string holds bytes that are no UTF-8 as surrogate escapes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Self


class Stopped(Exception):  # noqa: N818 most of them are the template's end, not our error
    """Ends an execution: the message says why; never leaves this package."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.offset = -1
        """Where in the template, in characters; -1 until a node knows."""


class Unsupported(Stopped):
    """What this interpreter does not do, though Go may."""


class Markup(str):
    """Text that html/template takes as it is: `safeHtml` and `safeUrl`."""

    __slots__ = ("go_type",)
    go_type: str

    def __new__(cls, text: str, go_type: str) -> Self:
        """Mark a text as `template.HTML` or `template.URL`."""
        made = super().__new__(cls, text)
        made.go_type = go_type
        return made


class Sequence(list[object]):
    """A slice; its type says which methods it has. Nothing changes it once it is made."""

    __slots__ = ("go_type", "weight")

    def __init__(self, items: Iterable[object], go_type: str) -> None:
        super().__init__(items)
        self.go_type = go_type
        self.weight = 8 + sum(map(weight, self))


class LabelMap(dict[str, object]):
    """`template.KV`, or the map that `dict` makes."""

    __slots__ = ("go_type", "holds", "weight")

    def __init__(
        self, items: Mapping[str, object], go_type: str = "template.KV", holds: str = ".Labels"
    ) -> None:
        super().__init__(items)
        self.go_type = go_type
        self.holds = holds
        """What a template calls it."""
        self.weight = 8 + sum(len(name) + weight(one) for name, one in self.items())


class Struct:
    """A struct with its fields, in Go's order."""

    __slots__ = ("fields", "go_type", "weight")

    def __init__(self, go_type: str, fields: Mapping[str, object]) -> None:
        self.go_type = go_type
        self.fields = fields
        self.weight = 8 + sum(map(weight, fields.values()))


class NamedInt(int):
    """An integer of a type of its own, such as `time.Duration`."""

    go_type: str

    def __new__(cls, number: int, go_type: str) -> Self:
        """Make an integer of the type."""
        made = super().__new__(cls, number)
        made.go_type = go_type
        return made


def go_type(value: object) -> str:
    """Name a value's type as Go does."""
    named: str | None = getattr(value, "go_type", None)
    if named is not None:
        return named
    if value is None:
        return "<nil>"
    return {bool: "bool", int: "int", float: "float64", str: "string"}[type(value)]


def kind(value: object) -> str:
    """Give the kind by which Go compares and prints a value."""
    if value is None:
        return "invalid"
    for types, name in _KINDS:
        if isinstance(value, types):
            if name == "int" and go_type(value) == "uint8":
                return "uint"
            return name
    return "struct"


_KINDS: tuple[tuple[type, str], ...] = (
    (str, "string"), (bool, "bool"), (int, "int"), (float, "float"), (list, "slice"), (dict, "map"),
)  # fmt: skip


def is_true(value: object) -> bool:
    """Tell what `if` and `and` take for true: not the zero of its type."""
    return bool(value)


def to_bytes(text: str) -> bytes:
    """Give the bytes that Go would hold."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half of a character, which no YAML carries
        return text.encode("utf-8", "replace")


def to_text(raw: bytes) -> str:
    """Hold bytes as text."""
    return raw.decode("utf-8", "surrogateescape")


def weight(value: object) -> int:
    """
    Bound the characters that printing a value would write or encoding would read.

    Lists and maps know their own: a list of lists of lists may be larger than memory
    when it is printed, though it is small when it is made.
    """
    if isinstance(value, str):
        return len(value) + 8
    return getattr(value, "weight", 40)
