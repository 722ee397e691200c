"""
The tokens of a Go template: text, and what stands between `{{` and `}}`.

One linear scan, in the words of text/template/parse/lex.go (Go 1.26): trim markers,
comments, strings, raw strings, character constants, numbers, fields, variables. A
mistake becomes a last token of kind `error` whose value says what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

KEYWORDS = frozenset(
    {"block", "break", "continue", "define", "else", "end", "if", "range", "template", "with"}
)
_SPACES = " \t\r\n"
_LEFT = re.compile(r"\{\{(?:-(?=[ \t\r\n]))?")
_COMMENT = re.compile(r"[ \t\r\n]?/\*")
_RIGHT = re.compile(r"[ \t\r\n]-\}\}|\}\}")
_NUMBER = (
    r"(?:0[xX][0-9A-Fa-f_]*+(?:\.[0-9A-Fa-f_]*+)?(?:[pP][+-]?[0-9_]*+)?|0[oO][0-7_]*+|0[bB][01_]*+"
    r"|(?:[0-9][0-9_]*+(?:\.[0-9_]*+)?|\.[0-9][0-9_]*+)(?:[eE][+-]?[0-9_]*+)?)i?"
)
_TOKEN = re.compile(
    r"""
      (?P<right>[ \t\r\n]-\}\}|\}\})
    | (?P<space>[ \t\r\n](?:(?![ \t\r\n]-\}\})[ \t\r\n])*+)
    | (?P<declare>:=) | (?P<assign>=) | (?P<pipe>\|) | (?P<open>\() | (?P<close>\))
    | (?P<string>"(?:\\[^\n]|[^"\\\n])*+")
    | (?P<raw>`[^`]*+`)
    | (?P<character>'(?:\\[^\n]|[^'\\\n])*+')
    | (?P<variable>\$\w*+)
    | (?P<number>[+-]?NUMBER(?:[+-]NUMBER(?<=i))?)
    | (?P<field>\.\w*+)
    | (?P<word>\w++)
    | (?P<char>[!-~])
    """.replace("NUMBER", _NUMBER),
    re.VERBOSE,
)
_TERMINATORS = frozenset(" \t\r\n.,|:)(")
_NAMES = frozenset({"variable", "field", "word"})
_UNCLOSED = {
    '"': "the string has no closing quote",
    "`": "the raw string has no closing backtick",
    "'": "the character has no closing quote: write strings in double quotes",
    ":": 'after ":" comes "=": write := to declare a variable',
}


class Token(NamedTuple):
    """One token; `kind` is a group of the pattern, `text`, `left`, `keyword`, `error` or `end`."""

    kind: str
    value: str
    offset: int


def lex(text: str) -> Iterator[Token]:
    """Give the tokens of a template, `end` or `error` as the last one."""
    at = 0
    while True:
        left = _LEFT.search(text, at)
        if left is None:
            if at < len(text):
                yield Token("text", text[at:], at)
            yield Token("end", "", len(text))
            return
        plain = text[at : left.start()]
        if len(left.group()) > len("{{"):
            plain = plain.rstrip(_SPACES)
        if plain:
            yield Token("text", plain, at)
        comment = _COMMENT.match(text, left.end())
        # Only a trim marker takes a space before the comment.
        if comment and (len(comment.group()) == len("/*") or len(left.group()) > len("{{")):
            end = _comment_end(text, comment.end())
            if isinstance(end, Token):
                yield end
                return
            at = end
            continue
        yield Token("left", left.group(), left.start())
        at = left.end()
        for token in _lex_action(text, at):
            yield token
            if token.kind == "error":
                return
            at = token.offset + len(token.value)
        at = _trimmed(text, at)


def _trimmed(text: str, at: int) -> int:
    """Step over the white space that a right trim marker takes away."""
    if text.startswith("-", at - 3) and text[at - 4] in _SPACES:
        while at < len(text) and text[at] in _SPACES:
            at += 1
    return at


def _comment_end(text: str, start: int) -> int | Token:
    close = text.find("*/", start)
    if close < 0:
        return Token("error", "the comment has no end: write */}}", start)
    right = _RIGHT.match(text, close + 2)
    if right is None:
        return Token("error", "a comment stands alone: write }} directly after */", close)
    return _trimmed(text, right.end())


def _lex_action(text: str, at: int) -> Iterator[Token]:
    """Give the tokens of one action, with its `right` or an `error` as the last one."""
    start, depth = at, 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            yield _unreadable(text, at)
            return
        kind, value = found.lastgroup, found.group()
        problem = _problem(text, kind, value, found.end())
        depth += (kind == "open") - (kind == "close")
        if kind == "right" and depth:
            problem = 'a "(" is not closed: write the missing ")"'
        elif depth < 0:
            problem = '")" closes nothing: remove it'
        if problem:
            yield Token("error", problem, at)
            return
        if kind == "word" and value in KEYWORDS:
            kind = "keyword"
        elif kind == "field" and value == ".":
            kind = "dot"
        yield Token(kind, value, at)
        if kind == "right":
            return
        at = found.end()
    yield Token("error", "the action has no end: write }}", start - 2)


def _problem(text: str, kind: str, value: str, end: int) -> str:
    """Say what is wrong with a token by itself, or with what follows it."""
    if kind in _NAMES:
        name = value.lstrip("$.")
        if not name.isascii() and not all(c == "_" or c.isalpha() or c.isdecimal() for c in name):
            return f"{value} is no name: use letters, digits and _"
        if not name and kind == "variable" and _is_end(text, end):
            return ""
        if not _is_end(text, end):
            return f'"{text[end]}" cannot stand directly after {value}: write a space between'
    elif kind == "number":
        following = text[end : end + 1]
        if following == "_" or following.isalnum() or following in ("+", "-"):
            return f"{value}{following} is no number"
    elif kind == "char" and value in _UNCLOSED:
        return _UNCLOSED[value]
    return ""


def _is_end(text: str, at: int) -> bool:
    return at == len(text) or text[at] in _TERMINATORS or text.startswith("}}", at)


def _unreadable(text: str, at: int) -> Token:
    if text[at] in "“”„«»":
        return Token("error", f'{text[at]} is no quote in a template: write "', at)
    return Token("error", f'"{text[at]}" cannot stand inside {{{{ }}}}: put it in quotes', at)
