"""
Placeholders in free text, `{value | percent}` and `{labels.route}`, made Go templates.

The grammar is small on purpose, so that JSON, `{foo}` and `${VARIABLE}` in a
description stay what they are, byte for byte:

    placeholder = "{" head { "|" filter } "}"
    head        = "value" | "labels." NAME | "labels[" STRING "]"
    filter      = "percent" | "humanize" | "duration" | "bytes" | "timestamp"
                | "upper" | "lower" | "title"

Spaces are free inside. A dollar before the bracket means that it is somebody
else's. Go templates may stand beside placeholders and are left alone. What starts
like a placeholder and has a filter that does not exist is a problem, not text: it
would reach somebody's telephone as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from tocsin.promql.template_lexer import lex
from tocsin.promql.templates import TemplateProblem
from tocsin.promql.tokens import place

NUMBER_FILTERS: Mapping[str, str] = {
    "percent": "humanizePercentage",
    "humanize": "humanize",
    "duration": "humanizeDuration",
    "bytes": "humanize1024",
    "timestamp": "humanizeTimestamp",
}
"""Filters that read a number, or a label that holds one, and write text."""
TEXT_FILTERS: Mapping[str, str] = {"upper": "toUpper", "lower": "toLower", "title": "title"}
"""Filters that read text."""
FILTERS: Mapping[str, str] = {**NUMBER_FILTERS, **TEXT_FILTERS}

_OPENS = frozenset({"if", "range", "with", "define", "block"})
_APART = "a template that is defined here does not know the alert: write it outside"
_PLACEHOLDER = re.compile(
    r"""
    (?<!\$)\{ [ \t]*
    (?: (?P<value>value)
      | labels \. (?P<name>[A-Za-z_][A-Za-z0-9_]*+)
      | labels \[ [ \t]* "(?P<quoted>[^"\\{}\x00-\x1f\x7f]+)" [ \t]* \]
    )
    [ \t]*+ (?P<filters>(?:\|[^{}|\n]*+)*+) \}
    """,
    re.VERBOSE,
)


_BRACKETS = re.compile(
    r"(?<!\$)\{[ \t]*(?P<dollar>\$?)(?P<word>[A-Za-z]{3,8})"
    r"(?:[.](?P<name>[A-Za-z_][A-Za-z0-9_]*+))?"
    r"[ \t]*+(?P<filters>\|[^{}\n]*+)?\}"
)
"""What looks like a placeholder of somebody's."""


@dataclass(frozen=True, slots=True)
class Placeholders:
    """The Go template that a text means, and the first placeholder that is wrong."""

    text: str
    problem: TemplateProblem | None = None


def to_go_template(text: str) -> Placeholders:
    """
    Compile the placeholders of a free text; all else stays byte for byte.

    With a problem, `text` is the text as it was.
    """
    if "{" not in text:
        return Placeholders(text)
    parts: list[str] = []
    end = 0
    for start, stop, defined in _plain_spans(text):
        for found in _PLACEHOLDER.finditer(text, start, stop):
            compiled = _Wrong(f"{found.group()}: {_APART}") if defined else _compile(found)
            if isinstance(compiled, _Wrong):
                message = f"{place(text, found.start())}: {compiled.message}"
                return Placeholders(text, TemplateProblem(message, found.start()))
            parts += (text[end : found.start()], compiled)
            end = found.end()
    parts.append(text[end:])
    return Placeholders("".join(parts))


@dataclass(frozen=True, slots=True)
class _Wrong:
    message: str


def suspicious(text: str) -> Placeholders:
    """
    Find the first text that was meant as a placeholder: `{values}`, `{$value}`, `{label.x}`.

    It stays what it is, since JSON and others have brackets too; `problem` is to be told.
    """
    if "{" not in text:
        return Placeholders(text)
    for start, stop, _ in _plain_spans(text):
        for found in _BRACKETS.finditer(text, start, stop):
            meant = _meant(found)
            if meant:
                message = f"{found.group()} stays as it is: did you mean {meant}?"
                told = f"{place(text, found.start())}: {message}"
                return Placeholders(text, TemplateProblem(told, found.start()))
    return Placeholders(text)


def _meant(found: re.Match[str]) -> str:
    """Give the placeholder that a text in brackets looks like; empty if like none."""
    if _PLACEHOLDER.fullmatch(found.group()):
        return ""
    word, name, filters = found["word"], found["name"] or "", (found["filters"] or "").strip()
    close = get_close_matches(word.lower(), ("value", "labels"), n=1, cutoff=0.8)
    if not close or (close[0] == "labels") != bool(name):
        return ""
    return f"{{{close[0]}{'.' if name else ''}{name}{f' {filters}' if filters else ''}}}"


def _plain_spans(text: str) -> list[tuple[int, int, bool]]:
    """Give the parts of a text outside of Go's actions, and whether each is in a `define`."""
    if "{{" not in text:
        return [(0, len(text), False)]
    spans: list[tuple[int, int, bool]] = []
    opened: list[bool] = []
    before = ""
    for token in lex(text):
        if token.kind == "text":
            spans.append((token.offset, token.offset + len(token.value), any(opened)))
        elif token.kind == "left":
            before = ""
        elif token.kind == "keyword":
            if token.value == "end" and opened:
                opened.pop()
            elif token.value in _OPENS and before != "else":
                opened.append(token.value in {"define", "block"})
            before = token.value
    return spans


def _compile(found: re.Match[str]) -> str | _Wrong:
    """Give the Go action of one placeholder."""
    filters = [name.strip() for name in found["filters"].split("|")[1:]]
    for index, name in enumerate(filters):
        problem = _filter_problem(found, index, name)
        if problem:
            return _Wrong(f"{found.group()}: {problem}")
    if found["value"]:
        head = "$value"
    elif found["name"]:
        head = f"$labels.{found['name']}"
    else:
        head = f'index $labels "{found["quoted"]}"'
    action = " | ".join([head, *(FILTERS[name] for name in filters)])
    # humanize1024 ends in a bare prefix: 4Mi.
    return f"{{{{ {action} }}}}{'B' if 'bytes' in filters else ''}"


def _filter_problem(found: re.Match[str], index: int, name: str) -> str:
    if name not in FILTERS:
        close = get_close_matches(name, FILTERS, n=1)
        advice = f"did you mean {close[0]}?" if close else f"use one of {', '.join(FILTERS)}"
        return f'there is no filter "{name}": {advice}'
    if index and name in NUMBER_FILTERS:
        return f'the filter "{name}" reads a number: put it first'
    if not index and found["value"] and name in TEXT_FILTERS:
        return f'the filter "{name}" reads text, and the value is a number: remove it'
    return ""
