"""
The functions that Alertmanager adds to text/template.

Source: template/template.go of Alertmanager 0.34.2, helpers/templates of
prometheus/common 0.70.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from functools import partial
from math import isinf, isnan
from urllib.parse import unquote_to_bytes

import re2

from tocsin.promql.gotemplate.calls import Context, Function
from tocsin.promql.gotemplate.layout import parse_time
from tocsin.promql.gotemplate.message import JSON_NAMES
from tocsin.promql.gotemplate.printing import float_text
from tocsin.promql.gotemplate.times import ZERO, Time, at, duration
from tocsin.promql.gotemplate.values import (
    LabelMap,
    Markup,
    Sequence,
    Stopped,
    Struct,
    go_type,
    to_bytes,
    to_text,
    weight,
)
from tocsin.promql.regexes import check_regex

_GROUP = re.compile(rb"\$(?:\$|(\w+)|\{(\w+)\})", re.ASCII)
_SPACES = (
    "\t\n\v\f\r \x85\xa0"
    + "".join(map(chr, (0x1680, *range(0x2000, 0x200B))))
    + ("\u2028\u2029\u202f\u205f\u3000")
)
_WORD = re.compile(r"[^\W_](?:[\w\u0300-\u036f]|(?<=[^\W\d_])['\u2019.:\u00b7](?=[^\W\d_])|"
                   r"(?<=\d)[.,;'](?=\d))*")  # fmt: skip
_FLOAT = re.compile(
    r"[+-]?(?:(?=\.?\d)\d*\.?\d*(?:[eE][+-]?\d+)?|inf(?:inity)?|nan)", re.ASCII | re.IGNORECASE
)
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_OPTIONS = re2.Options()
_OPTIONS.log_errors = False


def _regex(context: Context, pattern: str) -> re2._Regexp:
    raw = to_bytes(pattern)
    found = check_regex(raw)
    if found.error:
        raise Stopped(f"{pattern!r} is no regular expression: {found.error}")
    compiled = re2.compile(raw, _OPTIONS)
    # Sixteen characters such as (\pL|\pN){0,300} take a fifth of a second to compile.
    context.spend(1024 + 16 * compiled.programsize)
    return compiled


def _match(context: Context, pattern: str, text: str) -> bool:
    context.spend(len(text))
    return _regex(context, pattern).search(to_bytes(text)) is not None


def _replace(context: Context, pattern: str, replacement: str, text: str) -> str:
    regex, raw, new = _regex(context, pattern), to_bytes(text), to_bytes(replacement)
    context.spend(4 * len(raw))
    parts: list[bytes] = []
    end, room = 0, context.room()
    for found in regex.finditer(raw):
        context.spend(1_000)
        start, stop = found.span()
        if start == stop and ((start == end and parts) or _inside_character(raw, start)):
            continue  # Go takes no empty match directly after another
        parts += (raw[end:start], _GROUP.sub(partial(_group, found), new))
        room -= len(parts[-1]) + 1
        if room < 0:
            raise Stopped("the text becomes too long: replace less")
        end = stop
    parts.append(raw[end:])
    return to_text(b"".join(parts))


def _inside_character(raw: bytes, place: int) -> bool:
    return place < len(raw) and raw[place] & 0xC0 == 0x80  # noqa: PLR2004 UTF-8's further bytes


def _group(found: re2._Match, one: re.Match[bytes]) -> bytes:
    name = one[1] or one[2]
    if name is None:
        return b"$"
    try:
        return found.group(int(name) if name.isdigit() else name) or b""
    except (IndexError, KeyError):
        return b""


def _title(context: Context, text: str) -> str:
    context.spend(4 * len(text))
    return _WORD.sub(lambda one: _titled(one.group()), text.lower())


def _titled(word: str) -> str:
    first = next((at for at, one in enumerate(word) if one.isalpha()), 0)
    return word[:first] + word[first].title() + word[first + 1 :]


def _join(context: Context, separator: str, texts: list[object]) -> str:
    size = sum(len(str(one)) + len(separator) for one in texts)
    context.spend(size)
    if size > context.room():
        raise Stopped("the text becomes too long: join less")
    return separator.join(map(str, texts))


def _unescape(context: Context, text: str) -> str:
    context.spend(4 * len(text))
    if _BAD_ESCAPE.search(text):
        if context.lenient:
            return text
        raise Stopped(f"{text[:40]!r} is no escaped text: a % stands alone")
    return to_text(unquote_to_bytes(text.replace("+", " ").encode("utf-8", "surrogateescape")))


def _decode(context: Context, text: str) -> str:
    context.spend(len(text))
    plain = text.replace("\n", "").replace("\r", "")
    if len(plain) % 4 == 0 and re.fullmatch(r"[A-Za-z0-9_-]*={0,2}", plain):
        try:
            return to_text(base64.urlsafe_b64decode(plain))
        except binascii.Error:
            pass
    if context.lenient:
        return text
    raise Stopped(f"{text[:40]!r} is no URL-safe base64")


def _zoned(context: Context, name: str, time: Time) -> Time:
    zone = context.zone(name)
    if zone is None and not context.lenient:
        raise Stopped(f"there is no time zone {name[:40]!r}: write one such as Europe/Paris")
    return time if zone is None else at(time.total, zone)


def _moment(context: Context, layout: str, text: str, *, must: bool) -> Time:
    found = parse_time(layout, text)
    if found is None:
        if must and not context.lenient:
            raise Stopped(f"{text[:40]!r} is no time of the form {layout[:40]!r}")
        return Time(ZERO)

    start = found.toordinal() - 719_163

    return Time(start * 86_400 + found.hour * 3600 + found.minute * 60 + found.second)


def _number(context: Context, value: object) -> float:
    if go_type(value) == "time.Duration" and isinstance(value, int):
        return value / 1e9
    if type(value) is str:
        if _FLOAT.fullmatch(value):
            return float(value)
        if context.lenient:
            return 1.0
        raise Stopped(f"{value[:40]!r} is no number")
    if type(value) in (int, float) or go_type(value) == "int64":
        return float(value)  # type: ignore[arg-type]  # a number
    raise Stopped(f"a {go_type(value)} is no number")


def humanize_duration(context: Context, value: object) -> str:
    """Write seconds as `1d 2h 3m 4s`."""
    number = _number(context, value)
    if isnan(number) or isinf(number):
        return float_text(number)
    if number == 0 or abs(number) < 1:
        return _small(number)
    sign, number = ("-" if number < 0 else ""), abs(number)
    whole = min(int(number), (1 << 63) - 1)
    minutes, seconds = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{sign}{days}d {hours}h {minutes}m {seconds}s"
    if hours:
        return f"{sign}{hours}h {minutes}m {seconds}s"
    return f"{sign}{minutes}m {seconds}s" if minutes else f"{sign}{number:.4g}s"


def _small(number: float) -> str:
    prefix = ""
    for one in "munpfazy":
        if number == 0 or abs(number) >= 1:
            break
        prefix, number = one, number * 1000
    return f"{number:.4g}{prefix}s"


def _json(context: Context, value: object) -> str:
    context.spend(4 * weight(value))
    return encoded(value)


def encoded(value: object) -> str:  # noqa: PLR0911 one for each type
    """Write a value as encoding/json does."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return _json_string(value)
    if isinstance(value, Time):
        text = value.text("2006-01-02T15:04:05.999999999Z07:00")
        return f'"{text}"'
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        return _json_number(value)
    if isinstance(value, list):
        return f"[{','.join(map(encoded, value))}]"
    if isinstance(value, dict):
        pairs = (f"{_json_string(name)}:{encoded(one)}" for name, one in sorted(value.items()))
        return f"{{{','.join(pairs)}}}"
    if isinstance(value, Struct):
        pairs = (f'"{JSON_NAMES.get(name, name)}":{encoded(one)}'
                 for name, one in value.fields.items())  # fmt: skip
        return f"{{{','.join(pairs)}}}"
    raise Stopped(f"a {go_type(value)} cannot be written as JSON")


def _json_number(value: float) -> str:
    if isnan(value) or isinf(value):
        raise Stopped("NaN and infinity cannot be written as JSON")
    size = abs(value)
    if size and (size < 1e-6 or size >= 1e21):  # noqa: PLR2004 borders of encoding/json
        return re.sub(r"e([+-])0(\d)$", r"e\1\2", f"{value!r}")
    text = float_text(value)
    return format(value, "f").rstrip("0").rstrip(".") if "e" in text else text


def _json_string(text: str) -> str:
    clean = to_bytes(text).decode("utf-8", "replace")
    made = json.dumps(clean, ensure_ascii=False)
    for one in "<>&\u2028\u2029":
        made = made.replace(one, f"\\u{ord(one):04x}")
    return made


def _dict(_context: Context, *given: object) -> LabelMap:
    if len(given) % 2:
        raise Stopped("dict needs a value for every key")
    names = given[::2]
    if not all(type(one) is str for one in names):
        raise Stopped("the keys of dict have to be strings")
    pairs = zip(names, given[1::2], strict=True)
    return LabelMap({str(name): one for name, one in pairs}, "map[string]interface {}")


def _append(context: Context, items: list[object], *more: object) -> Sequence:
    context.spend(64 * len(items))
    return Sequence([*items, *more], "[]interface {}")


def _text(call: Callable[[str], object]) -> Function:
    def run(context: Context, text: str) -> object:
        context.spend(len(text))
        return call(text)

    return Function(run, ("string",))


ALERTMANAGER: Mapping[str, Function] = {
    "toUpper": _text(str.upper),
    "toLower": _text(str.lower),
    "title": Function(_title, ("string",)),
    "trimSpace": _text(lambda text: text.strip(_SPACES)),
    "join": Function(_join, ("string", "[]string")),
    "match": Function(_match, ("string", "string")),
    "safeHtml": _text(lambda text: Markup(text, "template.HTML")),
    "safeUrl": _text(lambda text: Markup(text, "template.URL")),
    "urlUnescape": Function(_unescape, ("string",)),
    "reReplaceAll": Function(_replace, ("string", "string", "string")),
    "stringSlice": Function(lambda _context, *of: Sequence(of, "[]string"), (), "string"),
    "routeLabels": _text(lambda _text: ""),
    "date": Function(lambda _context, layout, time: time.text(layout), ("string", "time.Time")),
    "tz": Function(_zoned, ("string", "time.Time")),
    "now": Function(lambda context: Time(context.now)),
    "since": Function(
        lambda context, time: duration(context.now * 10**9 - time.total), ("time.Time",)
    ),
    "humanizeDuration": Function(humanize_duration, ("any",)),
    "toDate": Function(
        lambda context, layout, text: _moment(context, layout, text, must=False),
        ("string", "string"),
    ),
    "mustToDate": Function(
        lambda context, layout, text: _moment(context, layout, text, must=True),
        ("string", "string"),
    ),
    "toJson": Function(_json, ("any",)),
    "base64encode": _text(lambda text: base64.urlsafe_b64encode(to_bytes(text)).decode()),
    "base64decode": Function(_decode, ("string",)),
    "list": Function(lambda _context, *of: Sequence(of, "[]interface {}"), (), "any"),
    "append": Function(_append, ("[]interface {}",), "any"),
    "dict": Function(_dict, (), "any"),
}
__all__ = ["ALERTMANAGER", "encoded", "humanize_duration"]
