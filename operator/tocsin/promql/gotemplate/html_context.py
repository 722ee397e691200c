"""
Where in an HTML page a template stands: html/template's contexts.

Scripts are followed only so far that their end is found, because nothing may be
written into one here. Sources: html/template/context.go, transition.go and attr.go
(Go 1.26).
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, replace

from tocsin.promql.gotemplate.values import Stopped


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a page; the default is plain text between tags."""

    state: str = "text"
    """text tag name after_name before_value comment rcdata attr url srcset meta js css, the parts
    of css (css_string, css_url, css_comment, css_line), or dead: never reached."""
    delimiter: str = ""
    """What ends the attribute's value: a quote, or a space that stands for none."""
    element: str = ""
    """script, style, textarea, title or meta."""
    attribute: str = ""
    """What the value of the attribute will be: url style script srcset meta."""
    url_part: str = ""
    """path or query; unknown where branches differ."""
    ends: str = ""
    """The character that ends a string inside of CSS."""


_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*(?:[:-][A-Za-z0-9]+|[A-Za-z0-9])*)")
_NAME = re.compile(r"[^ \t\n\f\r=>]*")
_SPACE = re.compile(r"[ \t\n\f\r]*")
_BODIES = {"script": "js", "style": "css", "textarea": "rcdata", "title": "rcdata"}
_ELEMENTS = frozenset({*_BODIES, "meta"})
_STARTS = {"url": "url", "style": "css", "script": "js", "srcset": "srcset", "meta": "meta"}
_URLS = frozenset(
    {"action", "archive", "background", "cite", "classid", "codebase", "data", "formaction",
     "href", "icon", "longdesc", "manifest", "poster", "profile", "src", "usemap", "xmlns"}
)  # fmt: skip
_UNSAFE = frozenset(
    {"accept-charset", "async", "challenge", "charset", "content", "crossorigin", "defer",
     "enctype", "form", "formenctype", "formmethod", "formnovalidate", "http-equiv", "keytype",
     "language", "method", "novalidate", "pattern", "rel", "sandbox", "srcdoc", "type", "value"}
)  # fmt: skip
_CSS_BREAK = re.compile(r"[(\"'/]")
_URL_WORD = re.compile(r"(?:^|[^A-Za-z0-9_-])url[\t\n\f\r ]*$", re.IGNORECASE)


def attribute_kind(name: str) -> str:
    """Tell what an attribute's value is: url, style, script, srcset, unsafe, or plain text."""
    if name.startswith("data-"):
        name = name[5:]
    elif ":" in name:
        prefix, name = name.split(":", 1)
        if prefix == "xmlns":
            return "url"
    for names, found in ((_URLS, "url"), (_UNSAFE, "unsafe")):
        if name in names:
            return found
    if name in {"style", "srcset"}:
        return name
    if name.startswith("on"):
        return "script"
    return "url" if any(part in name for part in ("src", "uri", "url")) else ""


def after_text(place: Place, text: str) -> tuple[Place, int]:
    """Give the place after the first part of a text, and how long that part is."""
    if not place.delimiter:
        if place.element in _BODIES and place.state not in {"tag", "name", "after_name",
                                                            "before_value"}:  # fmt: skip
            end = re.search(rf"</{place.element}(?=[> \t\n\f/])", text, re.IGNORECASE)
            if end and end.start() == 0:
                return Place(), 0
            text = text[: end.start()] if end else text
        return _step(place, text)
    found = re.search("[ \t\n\f\r>]" if place.delimiter == " " else place.delimiter, text)
    stop = found.start() if found else len(text)
    if place.delimiter == " " and re.search("[\"'<=`]", text[:stop]):
        raise Stopped(f"{text[:stop][:20]!r} stands in an attribute without quotes: write quotes")
    if found is None:
        rest = html.unescape(text)
        while rest:
            place, used = _step(place, rest)
            rest = rest[used:]
        return place, len(text)
    return Place("tag", element=place.element), stop + (place.delimiter != " ")


def _step(place: Place, text: str) -> tuple[Place, int]:
    handle = {
        "text": _text, "tag": _tag, "name": _name, "after_name": _after_name, "css": _css,
        "before_value": _before_value, "comment": _comment, "css_comment": _css_comment,
        "css_line": _css_line, "css_string": _css_string, "css_url": _css_string,
    }.get(place.state)  # fmt: skip
    if handle is not None:
        return handle(place, text)
    if place.state in {"url", "srcset"}:
        place = _url(place, text)
    return place, len(text)


def _text(place: Place, text: str) -> tuple[Place, int]:
    at = 0
    while (at := text.find("<", at)) >= 0:
        if text.startswith("<!--", at):
            return Place("comment"), at + 4
        found = _TAG.match(text, at)
        if found:
            name = found[2].lower()
            element = name if name in _ELEMENTS and not found[1] else ""
            return Place("tag", element=element), found.end()
        at += 1
    return place, len(text)


def _tag(place: Place, text: str) -> tuple[Place, int]:
    at = _end(_SPACE, text)
    if at == len(text):
        return place, at
    if text[at] == ">":
        if place.element == "meta":
            return Place(), at + 1
        return Place(_BODIES.get(place.element, "text"), element=place.element), at + 1
    end = _attribute_end(text, at)
    if end == at:
        raise Stopped(f"{text[at : at + 10]!r} is no name of an attribute")
    name = text[at:end].lower()
    kind = attribute_kind(name)
    if place.element == "meta" and name == "content":
        kind = "meta"
    if place.element == "script" and name == "type":
        raise Stopped("a script with a type cannot be checked: mail readers run no scripts")
    state = "name" if end == len(text) else "after_name"
    return Place(state, element=place.element, attribute=kind if kind in _STARTS else ""), end


def _end(pattern: re.Pattern[str], text: str, start: int = 0) -> int:
    found = pattern.match(text, start)
    return found.end() if found else start


def _attribute_end(text: str, start: int) -> int:
    end = _end(_NAME, text, start)
    if re.search("[\"'<]", text[start:end]):
        raise Stopped(f"{text[start:end][:20]!r} is no name of an attribute: check the quotes")
    return end


def _name(place: Place, text: str) -> tuple[Place, int]:
    end = _attribute_end(text, 0)
    return (place if end == len(text) else replace(place, state="after_name")), end


def _after_name(place: Place, text: str) -> tuple[Place, int]:
    at = _end(_SPACE, text)
    if at == len(text):
        return place, at
    if text[at] != "=":
        return replace(place, state="tag"), at
    return replace(place, state="before_value"), at + 1


def _before_value(place: Place, text: str) -> tuple[Place, int]:
    at = _end(_SPACE, text)
    if at == len(text):
        return place, at
    delimiter = text[at] if text[at] in "\"'" else " "
    state = _STARTS.get(place.attribute, "attr")
    return replace(place, state=state, delimiter=delimiter), at + (delimiter != " ")


def _comment(place: Place, text: str) -> tuple[Place, int]:
    end = text.find("-->")
    return (place, len(text)) if end < 0 else (Place(), end + 3)


def _url(place: Place, text: str) -> Place:
    if "#" in text or "?" in text:
        return replace(place, url_part="query")
    if text.strip(" \t\n\f\r") and not place.url_part:
        return replace(place, url_part="path")
    return place


def _css(place: Place, text: str) -> tuple[Place, int]:
    for found in _CSS_BREAK.finditer(text):
        at, sign = found.start(), found.group()
        if sign == "(" and _URL_WORD.search(text[:at]):
            start = _end(_SPACE, text, at + 1)
            quote = text[start : start + 1]
            ends = quote if quote in {'"', "'"} else ")"
            return replace(place, state="css_url", ends=ends), start + (ends != ")")
        if sign == "/" and text[at + 1 : at + 2] in {"/", "*"}:
            state = "css_line" if text[at + 1] == "/" else "css_comment"
            return replace(place, state=state), at + 2
        if sign in "\"'":
            return replace(place, state="css_string", ends=sign), at + 1
    return place, len(text)


def _css_comment(place: Place, text: str) -> tuple[Place, int]:
    end = text.find("*/")
    return (place, len(text)) if end < 0 else (replace(place, state="css"), end + 2)


def _css_line(place: Place, text: str) -> tuple[Place, int]:
    found = re.search("[\n\f\r]", text)
    return (replace(place, state="css"), found.start()) if found else (place, len(text))


def _css_string(place: Place, text: str) -> tuple[Place, int]:
    ends = "[\t\n\f\r )]" if place.ends == ")" else place.ends
    found = re.search(rf"(?<!\\){ends}", text)
    if found is None:
        return place, len(text)
    return replace(place, state="css", ends="", url_part=""), found.end()


def nudged(place: Place) -> Place:
    """Give the place of a value that is written here without further text."""
    if place.state == "tag":
        return replace(place, state="name")
    if place.state == "before_value":
        state = _STARTS.get(place.attribute, "attr")
        return replace(place, state=state, delimiter=" ", attribute="")
    if place.state == "after_name":
        return replace(place, state="name", attribute="")
    return place


def joined(one: Place, other: Place) -> Place:
    """Give the place after two branches, or stop where they end in different places."""
    if one == other or other.state == "dead":
        return one
    if one.state == "dead":
        return other
    if replace(one, url_part="") == replace(other, url_part=""):
        return replace(one, url_part="unknown")
    if (nudged(one), nudged(other)) != (one, other):
        return joined(nudged(one), nudged(other))
    raise Stopped("the branches end in different places of the page: write whole tags in each")
