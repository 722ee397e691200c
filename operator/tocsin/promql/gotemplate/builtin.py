"""
The functions of text/template itself: indexing, comparing, printing, escaping.

Source: text/template/funcs.go (Go 1.26).
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote_plus

from tocsin.promql.gotemplate.calls import Context, Function
from tocsin.promql.gotemplate.printing import printed, sprint, sprintln
from tocsin.promql.gotemplate.times import Time
from tocsin.promql.gotemplate.values import (
    LabelMap,
    NamedInt,
    Sequence,
    Stopped,
    Struct,
    go_type,
    is_true,
    kind,
    to_bytes,
    to_text,
    weight,
)
from tocsin.promql.gotemplate.verbs import Formatter

_HTML = str.maketrans(
    {"\0": "\ufffd", '"': "&#34;", "'": "&#39;", "&": "&amp;", "<": "&lt;", ">": "&gt;"}
)
_JS = {"\\": "\\\\", "'": "\\'", '"': '\\"', "<": "\\u003C", ">": "\\u003E", "&": "\\u0026",
       "=": "\\u003D"}  # fmt: skip
_MOST_INDEXES = 3
_NUMBERS = frozenset({"int", "uint"})


def escape_html(text: str) -> str:
    """Escape text as the function `html` does."""
    return text.translate(_HTML)


def index(context: Context, item: object, *keys: object) -> object:
    """Give what is at a key or index, and deeper with every further one."""
    if item is None:
        raise Stopped("index of nothing")
    for key in keys:
        context.spend(_scanned(item))
        if isinstance(item, dict):
            item = _entry(context, item, key)
        elif isinstance(item, str):
            raw = to_bytes(item)
            item = NamedInt(raw[_number(key, len(raw) - 1, len(raw))], "uint8")
        elif isinstance(item, list):
            item = item[_number(key, len(item) - 1, len(item))]
        elif item is None:
            raise Stopped("index of nothing")
        else:
            raise Stopped(f"a {go_type(item)} has no index")
    return item


def _entry(context: Context, item: dict[str, object], key: object) -> object:
    if not isinstance(key, str) or type(key) is not str:
        raise Stopped(f"the key has to be a string, this is a {go_type(key)}")
    if isinstance(item, LabelMap) and key not in item:
        context.missing = (item.holds, key)
        return "" if item.go_type == "template.KV" else None
    return item.get(key)


def _number(key: object, largest: int, length: int) -> int:
    if kind(key) not in _NUMBERS or not isinstance(key, int):
        raise Stopped(f"an index has to be a whole number, this is a {go_type(key)}")
    if not 0 <= key <= largest:
        raise Stopped(f"index out of range: {int(key)}, the length is {length}")
    return int(key)


def slice_(context: Context, item: object, *keys: object) -> object:
    """Give a part of a string, by bytes, or of a list."""
    if len(keys) > _MOST_INDEXES or (len(keys) == _MOST_INDEXES and isinstance(item, str)):
        raise Stopped("too many indexes for slice")
    context.spend(_scanned(item))
    if isinstance(item, str):
        raw = to_bytes(item)
        first, last = _borders(keys, len(raw))
        return to_text(raw[first:last])
    if isinstance(item, Sequence):
        first, last = _borders(keys, len(item))
        return Sequence(item[first:last], item.go_type)
    raise Stopped(f"slice needs a string or a list, this is a {go_type(item)}")


def _scanned(item: object) -> int:
    """Count what has to be read of a value to find a place in it."""
    if isinstance(item, str):
        return len(item)
    return 8 * len(item) if isinstance(item, list) else 0


def _borders(keys: tuple[object, ...], length: int) -> tuple[int, int]:
    found = [0, length, length]
    for place, key in enumerate(keys):
        found[place] = _number(key, length, length)
    if found[0] > found[1]:
        raise Stopped(f"invalid slice index: {found[0]} > {found[1]}")
    return found[0], found[1]


def length(context: Context, item: object) -> int:
    """Count bytes, elements or keys."""
    context.spend(_scanned(item))
    if isinstance(item, str):
        return len(item) if item.isascii() else len(to_bytes(item))
    if isinstance(item, (list, dict)):
        return len(item)
    raise Stopped(f"a {go_type(item)} has no length")


def equal(context: Context, one: object, *others: object) -> bool:
    """Tell whether the first is equal to any of the others, up to the first that is."""
    if not others:
        raise Stopped("eq needs something to compare with")
    context.spend(_scanned(one) * len(others))
    return any(_is_equal(one, other) for other in others)


def _is_equal(one: object, other: object) -> bool:
    first, second = kind(one), kind(other)
    if first == second or {first, second} <= _NUMBERS:
        if first in {"slice", "map"}:
            raise Stopped("lists and maps cannot be compared: compare their len")
        if first == "struct":
            return _same_struct(one, other)
        return one is None if one is None or other is None else bool(one == other)
    if one is None or other is None:
        return False
    raise Stopped(f"incompatible types for comparison: {go_type(one)} and {go_type(other)}")


def _same_struct(one: object, other: object) -> bool:
    if go_type(one) != go_type(other):
        return False
    if isinstance(one, Time) and isinstance(other, Time):
        return one == other
    if isinstance(one, Struct) and isinstance(other, Struct) and one.go_type == "template.Pair":
        return one.fields == other.fields
    raise Stopped(f"a {go_type(one)} cannot be compared: compare one of its fields")


def _less(context: Context, one: object, other: object) -> bool:
    context.spend(_scanned(one))
    first, second = kind(one), kind(other)
    for value, named in ((one, first), (other, second)):
        if named in {"slice", "map", "struct", "invalid"}:
            raise Stopped(f"a {go_type(value)} cannot be compared: compare a string or a number")
    if first != second and not {first, second} <= _NUMBERS:
        raise Stopped(f"incompatible types for comparison: {go_type(one)} and {go_type(other)}")
    if first == "bool":
        raise Stopped("true and false have no order: use eq")
    if isinstance(one, str) and isinstance(other, str):
        return to_bytes(one) < to_bytes(other)
    return bool(one < other)  # type: ignore[operator]  # both are numbers


def _written(context: Context, values: tuple[object, ...], factor: int) -> str:
    context.spend(sum(map(weight, values)) * factor)
    return sprint([_indirect(one) for one in values])


def _indirect(value: object) -> object:
    return printed(value) if value is None else value


def _print(context: Context, *values: object) -> str:
    context.spend(sum(map(weight, values)))
    return sprint(list(values))


def _println(context: Context, *values: object) -> str:
    context.spend(sum(map(weight, values)))
    return sprintln(list(values))


def _printf(context: Context, text: str, *values: object) -> str:
    context.spend(len(text) + sum(map(weight, values)) * (1 + text.count("%") // 8))
    return Formatter(list(values), context.room()).run(text)


def escape_js(text: str) -> str:
    """Escape text as the function `js` does."""
    return "".join(_JS.get(one) or _js_character(one) for one in text)


def _js_character(one: str) -> str:
    code = ord(one)
    if code < ord(" "):
        return f"\\u00{code:02X}"
    if one.isprintable() or code == 0x7F:  # noqa: PLR2004 Go leaves delete as it is
        return one
    return "\\uFFFD" if 0xD800 <= code < 0xE000 else f"\\u{code:04X}"  # noqa: PLR2004 no UTF-8


def escape_query(text: str) -> str:
    """Escape text as the function `urlquery` does."""
    return quote_plus(to_bytes(text), safe="~")


def _one_string(values: tuple[object, ...]) -> bool:
    return len(values) == 1 and type(values[0]) is str


def _call(_context: Context, value: object, *_rest: object) -> object:
    raise Stopped(f"a {go_type(value)} is no function")


BUILTINS: Mapping[str, Function] = {
    "call": Function(_call, ("any",), "any"),
    "html": Function(lambda context, *of: escape_html(_written(context, of, 2)), (), "any"),
    "js": Function(lambda context, *of: escape_js(_written(context, of, 8)), (), "any"),
    "urlquery": Function(lambda context, *of: escape_query(_written(context, of, 2)), (), "any"),
    "index": Function(index, ("any",), "any"),
    "slice": Function(slice_, ("any",), "any"),
    "len": Function(length, ("any",)),
    "not": Function(lambda _context, value: not is_true(value), ("any",)),
    "print": Function(_print, (), "any"),
    "printf": Function(_printf, ("string",), "any"),
    "println": Function(_println, (), "any"),
    "eq": Function(equal, ("any",), "any"),
    "ne": Function(lambda context, one, other: not equal(context, one, other), ("any", "any")),
    "lt": Function(_less, ("any", "any")),
    "le": Function(
        lambda context, one, other: _less(context, one, other) or _is_equal(one, other),
        ("any", "any"),
    ),
    "gt": Function(
        lambda context, one, other: not (_less(context, one, other) or _is_equal(one, other)),
        ("any", "any"),
    ),
    "ge": Function(lambda context, one, other: not _less(context, one, other), ("any", "any")),
}
"""All but `and` and `or`, which do not look at every argument."""
