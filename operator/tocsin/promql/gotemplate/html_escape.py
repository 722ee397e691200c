"""
What html/template does with a value, by the place where it is written.

Sources: html/template/escape.go, html.go, url.go and css.go (Go 1.26).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from tocsin.promql.gotemplate.html_context import Place, after_text, attribute_kind, nudged
from tocsin.promql.gotemplate.printing import sprint
from tocsin.promql.gotemplate.values import Markup, Stopped, Unsupported, to_bytes

Escaper = Callable[[object], object]

FAILSAFE = "ZgotmplZ"
"""What html/template writes in place of an unsafe value."""
_TABLE = {"\0": "\ufffd", '"': "&#34;", "&": "&amp;", "'": "&#39;", "+": "&#43;", "<": "&lt;",
          ">": "&gt;"}  # fmt: skip
_TEXT = str.maketrans(_TABLE)
_KEEPING = str.maketrans({name: text for name, text in _TABLE.items() if name != "&"})
_UNQUOTED = str.maketrans(
    _TABLE
    | {"\0": "&#xfffd;", "`": "&#96;", "=": "&#61;"}
    | {one: f"&#{ord(one)};" for one in "\t\n\v\f\r "}
    | {chr(code): f"&#x{code:x};" for code in (*range(0xFDD0, 0xFDF0), *range(0xFFF0, 0x10000))}
)
_SAFE_URL = re.compile(r"(?i)(?![^/:]*:)|(?:https?|mailto):|[^:]*/")
_UNRESERVED = frozenset(b"-._~ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
_RESERVED = frozenset(b"!#$&*+,/:;=?@[]")
_HEX = re.compile(rb"%[0-9A-Fa-f]{2}")
_BAD_CSS = re.compile(r"[\0\"'()/;@\[\\\]`{}<>]|--")
_SCRIPT_CSS = re.compile("expression|mozbinding")


def _text_of(value: object) -> str:
    if isinstance(value, str):
        return str(value)
    return "" if value is None else sprint([value])


def _is(value: object, go_type: str) -> bool:
    return isinstance(value, Markup) and value.go_type == go_type


def _html(value: object) -> object:
    if _is(value, "template.HTML"):
        return _text_of(value)
    return _text_of(value).translate(_TEXT)


def _rcdata(value: object) -> object:
    return _text_of(value).translate(_KEEPING if _is(value, "template.HTML") else _TEXT)


def _without_tags(value: object) -> str:
    text = _text_of(value)
    if _is(value, "template.HTML") and "<" in text:
        raise Unsupported("safeHtml inside of a tag cannot be checked: leave it out")
    return text


def _attribute(value: object) -> object:
    table = _KEEPING if _is(value, "template.HTML") else _TEXT
    return _without_tags(value).translate(table)


def _unquoted(value: object) -> object:
    text = _without_tags(value)
    if _is(value, "template.HTML"):
        raise Unsupported("safeHtml inside of a tag cannot be checked: leave it out")
    return text.translate(_UNQUOTED) or FAILSAFE


def _url_filter(value: object) -> object:
    if _is(value, "template.URL") or _SAFE_URL.match(_text_of(value)):
        return value
    return f"#{FAILSAFE}"


def _url_kept(value: object) -> object:
    return _processed(_text_of(value), keep=True)


def _url_escaped(value: object) -> object:
    return _processed(_text_of(value), keep=_is(value, "template.URL"))


def _processed(text: str, *, keep: bool) -> str:
    raw = to_bytes(text)
    parts: list[str] = []
    for place, code in enumerate(raw):
        kept = keep and (code in _RESERVED or (code == ord("%") and _HEX.match(raw, place)))
        parts.append(chr(code) if code in _UNRESERVED or kept else f"%{code:02x}")
    return "".join(parts)


def _css_value(value: object) -> object:
    text = _text_of(value)
    letters = re.sub(r"[^A-Za-z0-9_-]", "", text).lower()
    return FAILSAFE if _BAD_CSS.search(text) or _SCRIPT_CSS.search(letters) else text


def _name_filter(value: object) -> object:
    text = _text_of(value).lower()
    if attribute_kind(text) or not re.fullmatch("[a-z0-9]+", text):
        return FAILSAFE
    return text


def _nothing(_value: object) -> object:
    return ""


_BY_STATE: dict[str, list[Escaper]] = {
    "text": [_html], "rcdata": [_rcdata], "attr": [], "comment": [_nothing], "css": [_css_value],
    "css_comment": [_nothing], "css_line": [_nothing], "name": [_name_filter], "meta": [],
}  # fmt: skip
_BY_URL_PART: dict[str, list[Escaper]] = {"": [_url_filter, _url_kept], "path": [_url_kept]}
_AS_HTML = frozenset({_html, _rcdata, _attribute})
_AS_QUERY = frozenset({_url_kept, _url_escaped})
_COMMENTS = frozenset({"comment", "css_comment", "css_line"})
PREDEFINED = frozenset({"html", "urlquery"})
"""Functions that html/template takes for its own escapers."""


def escapers(place: Place) -> tuple[Place, list[Escaper]]:
    """Give the place of a value, and what html/template does with it there."""
    place = nudged(place)
    found: list[Escaper] | None = _BY_STATE.get(place.state)
    if place.state == "url":
        if place.url_part == "unknown":
            raise Stopped("stands in an address whose branches differ: write ? in each or before")
        found = _BY_URL_PART.get(place.url_part, [_url_escaped])
    if found is None:
        raise Unsupported(
            "stands in a script, or in quotes or an address in CSS, where it cannot be checked: "
            "write it elsewhere"
        )
    last: list[Escaper] = []
    if place.delimiter:
        last = [_unquoted if place.delimiter == " " else _attribute]
    return place, [*found, *last]


def replaced(found: list[Escaper], name: str, own: Escaper) -> tuple[list[Escaper], bool]:
    """Put a predefined escaper where one that equals it stands; tells whether there was one."""
    same = _AS_HTML if name == "html" else _AS_QUERY
    return [own if one in same else one for one in found], any(one in same for one in found)


def escaped_text(place: Place, text: str) -> tuple[Place, str]:
    """Give the place after a plain text, and what of the text is written: no comments."""
    parts: list[str] = []
    while True:
        after, used = after_text(place, text)
        if not used and after == place and text:
            raise Unsupported("the page cannot be checked: simplify it")
        piece = text[:used]
        if place.state in _COMMENTS and not place.delimiter:
            piece = " " if place.state == "css_comment" and after.state == "css" else ""
        elif after.state in _COMMENTS and not after.delimiter and after.state != place.state:
            piece = piece[: -4 if after.state == "comment" else -2]
        if place.state in {"text", "rcdata"}:
            piece = _without_stray(piece, ended=after.state == "tag" and place.state == "text")
        parts.append(piece)
        place, text = after, text[used:]
        if not text:
            return place, "".join(parts)


def _without_stray(piece: str, *, ended: bool) -> str:
    """Escape a `<` that begins no tag."""
    last = piece.rfind("<") if ended else -1
    plain, tag = (piece[:last], piece[last:]) if last >= 0 else (piece, "")
    return re.sub(r"<(?!(?i:!doctype))", "&lt;", plain) + tag


def start_of_page() -> Place:
    """Give the place where a page begins."""
    return replace(Place())
