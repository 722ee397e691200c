"""
YAML and JSON from anybody's files: bounded, and with the same eyes as kubectl.

libyaml's own recursion has no bound: 100 kB of `[` end the process. So depth is
looked at first, and what aliases would unfold to is counted before it is walked.
Scalars are read as Kubernetes reads them: dates and `1:30` are strings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml
from yaml.constructor import ConstructorError

MAX_BYTES = 64 << 20
MAX_DEPTH = 100
MAX_NODES = 2_000_000
"""Values in one document with its aliases unfolded."""

_BRACKETS = re.compile(rb"[\[\]{}]")
_COMPACT = re.compile(rb"(?:[-?:][ \t]+){%d}" % MAX_DEPTH)
_INDENTED = re.compile(rb"\n {%d}" % (2 * MAX_DEPTH))
_ALIAS = re.compile(rb"(?:^|[\s\[{,:-])\*[^\s*]", re.MULTILINE)
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,18}|0x[0-9a-fA-F]{1,16}|0o?[0-7]{1,21})$")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?$")


_MERGE = "tag:yaml.org,2002:merge"
_KEPT = ("bool", "null", "merge")


class MalformedError(Exception):
    """A file that cannot be read; `line` counts from 1."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


def _resolvers() -> dict[Any, Any]:
    """Keep of PyYAML's scalars what Kubernetes reads alike."""
    return {
        first: [entry for entry in resolvers if entry[0].rpartition(":")[2] in _KEPT]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


class _Loader(yaml.CSafeLoader):
    """The safe loader, with Kubernetes' scalars and without keys that stand twice."""

    def flatten_mapping(self, node: Any) -> None:
        """Merge what `<<` names; the result has each key once."""
        merges = any(key.tag == _MERGE for key, _ in node.value)
        super().flatten_mapping(node)
        if merges:
            node.value = _unique(node.value)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Read a mapping; keys are strings, as in JSON, and stand once."""
        written = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        if len(set(written)) != len(written):
            raise _twice(node)
        self.flatten_mapping(node)
        return {
            key.value
            if isinstance(key, yaml.ScalarNode)
            else self.construct_object(key, deep=True): self.construct_object(value, deep=deep)
            for key, value in node.value
        }


def _unique(pairs: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Keep the last of each key: merges of merges would double the pairs at every level."""
    by_key = {
        key.value if isinstance(key, yaml.ScalarNode) else id(key): (key, value)
        for key, value in pairs
    }
    return list(by_key.values())


def _twice(node: yaml.MappingNode) -> ConstructorError:
    seen: set[str] = set()
    for key, _ in node.value:
        if isinstance(key, yaml.ScalarNode):
            if key.value in seen:
                break
            seen.add(key.value)
    return ConstructorError(None, None, f"the key {key.value!r} stands twice", key.start_mark)


_Loader.yaml_implicit_resolvers = _resolvers()
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", _INT, list("-+0123456789"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT, list("-+0123456789."))


def read_documents(data: bytes, *, is_json: bool = False) -> list[Any]:
    """Read every document of a file; MalformedError says what is wrong and where."""
    if len(data) > MAX_BYTES:
        raise MalformedError(f"the file is larger than {MAX_BYTES:,} bytes: split it")
    try:
        if is_json:
            return [json.loads(data, object_pairs_hook=_object)]
        _check_depth(data)
        documents = list(yaml.load_all(data, Loader=_Loader))
    except yaml.YAMLError as error:
        raise _malformed(error) from error
    except json.JSONDecodeError as error:
        raise MalformedError(f"not JSON: {error.msg}", error.lineno) from error
    except RecursionError as error:
        raise MalformedError("nested too deeply") from error
    except (ValueError, TypeError) as error:
        raise MalformedError(f"not readable: {error}") from error
    if _ALIAS.search(data):
        try:
            _check_aliases(documents)
        except RecursionError as error:
            raise MalformedError(f"its aliases nest deeper than {MAX_DEPTH} levels") from error
    return documents


def compose_documents(data: bytes) -> list[Any]:
    """Give the nodes of every document, with their places; only for data that could be read."""
    return list(yaml.compose_all(data, Loader=_Loader))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make a JSON object; a name that stands twice is refused, as in YAML."""
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise MalformedError(f"not JSON: the key {twice!r} stands twice")
    return made


def _malformed(error: yaml.YAMLError) -> MalformedError:
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark is not None else 1
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML"
    return MalformedError(f"not YAML: {problem}", line)


def _check_depth(data: bytes) -> None:
    """Refuse deep nesting; the exact count is made only where a rough one is suspicious."""
    suspicious = bool(_COMPACT.search(data) or _INDENTED.search(data))
    depth = 0
    for bracket in () if suspicious else _BRACKETS.findall(data):
        depth = depth + 1 if bracket in b"[{" else max(depth - 1, 0)
        if depth >= MAX_DEPTH:
            suspicious = True
            break
    if not suspicious:
        return
    depth = 0
    for event in yaml.parse(data, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise MalformedError(f"nested deeper than {MAX_DEPTH} levels", line)


def _check_aliases(documents: list[Any]) -> None:
    """Refuse documents whose aliases unfold to too much, too deeply, or into themselves."""
    known: dict[int, tuple[int, int]] = {}
    for document in documents:
        size, depth = _unfolded(document, known, frozenset())
        if size > MAX_NODES:
            raise MalformedError(f"its aliases unfold to more than {MAX_NODES:,} values")
        if depth > MAX_DEPTH:
            raise MalformedError(f"its aliases nest deeper than {MAX_DEPTH} levels")


def _unfolded(
    value: Any, known: dict[int, tuple[int, int]], above: frozenset[int]
) -> tuple[int, int]:
    """Count the values of a tree and its levels, each shared part once."""
    if not isinstance(value, (dict, list)):
        return 1, 0
    here = id(value)
    if here in above:
        raise MalformedError("an alias stands inside of what it repeats")
    if here not in known:
        inside = above | {here}
        parts = [_unfolded(part, known, inside) for part in _parts(value)]
        sizes, depths = zip(*parts, strict=True) if parts else ((), ())
        known[here] = 1 + sum(sizes), 1 + max(depths, default=0)
    return known[here]


def _parts(value: dict[Any, Any] | list[Any]) -> Iterator[Any]:
    return iter(value.values() if isinstance(value, dict) else value)
