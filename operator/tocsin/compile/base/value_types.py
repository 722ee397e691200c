"""Types of a base's values: what a field of Alertmanager's takes, by the table of fields."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tocsin.api.duration import PATTERN
from tocsin.compile.base.fields import fields_of
from tocsin.compile.refusals import is_request_url

_PATTERNS = {
    "int": re.compile("[-+]?[0-9]{1,19}"),
    "duration": re.compile(f"0|(?=.)(?:{PATTERN})"),
    "time": re.compile(r"(?:[0-9]+(?:\.[0-9]+)?(?:ns|us|µs|ms|[smhdwy]))+|0"),
    "hostport": re.compile(r"|(?:[^:\s]*|\[[0-9A-Fa-f:]+\]):[0-9A-Za-z]+"),
}
_BOOLS = frozenset(("y", "yes", "on", "n", "no", "off", "true", "false"))
_FILE = "_file"


def problems_of(code: str, value: Any, path: str) -> Iterator[str]:
    """Say where a value is not of the type that `code` stands for; nothing is of every type."""
    if value is None or code == "any":
        return
    if code.startswith("@"):
        yield from _struct(code[1:], value, path)
    elif code.startswith("["):
        if not isinstance(value, list):
            yield f"{path}: is no list"
            return
        for index, one in enumerate(value):
            yield from problems_of(code[1:-1], one, f"{path}[{index}]")
    elif code.startswith("{"):
        if not isinstance(value, Mapping):
            yield f"{path}: is no mapping"
            return
        for name, one in value.items():
            yield from problems_of(code[1:-1], one, f"{path}.{name[:80]}")
    else:
        yield from _scalar(code, value, path)


def _struct(struct: str, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"{path}: is no mapping"
        return
    known = fields_of(struct)
    for name, part in value.items():
        if name not in known:
            yield f"{path}.{name[:80]}: Alertmanager knows no such field; remove or correct it"
            continue
        yield from problems_of(known[name], part, f"{path}.{name}")
        if value.get(f"{name}{_FILE}") and part:
            yield f"{path}.{name}: stands beside {name}{_FILE}; keep one of them"


_SAYS = {
    "bool": "is neither true nor false",
    "int": "is no whole number",
    "duration": "is no duration: write for example 5m",
    "time": "is no duration: write for example 10s",
    "url": "is no http or https URL",
    "address": "is no http or https URL",
    "hostport": "is no host:port",
    "str": "is no text",
}


def _scalar(code: str, value: Any, path: str) -> Iterator[str]:
    if isinstance(value, (list, Mapping)) or not _fits(code, value):
        yield f"{path}: {_SAYS[code]}"


def _fits(code: str, value: Any) -> bool:
    text = str(value)
    pattern = _PATTERNS.get(code)
    if pattern is not None:
        return not isinstance(value, bool) and pattern.fullmatch(text) is not None
    if code == "bool":
        return isinstance(value, bool) or text.lower() in _BOOLS
    if code in {"url", "address"}:
        return is_request_url(text) or (code == "address" and "{{" in text)
    return True
