"""
An expression made ready for promql-parser 0.11, by changing single tokens.

Raw strings become quoted ones, because the parser refuses ordinary ones that
hold a backslash. A regular expression is checked by RE2 and then replaced by a
plain matcher that matches "" exactly if the expression does: so the parser never
compiles it in a dialect that is not Prometheus', and is four times as fast. The
structure stays what it was; the result is parsed and thrown away.
"""

from __future__ import annotations

from tocsin.promql.literals import milliseconds, number, plain_number, quoted, unquote
from tocsin.promql.regexes import check_regex
from tocsin.promql.tokens import QUOTES, is_blank, offset_of, place

_KINDS = dict.fromkeys("[]{}", "bracket") | dict.fromkeys("0123456789.", "digit")
_KINDS |= dict.fromkeys(QUOTES, "string") | dict.fromkeys("=!o+", "word")
_UNITS = frozenset("ywdhms")
_MATCHES = frozenset({"=", "!=", "=~", "!~"})
_BEFORE_TIME = frozenset({"@", "+", "-"})
_LATEST = float(1 << 63)
"""The first time, in seconds, that is too large for a Prometheus timestamp."""
_ALONE = frozenset({"[", "]", ":"})
"""What stands beside a duration that no arithmetic is done with."""
_BEFORE_SIGN = frozenset(
    [
        "(",
        ",",
        "+",
        "-",
        "*",
        "/",
        "%",
        "^",
        "==",
        "!=",
        "<=",
        ">=",
        "<",
        ">",
        "and",
        "or",
        "unless",
        "atan2",
        "bool",
    ]
) | {" "}


def rewrite(text: str, tokens: list[str]) -> tuple[list[str], str]:
    """
    Give the tokens for the parser, and what is proven wrong (empty if nothing).

    The tokens have passed the guard: strings are closed and brackets matched.
    """
    changed = list(tokens)
    inside = ""
    for index, lexeme in enumerate(tokens):
        kind = _KINDS.get(lexeme[0])
        if kind is None:
            continue
        problem = ""
        if kind == "bracket":
            inside = lexeme if lexeme in "[{" else ""
        elif kind == "string":
            problem = _rewrite_string(changed, index)
        elif kind == "digit" and inside != "{":
            problem = _rewrite_number(changed, index, inside)
        elif inside == "{" and lexeme in {"=~", "!~"}:
            problem = _rewrite_regex(changed, index)
        elif inside == "{" and lexeme == "or":
            problem = _rewrite_or(changed, index)
        elif lexeme == "+" and not inside and _before(tokens, index).lower() in _BEFORE_SIGN:
            # promql-parser drops the sign without a look at what it stands before.
            changed[index] = "-"
        if problem:
            return changed, f"{place(text, offset_of(tokens, index))}: {problem}"
    return changed, ""


def _before(tokens: list[str], index: int) -> str:
    """Give the token before `index` that is no white space or comment; " " if none is."""
    for at in range(index - 1, -1, -1):
        if not is_blank(tokens[at]):
            return tokens[at]
    return " "


def _after(tokens: list[str], index: int) -> str:
    """Give the token after `index` that is no white space or comment; " " if none is."""
    for at in range(index + 1, len(tokens)):
        if not is_blank(tokens[at]):
            return tokens[at]
    return " "


def _rewrite_or(changed: list[str], index: int) -> str:
    """Read `or` in braces: no operator stands there, but a label may have that name."""
    if _after(changed, index) in _MATCHES:
        changed[index] = "or_"  # promql-parser takes it for the operator
    elif _before(changed, index)[0] in QUOTES:
        return (
            '"or" between matchers is no PromQL: write two selectors with "or" '
            "between them, or one matcher with =~"
        )
    return ""


def _rewrite_string(changed: list[str], index: int) -> str:
    lexeme = changed[index]
    if lexeme[0] == "`":
        changed[index] = quoted(lexeme[1:-1])
    elif "\\" in lexeme and unquote(lexeme) is None:
        return (
            f"the string {lexeme} has an escape that PromQL does not know: "
            "write \\\\ for a backslash, or put the string in backticks"
        )
    return ""


def _rewrite_number(changed: list[str], index: int, inside: str) -> str:
    lexeme, before = changed[index], _before(changed, index)
    length = milliseconds(lexeme)
    if before in _BEFORE_TIME and _is_time(changed, index) and (number(lexeme) or 0.0) >= _LATEST:
        return f"{lexeme} is no time that Prometheus can hold: write a Unix time in seconds"
    if inside == "[" or before.lower() == "offset":
        if length is None:
            return f"{lexeme} is no duration, or longer than 292 years: write it like 5m or 1h30m"
        if length == 0 and inside == "[" and {before, _after(changed, index)} <= _ALONE:
            return f"{lexeme} is an empty range: write one that is longer, like 5m"
    elif length is None and number(lexeme) is None:
        return f"{lexeme} is no number and no duration, or does not fit: write it like 0.5 or 5m"
    if length == 0 and lexeme[-1] in _UNITS:
        changed[index] = "0"
    elif "_" in lexeme:
        changed[index] = plain_number(lexeme)
    return ""


def _is_time(tokens: list[str], index: int) -> bool:
    """Tell whether a number stands behind @, with a sign perhaps."""
    behind = [lexeme for lexeme in tokens[max(0, index - 6) : index] if not is_blank(lexeme)]
    return "@" in behind[-2:] and (behind[-1] == "@" or behind[-1] in {"+", "-"})


def _rewrite_regex(changed: list[str], index: int) -> str:
    value = next(
        (at for at in range(index + 1, len(changed)) if not is_blank(changed[at])), len(changed)
    )
    if value == len(changed) or changed[value][0] not in QUOTES:
        return ""
    pattern = unquote(changed[value])
    if pattern is None:
        return ""
    regex = check_regex(pattern)
    if regex.error:
        return (
            f"{changed[value]} is not a regular expression that Prometheus reads "
            f"({regex.error}): mend it, or compare with = if it is plain text"
        )
    changed[value] = '""' if regex.matches_empty == (changed[index] == "=~") else '"."'
    changed[index] = " ="  # apart, or a stray "!" before it would make another operator
    return ""
