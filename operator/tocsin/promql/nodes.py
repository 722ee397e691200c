"""
A PromQL expression as a tree that knows its places: values alone.

`start` and `end` are indexes into the list of tokens the tree was read from
(`end` is exclusive), so that a part can be cut out of the text, or something put
into it, without writing the whole expression anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple


class Matcher(NamedTuple):
    """One label matcher; `op` is one of = != =~ !~, `value` is the text behind the quotes."""

    label: str
    op: str
    value: str


@dataclass(slots=True)
class Number:
    """A number, or a duration in seconds."""

    start: int
    end: int
    value: float


@dataclass(slots=True)
class String:
    """A string, as the text behind its quotes."""

    start: int
    end: int
    value: str


@dataclass(slots=True)
class Selector:
    """
    An instant selector, or with `range` (milliseconds, 0 for none) a range selector.

    `metric` is "" where no name is given in front or as a quoted name in the braces.
    `name` is the token of that name in front and `brace` that of "{"; -1 where there
    is none. `offset` is in milliseconds; `at` is "", "start", "end" or the time.
    """

    start: int
    end: int
    metric: str
    matchers: tuple[Matcher, ...]
    name: int
    brace: int
    range: int = 0
    offset: int = 0
    at: str = ""


@dataclass(slots=True)
class Subquery:
    """An expression evaluated over a range; milliseconds, `step` 0 is Prometheus' default."""

    start: int
    end: int
    inner: Node
    range: int
    step: int
    offset: int = 0
    at: str = ""


@dataclass(slots=True)
class Call:
    """A function call."""

    start: int
    end: int
    name: str
    args: tuple[Node, ...]


@dataclass(slots=True)
class Aggregate:
    """
    An aggregation; `grouping` is "by", "without" or "" and `args` end with the series.

    The parameter of topk, quantile, count_values and their like stands before it.
    """

    start: int
    end: int
    op: str
    grouping: str
    labels: tuple[str, ...]
    args: tuple[Node, ...]


@dataclass(slots=True)
class Binary:
    """
    Two operands; `at` is the operator's token.

    `matching` is "on", "ignoring" or "", `group` is "left", "right" or "", and
    `include` are the labels in the brackets of group_left or group_right.
    """

    start: int
    end: int
    op: str
    at: int
    left: Node
    right: Node
    is_bool: bool = False
    matching: str = ""
    labels: tuple[str, ...] = ()
    group: str = ""
    include: tuple[str, ...] = ()


@dataclass(slots=True)
class Unary:
    """A sign before an operand."""

    start: int
    end: int
    sign: str
    inner: Node


@dataclass(slots=True)
class Paren:
    """An operand in round brackets."""

    start: int
    end: int
    inner: Node


Node = Number | String | Selector | Subquery | Call | Aggregate | Binary | Unary | Paren


def walk(node: Node) -> Iterator[Node]:
    """Give every part of a tree, itself first."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        if isinstance(one, Paren | Unary | Subquery):
            waiting.append(one.inner)
        elif isinstance(one, Call | Aggregate):
            waiting.extend(one.args)
        elif isinstance(one, Binary):
            waiting += (one.left, one.right)
