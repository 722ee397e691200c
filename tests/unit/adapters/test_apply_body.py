"""The body of an apply: JSON that YAML reads as the same document."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tocsin.adapters.cluster import encode

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


@given(text=ANY_TEXT)
def test_json_reads_it_back(text: str) -> None:
    assert json.loads(encode({"spec": {text: text}})) == {"spec": {text: text}}


@given(text=ANY_TEXT)
def test_yaml_reads_it_back(text: str) -> None:
    assert yaml.safe_load(encode({"spec": text})) == {"spec": text}


@pytest.mark.parametrize("text", ["🚨", "\u2028", "\x85", "\ufeff", "\x7f", "\uffff", "\\🚨\\\x85"])
def test_what_broke_before(text: str) -> None:
    body = encode({"spec": text})
    assert b"\\ud8" not in body, "YAML knows no surrogate pairs"
    assert yaml.safe_load(body) == {"spec": text}
