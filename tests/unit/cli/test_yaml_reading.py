"""Reading anybody's YAML: as Kubernetes reads it, and within bounds."""

from __future__ import annotations

import json
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.cli.yaml_reading import MAX_BYTES, MalformedError, read_documents


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-09-20", "2026-09-20"),
        ("2026-09-20T08:01:12Z", "2026-09-20T08:01:12Z"),
        ("1:30", "1:30"),
        ("5m", "5m"),
        ("5%", "5%"),
        ("=", "="),
        ("0.05", 0.05),
        ("1e3", 1000.0),
        ("15", 15),
        ("-15", -15),
        ("0x1f", 31),
        ("yes", True),
        ("on", True),
        ("~", None),
        ("", None),
        ('"5"', "5"),
        ("1_000", "1_000"),
        ("99999999999999999999", 1e20),
        ("{1: a, true: b}", {"1": "a", "true": "b"}),
        ("{<<: {a: 1, b: 2}, b: 3}", {"a": 1, "b": 3}),
    ],
)
def test_scalars(text: str, value: object) -> None:
    (found,) = read_documents(f"x: {text}\n".encode())
    assert found == {"x": value}
    assert type(found["x"]) is type(value)


@given(st.binary(max_size=64) | st.text(alphabet="[]{}:-?&*!|>'\"%@`, \n\tab1", max_size=64))
def test_nothing_but_malformed_is_raised(given_data: bytes | str) -> None:
    data = given_data.encode() if isinstance(given_data, str) else given_data
    for is_json in (False, True):
        with suppress(MalformedError):
            read_documents(data, is_json=is_json)


json_values = st.recursive(
    st.text() | st.integers(-(10**6), 10**6) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(json_values)
def test_json_files_are_read_as_json(value: object) -> None:
    assert read_documents(json.dumps(value).encode(), is_json=True) == [value]


def test_a_file_has_a_largest_size() -> None:
    with pytest.raises(MalformedError, match="is larger than"):
        read_documents(b"#" * (MAX_BYTES + 1))


def test_a_billion_laughs_are_refused_at_once() -> None:
    """S08: within 100 ms, whatever it would unfold to."""
    lines = ["a0: &a0 [x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    start = time.process_time()
    with pytest.raises(MalformedError, match="unfold"):
        read_documents("\n".join(lines).encode())
    assert time.process_time() - start < 0.1


def test_merges_of_merges_stay_small() -> None:
    lines = ["a0: &a0 {x: 1, y: 2}"]
    lines += [
        f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}], z: {n}}}" for n in range(1, 30)
    ]
    (document,) = read_documents("\n".join(lines).encode())
    assert document["a29"] == {"x": 1, "y": 2, "z": 29}


def test_a_merge_gives_way_to_what_stands_beside_it() -> None:
    text = b"one: &one {a: 1, b: 1}\ntwo: &two {b: 2, c: 2}\nall: {<<: [*one, *two], c: 3}\n"
    assert read_documents(text)[0]["all"] == {"a": 1, "b": 1, "c": 3}


def test_a_long_chain_of_aliases_is_refused() -> None:
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 300))]
    with pytest.raises(MalformedError, match="nest deeper than"):
        read_documents("\n".join(lines).encode())


def test_a_merge_into_itself_ends() -> None:
    assert read_documents(b"a: &a {<<: *a, b: 1}") == [{"a": {"b": 1}}]


def test_deep_but_harmless_nesting_is_read() -> None:
    assert read_documents(b"x: " + b"[" * 90 + b"]" * 90)
    expression = "(" * 500 + "up" + "[5m]" * 300
    assert read_documents(f'x: "{expression}"'.encode()) == [{"x": expression}]


def test_json_keys_stand_once() -> None:
    with pytest.raises(MalformedError, match="the key 'expr' stands twice"):
        read_documents(b'{"spec": {"expr": "up", "expr": "down"}}', is_json=True)
