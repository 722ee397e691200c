"""
YAML and JSON from anybody's files: bounded, and with the same eyes as kubectl.

Scalars are read as Kubernetes reads them: dates and `1:30` are strings. What is too
large, too deep or repeats itself without end is refused first (`yaml_bounds`).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import yaml
from yaml.constructor import ConstructorError

from tocsin.cli.yaml_bounds import (
    MAX_BYTES,
    MAX_DEPTH,
    MalformedError,
    check_aliases,
    check_depth,
    place_of,
    size_problem,
)
from tocsin.cli.yaml_split import split

__all__ = ["MAX_BYTES", "MAX_DEPTH", "MalformedError", "compose_documents", "read_documents"]

_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,18}|0x[0-9a-fA-F]{1,16}|0o?[0-7]{1,21})$")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?$")
_MERGE = "tag:yaml.org,2002:merge"
_KEPT = ("bool", "null", "merge")
_TAG = "could not determine a constructor for the tag"


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
    too_much = size_problem(data)
    if too_much is not None:
        raise too_much
    try:
        if is_json:
            return [json.loads(data, object_pairs_hook=_object)]
        check_depth(data, _Loader)
        documents = list(yaml.load_all(data, Loader=_Loader))
    except yaml.YAMLError as error:
        raise _malformed(error, data) from error
    except json.JSONDecodeError as error:
        raise MalformedError(f"not JSON: {error.msg}", error.lineno, error.colno) from error
    except RecursionError as error:
        raise MalformedError("nested too deeply") from error
    except UnicodeDecodeError as error:
        raise MalformedError("not UTF-8", *place_of(data, error.start)) from error
    except (ValueError, TypeError) as error:
        raise MalformedError(f"not readable: {error}") from error
    check_aliases(data, documents)
    return documents


def read_parts(data: bytes, *, is_json: bool = False) -> Iterator[Any | MalformedError]:
    """
    Read every document of a file, or say of each one why it cannot be read.

    An error's place counts from the start of the file.
    """
    try:
        documents = read_documents(data, is_json=is_json)
    except MalformedError as error:
        whole = error
    else:
        yield from documents
        return
    parts = [] if is_json or size_problem(data) else split(data)
    if len(parts) <= 1:
        yield whole
        return
    for part in parts:
        try:
            yield from read_documents(part.data)
        except MalformedError as error:
            yield MalformedError(error.message, error.line + part.lines_before, error.column)


def compose_documents(data: bytes) -> list[Any]:
    """Give the nodes of every document, with their places; only for data that could be read."""
    return list(yaml.compose_all(data, Loader=_Loader))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make a JSON object; a name that stands twice is refused, as in YAML."""
    made = dict(pairs)
    if len(made) != len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise MalformedError(f"not JSON: the key {twice!r} stands twice")
    return made


_REMEDIES = (
    ("mapping values are not", ': put a text that holds ": " in quotes, or mend the indentation'),
    ("did not find expected", ": put a text with {, [, # or quotes in quotes, close what is open"),
    ("found character that cannot start", ": indent with blanks, no tabs; put @ ` % in quotes"),
    ("found undefined alias", ": put a text in quotes that begins with *"),
)
"""What people had in mind, by the beginning of the parser's message."""


def _malformed(error: yaml.YAMLError, data: bytes) -> MalformedError:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML"
    if mark is None:
        position = getattr(error, "position", 0)
        return MalformedError(f"not YAML: {problem}", *place_of(data, max(position, 0)))
    remedy = next((text for start, text in _REMEDIES if problem.startswith(start)), "")
    return MalformedError(f"not YAML: {problem}{remedy}", mark.line + 1, mark.column + 1)
