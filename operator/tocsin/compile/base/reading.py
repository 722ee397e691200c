"""
Reading a base: from the bytes of a Secret to a configuration that can be kept, or to reasons.

The result is a value either way; nothing of a value stands in a reason, because a base
may hold passwords.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from itertools import islice
from typing import Any

from tocsin.compile.base.checks import check_base
from tocsin.compile.base.configuration import BaseConfiguration
from tocsin.compile.base.documents import MalformedYAMLError, read_verbatim
from tocsin.compile.base.view import view_of
from tocsin.compile.names import digest_of

_OUR_PREFIX = "tocsin-"
_GLOB = re.compile(r"[*?\[]")
_MOST_REASONS = 20


def read_base(
    text: bytes, files: Mapping[str, bytes], *, folder: str, without: frozenset[str] = frozenset()
) -> BaseConfiguration | tuple[str, ...]:
    """
    Read a base, and take along what it names of `files`; or give the reasons why not.

    `folder` is where Alertmanager finds the keys of its Secret; `without` are keys that
    are never taken along, such as the configuration itself.
    """
    try:
        written = text.decode("utf-8")
    except UnicodeDecodeError:
        return ("is not UTF-8 text",)
    try:
        document = read_verbatim(written)
    except MalformedYAMLError as error:
        return (str(error),)
    if document is None:
        return ("is empty",)
    reasons = list(islice(check_base(document), _MOST_REASONS))
    if reasons:
        return tuple(reasons)
    carried: dict[str, bytes] = {}
    for path, name in _named(document, folder.rstrip("/") + "/"):
        found = _matching(name, files, without)
        if not found and not _GLOB.search(name):
            reasons.append(f"{path}: names the file {name[:80]}, which is no key of the Secret")
        if any(key.startswith(_OUR_PREFIX) for key in found):
            reasons.append(f"{path}: names a key that begins with {_OUR_PREFIX}; rename the key")
        carried |= {key: files[key] for key in found}
    if reasons:
        return tuple(reasons[:_MOST_REASONS])
    kept = dict(sorted(carried.items()))
    contents = [part for name, value in kept.items() for part in (name, value.hex())]
    return BaseConfiguration(
        document, view_of(document), written, kept, digest_of((written, *contents), 16)
    )


def _matching(name: str, files: Mapping[str, bytes], without: frozenset[str]) -> list[str]:
    if not _GLOB.search(name):
        return [name] if name in files and name not in without else []
    return [
        key
        for key in sorted(files)
        if fnmatchcase(key, name) and key not in without and not key.startswith(_OUR_PREFIX)
    ]


def _named(value: Any, folder: str, path: str = "") -> Iterator[tuple[str, str]]:
    """Give the files below the folder that a tree names, with the field that names them."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from _named(part, folder, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _named(part, folder, f"{path}[{index}]")
    elif isinstance(value, str) and value.startswith(folder) and "\n" not in value:
        name = value.removeprefix(folder)
        if name and "/" not in name:
            yield path, name
