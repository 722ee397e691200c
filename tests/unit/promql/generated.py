"""
PromQL made by its grammar: valid for the most part, and as odd as people never write it.

One source of randomness in, one expression out, so that hypothesis can shrink it and a
batch of thousands for promtool is the same on every machine.
"""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st

METRICS = ["up", "x", "http_requests_total", "job:x:rate5m", "sum", "by", "offset", "start", "end"]
LABELS = ["job", "route", "namespace", "le", "on", "by", "or"]
VALUES = ['"a"', "'b'", "`c`", '"a.b|c"', '""', '"\\u00e9"', "`\\d+`", '"{"', "'#'"]
REGEXES = ['".*"', '".+"', "'a|b'", "`\\d+`", '"a{2}"', '"(?i)x"', '"[[:alpha:]]+"', '"x?"']
RANGES = ["5m", "1h30m", "300", "90s", "1d", "0.5", "1w"]
RANGED = ["rate", "increase", "max_over_time", "last_over_time", "absent_over_time", "deriv"]
PLAIN = ["abs", "ceil", "sort", "timestamp", "absent", "exp", "ln", "day_of_week", "floor"]
AGGREGATIONS = ["sum", "max", "AVG", "count", "group", "stddev"]
ARITHMETIC = ["+", "-", "*", "/", "%", "^", "atan2"]
COMPARISONS = ["==", "!=", "<", ">", "<=", ">="]
SETS = ["and", "or", "unless", "AND"]
NUMBERS = ["1", "0.5", "1e3", "0x1F", "Inf", "NaN", "5m", ".5", "1_000"]


def expression(random: Random, depth: int = 3) -> str:
    """Make an expression that gives a vector."""
    if depth <= 0:
        return selector(random)
    made = random.choice(
        [
            _binary,
            _binary,
            _sets,
            _aggregate,
            _aggregate,
            _ranged,
            _plain,
            _written,
            _wrapped,
            _leaf,
        ]
    )
    return made(random, depth - 1)


def _leaf(random: Random, _depth: int) -> str:
    return selector(random)


def blank(random: Random) -> str:
    """Make white space, sometimes with a comment in it."""
    return random.choice(["", "", " ", "\n", " # ) and { \n"])


def selector(random: Random) -> str:
    """Make an instant selector."""
    return _shifted(random, _bare_selector(random))


def _bare_selector(random: Random) -> str:
    matchers = [_matcher(random) for _ in range(random.choice([0, 0, 1, 2, 3]))]
    kind = random.randrange(5)
    if kind == 0:
        matchers = ['__name__=~"job:.+"', *matchers]
    elif kind == 1:
        matchers.insert(random.randint(0, len(matchers)), '"my.metric"')
    if kind > 1 and not matchers and random.random() < 0.7:
        return random.choice(METRICS)
    comma = random.choice(["", ","]) if matchers else ""
    inner = f"{blank(random)},".join(matchers) + comma + blank(random)
    name = random.choice(METRICS) if kind > 1 else ""
    return f"{name}{blank(random) if name else ''}{{{blank(random)}{inner}}}"


def _matcher(random: Random) -> str:
    label = random.choice([*LABELS, '"a label"'])
    if random.random() < 0.4:
        return f"{label}{random.choice(['=~', '!~'])}{random.choice(REGEXES)}"
    return f"{label}{blank(random)}{random.choice(['=', '!='])}{random.choice(VALUES)}"


def _shifted(random: Random, text: str) -> str:
    if random.random() < 0.15:
        text += f" offset {random.choice(['', '-'])}{random.choice(RANGES)}"
    if random.random() < 0.1:
        text += f" @ {random.choice(['start()', 'end()', '1700000000', '-1'])}"
    return text


def _labels(random: Random) -> str:
    names = random.sample([*LABELS, '"my.label"'], random.randint(0, 3))
    return f"({', '.join(names)}{random.choice(['', ','] if names else [''])})"


def _matching(random: Random) -> str:
    return f" {random.choice(['on', 'ignoring', 'ON'])} {_labels(random)}"


def _binary(random: Random, depth: int) -> str:
    op = random.choice([*ARITHMETIC, *COMPARISONS])
    modifier = " bool" if op in COMPARISONS and random.random() < 0.3 else ""
    sides = [expression(random, depth), expression(random, depth)]
    kind = random.randrange(4)
    if kind == 0:
        sides[random.randrange(2)] = random.choice(NUMBERS)
    elif kind == 1:
        modifier += _matching(random)
        if random.random() < 0.3:
            included = random.choice(["", " ()", " (team)"])
            modifier += f" {random.choice(['group_left', 'group_right'])}{included}"
    return f"{sides[0]}{blank(random)} {op}{modifier} {sides[1]}"


def _sets(random: Random, depth: int) -> str:
    modifier = _matching(random) if random.random() < 0.3 else ""
    left, right = expression(random, depth), expression(random, depth)
    return f"{left} {random.choice(SETS)}{modifier} {right}"


def _aggregate(random: Random, depth: int) -> str:
    op, parameter = random.choice(AGGREGATIONS), ""
    if random.random() < 0.3:
        op, parameter = random.choice(
            [("topk", "3, "), ("quantile", "0.9, "), ("count_values", '"version", ')]
        )
    grouping = f" {random.choice(['by', 'without', 'BY'])} {_labels(random)} "
    inner = f"({blank(random)}{parameter}{expression(random, depth)})"
    return random.choice([f"{op}{inner}", f"{op}{grouping}{inner}", f"{op}{inner}{grouping}"])


def _ranged(random: Random, depth: int) -> str:
    length = random.choice(RANGES)
    if random.random() < 0.6:
        inner = _shifted(random, f"{_bare_selector(random)}[{length}]")
    else:
        step = random.choice(["", "1m", "30"])
        inner = _shifted(random, f"({expression(random, depth)})[{length}:{step}]")
    return f"{random.choice(RANGED)}({inner})"


def _plain(random: Random, depth: int) -> str:
    return f"{random.choice(PLAIN)}({expression(random, depth)})"


def _written(random: Random, depth: int) -> str:
    inner = expression(random, depth)
    target = random.choice(['"team"', "`route`", '"namespace"'])
    return random.choice(
        [
            f'label_replace({inner}, {target}, "$1", "job", "(.*)")',
            f'label_join({inner}, {target}, "-", "job", "route")',
            f"histogram_quantile(0.9, {inner})",
            f"clamp_max({inner}, scalar({expression(random, 1)}))",
            f"vector(scalar({inner}))",
        ]
    )


def _wrapped(random: Random, depth: int) -> str:
    inner = expression(random, depth)
    return random.choice([f"({inner})", f"-{inner}", f"- + {inner}", f"(({inner}))"])


EXPRESSIONS = st.randoms(use_true_random=False).map(expression)
"""Expressions for properties."""


def spoiled(random: Random, text: str) -> str:
    """Break an expression, perhaps: a character or a word goes, comes, or changes its place."""
    at = random.randrange(len(text))
    return random.choice(
        [
            text[:at] + text[at + 1 :],
            text[:at] + random.choice(' ()[]{},=~!"+@:5m') + text[at:],
            text[: at // 2] + text[at:],
            text.replace(random.choice(" ,()"), random.choice(["", " by ", ")", " offset "]), 1),
        ]
    )
