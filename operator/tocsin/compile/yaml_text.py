"""
YAML, written and read back: the one place where a tree becomes text.

Text is never put together by hand; libyaml's emitter writes a tree of plain values,
so that no user's string can change its shape (S08). Equal trees give equal bytes:
keys in the order of the tree, no aliases. A string that any YAML reader might take
for a number, a truth value or nothing is quoted.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from typing import Any

import yaml
from yaml.events import (
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

_WIDE = 1 << 20
"""Columns before a line is folded; folding would only make diffs harder to read."""

_PLAIN = re.compile("[A-Za-z_/][^\x00-\x1f]*|(?:[0-9]+(?:ms|[smhdwy]))+")
"""Words and durations; libyaml itself sees what may not be plain for other reasons."""
_WORDS = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"))
"""What some YAML reader takes for something else than a string, in any case of letters."""

_MAP_START = MappingStartEvent(None, None, implicit=True, flow_style=False)
_MAP_END = MappingEndEvent()
_LIST_START = SequenceStartEvent(None, None, implicit=True, flow_style=False)
_LIST_END = SequenceEndEvent()
_EMPTY_MAP = MappingStartEvent(None, None, implicit=True, flow_style=True)
_EMPTY_LIST = SequenceStartEvent(None, None, implicit=True, flow_style=True)


class PlainText(str):
    """
    A scalar of somebody else's document that stays unquoted: `12:30`, `1e3`, `yes`.

    What it means is for the reader to say, who knows the field's type; a quoted
    number would be refused where a number is wanted.
    """

    __slots__ = ()


def write_yaml(document: Any) -> str:
    """Write one document of plain values (dict, list, str, int, bool, None), in ASCII alone."""
    return _write([document], ascii_only=True, explicit=False)


def write_documents(documents: Iterable[Any]) -> str:
    """Write a stream of documents for people: every language's letters, `---` before each."""
    return _write(documents, ascii_only=False, explicit=True)


def read_yaml(text: str) -> Any:
    """Read one document of plain values; malformed text raises yaml.YAMLError."""
    return yaml.load(text, Loader=yaml.CSafeLoader)


def _write(documents: Iterable[Any], *, ascii_only: bool, explicit: bool) -> str:
    stream = io.StringIO()
    dumper = yaml.CSafeDumper(stream, width=_WIDE, allow_unicode=not ascii_only)
    try:
        emit = dumper.emit
        emit(StreamStartEvent())
        for document in documents:
            emit(DocumentStartEvent(explicit=explicit))
            _emit(emit, document)
            emit(DocumentEndEvent(explicit=False))
        emit(StreamEndEvent())
    finally:
        dumper.dispose()
    return stream.getvalue()


def _emit(emit: Any, value: Any) -> None:
    if isinstance(value, dict):
        emit(_MAP_START if value else _EMPTY_MAP)
        for name, part in value.items():
            emit(_scalar(name))
            _emit(emit, part)
        emit(_MAP_END)
    elif isinstance(value, list):
        emit(_LIST_START if value else _EMPTY_LIST)
        for part in value:
            _emit(emit, part)
        emit(_LIST_END)
    else:
        emit(_scalar(value))


def _scalar(value: Any) -> Event:
    if isinstance(value, str):
        if isinstance(value, PlainText) or stays_plain(value):
            return ScalarEvent(None, None, (True, True), str(value))
        return ScalarEvent(None, None, (False, True), value, style=_style(value))
    if value is True:
        return ScalarEvent(None, None, (True, False), "true")
    if value is False:
        return ScalarEvent(None, None, (True, False), "false")
    if value is None:
        return ScalarEvent(None, None, (True, False), "null")
    if isinstance(value, int):
        return ScalarEvent(None, None, (True, False), str(value))
    raise TypeError(f"{type(value).__name__} is no plain value")


def stays_plain(text: str) -> bool:
    """Tell whether a string is written without quotes."""
    return _PLAIN.fullmatch(text) is not None and text.lower() not in _WORDS


def _style(text: str) -> str:
    """Choose how a string that may not be plain is written; libyaml falls back where it must."""
    lines = text.split("\n")
    if len(lines) > 1:
        # Other line breaks would be read back as newlines, so they are escaped.
        return "|" if lines[0] and all(line.isprintable() for line in lines) else '"'
    return "'" if text.isprintable() else '"'
