"""The laws of `tests.fuzz`, tried with hypothesis: a little of what `make fuzz` does for long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fuzz.found import FOUND
from tests.fuzz.targets import TARGETS, Target

NAMES = sorted(TARGETS)


def pieces(target: Target) -> st.SearchStrategy[bytes]:
    """Texts of known words, of parts of good texts, and of anything."""
    seeds = [text for text in target.seeds() if text]
    cut = st.tuples(st.sampled_from(seeds), st.integers(0, 60), st.integers(1, 60)).map(
        lambda one: one[0][one[1] % len(one[0]) :][: one[2]]
    )
    any_text = st.text(max_size=8)
    parts = st.one_of(st.sampled_from(target.words), st.sampled_from(seeds), cut, any_text)
    return st.lists(parts, max_size=8).map(lambda texts: "".join(texts).encode("utf-8", "replace"))


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_what_is_almost_good_keeps_the_law(name: str, data: st.DataObject) -> None:
    TARGETS[name].run(data.draw(pieces(TARGETS[name])))


@pytest.mark.parametrize("name", NAMES)
@given(raw=st.binary(max_size=200))
def test_any_bytes_keep_the_law(name: str, raw: bytes) -> None:
    TARGETS[name].run(raw)


@pytest.mark.parametrize("name", NAMES)
def test_every_seed_keeps_the_law(name: str) -> None:
    target = TARGETS[name]
    for text in target.seeds():
        target.run(text.encode())


@pytest.mark.parametrize(("name", "raw"), FOUND)
def test_what_was_found_once_is_mended(name: str, raw: bytes) -> None:
    TARGETS[name].run(raw)
