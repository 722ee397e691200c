"""Places in files: of fields, and of characters inside of texts, however YAML writes them."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tocsin.cli.sources import Object, Source, objects_in
from tocsin.cli.yaml_reading import read_documents
from tocsin.cli.yaml_split import split

EXPRESSION = 'sum(a)\n  + sum(\n    it\'s "b"\n  )\n'
FORMS = {
    "literal": 'spec:\n  expr: |\n    sum(a)\n      + sum(\n        it\'s "b"\n      )\n',
    "literal with an indent": 'spec:\n  expr: |2\n    sum(a)\n      + sum(\n        it\'s "b"\n',
    "literal at the end": 'spec:\n  expr: |-\n    sum(a)\n      + sum(\n        it\'s "b"',
    "folded": 'spec:\n  expr: >\n    sum(a)\n    + sum(\n    it\'s "b"\n    )\n',
    "plain": 'spec:\n  expr: sum(a)\n    + sum(\n    it\'s "b" )\n',
    "single": "spec:\n  expr: 'sum(a)\n    + sum(\n    it''s \"b\" )'\n",
    "double": 'spec:\n  expr: "sum(a)\\n\\\n    + sum(\\t\\x20\n    it\'s \\"b\\" )"\n',
    "one line": 'spec: {expr: "sum(a) + sum( it\'s \\"b\\")"}\n',
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_place_inside_of_a_text(form: str, ending: str) -> None:
    data = ("# ä comment\n---\nkind: x\n" + FORMS[form]).replace("\n", ending).encode()
    (found,) = objects_in([Source("x", data)])
    assert isinstance(found, Object)
    text = found.document["spec"]["expr"]
    for word in ("sum(a)", "it's", '"b"'):
        position = found.place.position("spec.expr", (text.index(word), len(word)))
        line = data.decode().split("\n")[position.line - 1]
        shown = line[position.column - 1 : position.column - 1 + position.length]
        assert shown.replace("''", "'").replace("\\", "") == word


def test_a_line_and_column_of_the_text_lead_to_the_file() -> None:
    text = f"kind: x\n{FORMS['literal']}"
    (found,) = objects_in([Source("x", text.encode())])
    assert isinstance(found, Object)
    position = found.place.in_text("spec.expr", 3, 5)
    assert text.split("\n")[position.line - 1][position.column - 1 :].startswith("it's")


def test_fields_keys_lists_and_what_is_missing() -> None:
    text = "kind: x\nspec:\n  a:\n  - {b: 1}\n  - b: 2\n    c: 3\n"
    (found,) = objects_in([Source("x", text.encode())])
    assert isinstance(found, Object)
    places = {
        path: (position.line, position.column)
        for path in ("", "spec", "spec.a[1].c", "spec.a[0]", "spec.a[7]", "spec.zzz.b")
        for position in [found.place.position(path)]
    }
    assert places == {
        "": (1, 1),
        "spec": (2, 1),
        "spec.a[1].c": (6, 5),
        "spec.a[0]": (4, 5),
        "spec.a[7]": (3, 3),
        "spec.zzz.b": (2, 1),
    }


lines = st.sampled_from(
    ["a: 1", "b: [x,", "  y]", "---", "--- {c: 2}", "# c", "", "- |", " ---", "'", '"', "...", "%A",
     "e: |", "  f", "---x", "\ufeff", "--- |", "\ta: b"]
)  # fmt: skip


@given(st.lists(lines, max_size=12), st.sampled_from(["\n", "\r\n", "\r"]))
def test_a_file_cut_into_documents_says_what_the_whole_says(parts: list[str], ending: str) -> None:
    data = ending.join(parts).encode()
    try:
        whole = list(yaml.safe_load_all(data))
    except yaml.YAMLError:
        return
    pieces = split(data)
    assert b"".join(one.data for one in pieces) == data or not whole or pieces
    assert [one for piece in pieces for one in yaml.safe_load_all(piece.data)] == whole
    for piece in pieces:
        assert data.split(b"\n")[piece.lines_before] == piece.data.split(b"\n")[0]


@given(st.text(max_size=40).filter(lambda text: not text.isspace() and text.isprintable()))
def test_any_text_in_json_is_found(text: str) -> None:
    if not text:
        return
    data = json.dumps({"kind": "x", "spec": {"expr": text}}, ensure_ascii=False).encode()
    assert read_documents(data)
    (found,) = objects_in([Source("x", data)])
    assert isinstance(found, Object)
    offset = next(index for index, one in enumerate(text) if not one.isspace())
    position = found.place.position("spec.expr", (offset, 1))
    shown = data.decode()[position.column - 1 : position.column - 1 + position.length]
    assert json.loads(f'"{shown}"') == text[offset]
