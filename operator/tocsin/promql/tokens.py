"""
PromQL's tokens, as plain strings: the one scan that everything else here reads.

The list is lossless, `"".join(tokenize(text)) == text`, so that a place is found
by adding lengths and a rewritten list is again an expression. White space and
comments are tokens too. Nothing is judged here: what Prometheus has no token for
becomes a token of one character, and a string without its end is one token up to
the end of its line (of the text, for a raw string).

The scan is linear: every alternative is possessive and consumes what it has read.
Source: promql/parser/lex.go of Prometheus 3.15.
"""

from __future__ import annotations

import re
from itertools import accumulate

_TOKEN = re.compile(
    r"""
      [A-Za-z_][A-Za-z0-9_:]*+                              # a name or keyword
    | :(?![0-9])[A-Za-z0-9_:]*+                             # a recorded name, not [1h:5m]
    | [ \t\n\r]++
    | "(?:[^"\\\n]++|\\[^\n])*+"?                           # a string, perhaps without its end
    | '(?:[^'\\\n]++|\\[^\n])*+'?
    | `[^`]*+`?
    | \#[^\n\r]*+
    | 0[xX][0-9A-Fa-f_]*+[A-Za-z0-9_.]*+                    # 0x1e-5 is a subtraction, 1e-5 is not
    | \.?[0-9](?:[eE][+-](?=[0-9])|[0-9A-Za-z_.])*+         # a number or a duration
    | [=!<>]= | [=!]~ | [<>]/
    | .
    """,
    re.VERBOSE | re.DOTALL,
)
_CLOSED = re.compile(
    r"""
      "(?:[^"\\\n]++|\\[^\n])*+" | '(?:[^'\\\n]++|\\[^\n])*+' | `[^`]*+`
    """,
    re.VERBOSE,
)
QUOTES = frozenset("\"'`")


def tokenize(text: str) -> list[str]:
    """Cut an expression into its tokens; nothing is lost and nothing refused."""
    return _TOKEN.findall(text)


def is_closed_string(token: str) -> bool:
    """Tell whether a token that starts with a quote also ends with it."""
    if "\\" in token:
        return _CLOSED.fullmatch(token) is not None
    return len(token) > 1 and token[-1] == token[0]


def is_blank(token: str) -> bool:
    """Tell whether a token is white space or a comment."""
    return token[0] in " \t\n\r#"


def offset_of(tokens: list[str], index: int) -> int:
    """Give the offset, in characters, at which a token starts."""
    return sum(len(token) for token in tokens[:index])


def offsets(tokens: list[str]) -> list[int]:
    """Give the offset of every token, and the length of the text as the last one."""
    return [0, *accumulate(map(len, tokens))]


def place(text: str, offset: int) -> str:
    """Say where an offset is, counted from one: `line 2, column 5`."""
    line = text.count("\n", 0, offset) + 1
    column = offset - (text.rfind("\n", 0, offset) + 1) + 1
    return f"line {line}, column {column}"
