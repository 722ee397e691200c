"""Tenancy: what is confined reads one namespace, whatever was written, and is not widened."""

from __future__ import annotations

import promql_parser
import pytest
from hypothesis import given, settings
from tests.unit.promql.expressions import VALID
from tests.unit.promql.generated import EXPRESSIONS
from tests.unit.promql.test_grammar import native, ours

from tocsin.promql.confined import Confined, confined_of
from tocsin.promql.grammar import read_tree
from tocsin.promql.nodes import Matcher, Selector, walk
from tocsin.promql.parse import judge
from tocsin.promql.tenancy import confine
from tocsin.promql.tokens import tokenize
from tocsin.promql.verdict import Outcome

OWN = Matcher("namespace", "=", "shop")
ALL_VALID = [text for texts in VALID.values() for text in texts]
REFUSED = {
    'up{namespace="payments"}': 'namespace="payments" leaves out shop',
    'up{"namespace"="payments"}': "leaves out shop",
    'up{namespace=""}': "leaves out shop",
    'up{namespace!="shop"}': "leaves out shop",
    'up{namespace=~"pay.*|admin"}': "leaves out shop",
    'up{namespace!~"s.*"}': "leaves out shop",
    'up == 1 or sum(rate(x{namespace="b"}[5m]))': "line 1, column 21",
    "info(up)": "group_left",
    'info(up, {data="x"})': "group_left",
    'label_replace(up, "namespace", "x", "", "")': "may not be written",
    'label_replace(up, ("namespace"), "x", "", "")': "may not be written",
    'label_join(up, `namespace`, "-", "a")': "may not be written",
    'count_values("namespace", up)': "may not be written",
    "rate(x[5m+1m])": "too new",
    "x + fill(0) y": "too new",
    "x anchored": "too new",
}
CONFINED = {
    "up": 'up{namespace="shop"}',
    "up{}": 'up{namespace="shop"}',
    'up{namespace="shop"}': 'up{namespace="shop"}',
    'up{namespace=~"s.*", a="b"}': 'up{namespace="shop",namespace=~"s.*", a="b"}',
    'up{namespace!="payments"}': 'up{namespace="shop",namespace!="payments"}',
    '{__name__=~".+"}': '{namespace="shop",__name__=~".+"}',
    '{"my.metric"}': '{namespace="shop","my.metric"}',
    "absent(up)": 'absent(up{namespace="shop"})',
    "up # up\n== 0": 'up{namespace="shop"} # up\n== 0',
    'ALERTS{alertstate="firing"}': 'ALERTS{namespace="shop",alertstate="firing"}',
    "max_over_time(sum(rate(x[5m]))[1h:1m] @ end() offset 5m)": (
        'max_over_time(sum(rate(x{namespace="shop"}[5m]))[1h:1m] @ end() offset 5m)'
    ),
    "sum by (namespace) (up) * on (namespace) group_left (owner) owners": (
        'sum by (namespace) (up{namespace="shop"}) * on (namespace) group_left (owner) '
        'owners{namespace="shop"}'
    ),
    "vector(1)": "vector(1)",
    'x{a="{namespace=\\"b\\"}"}': 'x{namespace="shop",a="{namespace=\\"b\\"}"}',
}


@pytest.mark.parametrize(("text", "expected"), CONFINED.items())
def test_the_matcher_joins_those_that_are_there(text: str, expected: str) -> None:
    assert confine(text, "shop") == Confined(expected)


@pytest.mark.parametrize(("text", "said"), REFUSED.items())
def test_what_cannot_be_confined_is_refused(text: str, said: str) -> None:
    found = confine(text, "shop")
    assert found.text == ""
    assert said in found.problem
    assert "enforceNamespace" in found.problem


@pytest.mark.parametrize("namespace", ["", 'a"} or up{x="', "A", "a_b", "a\n", "-a", "a" * 64])
def test_only_a_namespace_is_ever_written(namespace: str) -> None:
    assert confine("up", namespace).text == ""


def check(text: str) -> None:
    """Every selector has the matcher, by both parsers; all else is as it was."""
    found = confine(text, "shop")
    if found.problem:
        assert found.text == ""
        return
    assert judge(found.text).outcome is Outcome.VALID
    before, after = read_tree(tokenize(text)), read_tree(tokenize(found.text))
    assert before is not None
    assert after is not None
    old = [one for one in walk(before) if isinstance(one, Selector)]
    new = [one for one in walk(after) if isinstance(one, Selector)]
    for one, other in zip(old, new, strict=True):
        assert OWN in other.matchers
        assert set(other.matchers) == {*one.matchers, OWN}
        other.matchers = one.matchers
    assert ours(before) == ours(after)
    seen: list[bool] = []

    def visit(node: promql_parser.Expr) -> bool:
        if isinstance(node, promql_parser.VectorSelector):
            seen.append(
                any((m.name, m.value) == ("namespace", "shop") for m in node.matchers.matchers)
            )
        return True

    promql_parser.walk(native(found.text), visit)
    assert len(seen) == len(old)
    assert all(seen)


@pytest.mark.parametrize("text", ALL_VALID)
def test_valid_expressions_are_confined_whole(text: str) -> None:
    check(text)
    assert confine(text, "shop").text


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(EXPRESSIONS)
def test_generated_expressions_are_confined_whole(text: str) -> None:
    if judge(text).outcome is Outcome.VALID:
        check(text)


@settings(max_examples=50, deadline=None)
@given(EXPRESSIONS)
def test_confining_twice_is_confining_once(text: str) -> None:
    once = confine(text, "shop")
    if once.text:
        assert confine(once.text, "shop") == once
        assert "leaves out other" in confine(once.text, "other").problem or once.text == text


def test_a_row_is_read_as_it_was_written() -> None:
    for one in (Confined("up"), Confined(problem="no")):
        assert confined_of(one.row()) == one
