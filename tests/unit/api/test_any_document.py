"""Whatever stands in a document: a spec or a rejection comes out, never an exception."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.contract.examples import valid_examples

from tocsin.api.kinds import BY_KIND
from tocsin.api.meta import ObjectRef
from tocsin.api.parse import _parser, parse_resource, parse_spec
from tocsin.api.problem import Rejection
from tocsin.api.shape import fields_of

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
ODD = st.sampled_from(
    [
        "\n",
        "a\nb: c",
        "{{ . }}",
        "\x00",
        "\u202egnp",
        "---",
        "- x",
        "#",
        "%7B%7B",
        "\ud800",
        "é" * 300,
    ]
)


@pytest.mark.parametrize("kind", BY_KIND)
def test_any_values_in_known_fields(kind: str) -> None:
    names = sorted(fields_of(_parser(kind)[0]))

    @given(st.dictionaries(st.sampled_from(names) | st.text(), VALUES | ODD, max_size=4))
    @settings(max_examples=50, deadline=None)
    def judge(spec: dict[str, Any]) -> None:
        found = parse_spec(ObjectRef(kind, "shop", "x"), spec)
        if isinstance(found, Rejection):
            assert found.problems
            assert found.message.isprintable()

    judge()


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    entries = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    below = [place for key, one in entries for place in places(one, (*path, key))]
    return [*below, path] if path else below


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


@pytest.mark.parametrize("document", valid_examples().values(), ids=valid_examples())
def test_odd_values_in_the_place_of_good_ones(document: dict[str, Any]) -> None:
    spots = places(document["spec"])

    @given(st.sampled_from(spots), ODD | SCALARS)
    @settings(max_examples=8, deadline=None)
    def judge(place: tuple[Any, ...], new: Any) -> None:
        found = parse_resource(document | {"spec": replaced(document["spec"], place, new)})
        if isinstance(found, Rejection):
            assert found.message.isprintable()

    judge()


def test_keys_that_are_no_strings_are_refused() -> None:
    """YAML reads `on:` as true and `1:` as a number."""
    ref = ObjectRef("AlertRule", "shop", "x")
    for spec in ({"expr": "up", True: 1}, {"expr": "up", 7: 2}, {"expr": "up", "labels": {1: "a"}}):
        assert isinstance(parse_spec(ref, cast("dict[str, Any]", spec)), Rejection)
