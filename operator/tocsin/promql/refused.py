"""
What a refusal of promql-parser means: invalid, or syntax that only it does not know.

The parser's typed errors prove a mistake and get a remedy. Its untyped one proves
nothing: `syntax` reads the tokens again and decides. What neither can place is
called unsupported, for a valid expression must never be refused by us.
"""

from __future__ import annotations

from difflib import get_close_matches

from tocsin.promql.functions import EXPERIMENTAL, KNOWN, RENAMED, needs_flag
from tocsin.promql.syntax import find_syntax
from tocsin.promql.tokens import offset_of, place
from tocsin.promql.verdict import Outcome, Verdict

_UNKNOWN_FUNCTION = "unknown function with name "
_REMEDIES = (
    ("expected type matrix in call", "give it a range, like rate(x[5m])"),
    ("expected type vector", "give it a metric or an expression that yields series"),
    ("expected type scalar", "give it a number, or wrap a single series in scalar(…)"),
    ("expected type string", "give it a string in quotes"),
    ("comparisons between scalars", "both sides are numbers: compare a metric, or write > bool"),
    ("set operator", '"and", "or" and "unless" join series, not numbers: compare first'),
    ("must contain at least one non-empty matcher", 'name the metric or add job="…"'),
    ("must contain only scalar and instant vector", "wrap a range in rate(x[5m]), drop a string"),
    ("bool modifier can only be used", 'remove "bool"'),
    ("metric name must not be set twice", "name the metric once"),
    ("expected at most", "remove the arguments that are too many"),
    ("expected at least", "add the arguments that are missing"),
    ("argument(s) in call", "give it exactly that many"),
    ("wrong number of arguments", "give it exactly that many"),
    ("no arguments for aggregate", "write what to aggregate in its brackets"),
    ("vector matching only allowed", "on(…) and ignoring(…) need series on both sides"),
    ("no grouping allowed", 'remove group_left or group_right beside "and", "or", "unless"'),
    ("must not occur in ON and GROUP clause", "name the label in one of the two"),
    ("offset may not be set multiple", "keep one offset"),
    ("@ <timestamp> may not be set multiple", "keep one @"),
    ("offset modifier must be preceded", "write offset directly behind a selector or a range"),
    ("@ modifier must be preceded", "write @ directly behind a selector or a range"),
    ("timestamp out of bounds", "write a Unix time in seconds"),
    ("ranges only allowed for vector selectors", "for a subquery write [5m:]"),
    ("subquery is only allowed on", "use one range only"),
    ("unary expression only allowed", "a sign stands before numbers and series only"),
    ("no offset modifiers allowed before range", "write the range first: x[5m] offset 1h"),
    ("no @ modifiers allowed before range", "write the range first: x[5m] @ 0"),
    ("trailing commas", "remove the last comma"),
    ("bad number or duration", "write it like 0.5, 5m or 1h30m"),
    ("not a valid duration", "write units from large to small: 1h30m"),
    ("no expression found", "write a condition, like up == 0"),
)


def explain(text: str, tokens: list[str], error: str) -> Verdict:
    """Turn the parser's error on `text` into a verdict."""
    located = locate(text, tokens)
    if located is not None:
        return located
    if error.startswith(_UNKNOWN_FUNCTION):
        return _explain_function(error.removeprefix(_UNKNOWN_FUNCTION).strip("'\""))
    for start, remedy in _REMEDIES:
        if start in error:
            return Verdict(Outcome.INVALID, f"{error}: {remedy}")
    return Verdict(
        Outcome.UNSUPPORTED,
        f"the expression could not be checked here ({error}): your Prometheus decides",
    )


def locate(text: str, tokens: list[str]) -> Verdict | None:
    """Give a verdict with the place where `text` stops being PromQL; None where no token does."""
    found = find_syntax(tokens)
    if found is None:
        return None
    where = place(text, offset_of(tokens, found.index))
    outcome = Outcome.UNSUPPORTED if found.unsupported else Outcome.INVALID
    return Verdict(outcome, f"{where}: {found.message}")


def _explain_function(name: str) -> Verdict:
    if name in EXPERIMENTAL:
        return Verdict(Outcome.UNSUPPORTED, needs_flag(name))
    if name in RENAMED:
        new = RENAMED[name]
        return Verdict(
            Outcome.INVALID, f"Prometheus 3 has no function {name}(): it is called {new}() now"
        )
    close = get_close_matches(name.lower(), KNOWN, n=1)
    advice = f"did you mean {close[0]}()?" if close else "see Prometheus' list of functions"
    return Verdict(Outcome.INVALID, f"there is no function {name}(): {advice}")
