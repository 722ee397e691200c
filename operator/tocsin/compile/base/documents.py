"""
YAML of somebody else, read so that it can be written again and mean the same.

Alertmanager's reader knows each field's type and decides by it what `12:30` or `yes`
is; ours does not, so unquoted scalars stay what they are. Aliases and merge keys are
unfolded, within bounds; tags, duplicate keys and more than one document are refused,
as Alertmanager refuses them or worse, takes only a part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from tocsin.compile.yaml_text import PlainText, stays_plain

MAX_BYTES = 512 * 1024
_MAX_DEPTH = 48
_MAX_NODES = 200_000
_INTEGER = re.compile("0|-?[1-9][0-9]{0,17}")
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_MERGE = "<<"
_TAGS = frozenset(
    (
        "!",
        *(
            f"tag:yaml.org,2002:{one}"
            for one in ("str", "int", "float", "bool", "null", "map", "seq")
        ),
    )
)


class MalformedYAMLError(ValueError):
    """The text is no document that can be kept; the message says why, without its values."""


def read_verbatim(text: str, *, ours: bool = False) -> Any:
    """
    Read one document of mappings, lists and scalars; raises MalformedYAMLError.

    `ours` is what Tocsin wrote itself, which may be larger.
    """
    if len(text) > MAX_BYTES and not ours:
        raise MalformedYAMLError(f"is larger than {MAX_BYTES // 1024} KiB")
    try:
        _check_events(text)
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = "" if mark is None else f" (line {mark.line + 1})"
        raise MalformedYAMLError(f"is no YAML{where}") from error
    return None if node is None else _Unfolding(_MAX_NODES * (100 if ours else 1)).value(node)


def _check_events(text: str) -> None:
    """Look at depth and tags before any tree is made; the parser itself does not recurse."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.DocumentStartEvent):
            documents += 1
        if depth > _MAX_DEPTH:
            raise MalformedYAMLError(f"is nested deeper than {_MAX_DEPTH} levels")
        if documents > 1:
            raise MalformedYAMLError("holds more than one document")
        tag = getattr(event, "tag", None)
        if tag is not None and tag not in _TAGS:
            raise MalformedYAMLError(f"holds the tag {str(tag)[:40]!r}")


class _Unfolding:
    """Makes plain values of nodes, and counts them, aliases as often as they are used."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._count = 0
        self._above: set[int] = set()

    def value(self, node: yaml.Node) -> Any:
        self._count += 1
        if self._count > self._most:
            raise MalformedYAMLError(f"unfolds to more than {self._most:,} values")
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        if id(node) in self._above or len(self._above) > _MAX_DEPTH:
            raise MalformedYAMLError("holds an alias inside of what it repeats, or too deep")
        self._above.add(id(node))
        try:
            if isinstance(node, yaml.SequenceNode):
                return [self.value(one) for one in node.value]
            return self._mapping(node)
        finally:
            self._above.discard(id(node))

    def _mapping(self, node: yaml.Node) -> dict[str, Any]:
        made: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise MalformedYAMLError(f"has a key that is no word ({_line(key)})")
            name = str(key.value)
            if name == _MERGE and not key.style:
                for part in self._merged(value):
                    merged = part | merged
                continue
            if name in made:
                raise MalformedYAMLError(f"has the key {name[:80]!r} twice ({_line(key)})")
            made[name] = self.value(value)
        return {name: value for name, value in merged.items() if name not in made} | made

    def _merged(self, node: yaml.Node) -> Iterator[dict[str, Any]]:
        value = self.value(node)
        for part in value if isinstance(value, list) else [value]:
            if not isinstance(part, dict):
                raise MalformedYAMLError(f"merges what is no mapping ({_line(node)})")
            yield part


def _scalar(node: yaml.ScalarNode) -> Any:
    text = str(node.value)
    if node.style or stays_plain(text):
        return text
    if text in {"true", "false"}:
        return text == "true"
    if text in _NULLS:
        return None
    return int(text) if _INTEGER.fullmatch(text) else PlainText(text)


def _line(node: yaml.Node) -> str:
    return f"line {node.start_mark.line + 1}"
