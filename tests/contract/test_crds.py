"""The committed CRDs: generated, bounded, described, small, and with the promised list types."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tocsin.api.crd import CATEGORY, MAX_BYTES
from tocsin.api.kinds import KINDS, Kind
from tocsin.cli.crds import HEADER, crd_text, file_name

CRDS = Path(__file__).parent.parent.parent / "crds"
Schema = dict[str, Any]


def read(kind: Kind) -> Schema:
    document: Schema = yaml.safe_load((CRDS / file_name(kind)).read_text(encoding="utf-8"))
    return document


def version(kind: Kind) -> Schema:
    [found] = read(kind)["spec"]["versions"]
    return dict(found)


def nodes(schema: Schema, path: str) -> Iterator[tuple[str, Schema]]:
    yield path, schema
    for name, one in schema.get("properties", {}).items():
        yield from nodes(one, f"{path}.{name}")
    if "items" in schema:
        yield from nodes(schema["items"], f"{path}[]")
    if "additionalProperties" in schema:
        yield from nodes(schema["additionalProperties"], f"{path}.*")


def all_nodes(kind: Kind) -> list[tuple[str, Schema]]:
    root = version(kind)["schema"]["openAPIV3Schema"]["properties"]
    return [*nodes(root["spec"], "spec"), *nodes(root["status"], "status")]


every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)


@every_kind
def test_committed_is_generated(kind: Kind) -> None:
    committed = (CRDS / file_name(kind)).read_text(encoding="utf-8")
    assert committed == crd_text(kind), "run `make crds`"
    assert committed.startswith(HEADER)


def test_there_are_no_other_files() -> None:
    assert {path.name for path in CRDS.glob("*.yaml")} - {"kustomization.yaml"} == {
        file_name(kind) for kind in KINDS
    }


@every_kind
def test_size(kind: Kind) -> None:
    assert len((CRDS / file_name(kind)).read_bytes()) <= MAX_BYTES


@every_kind
def test_names(kind: Kind) -> None:
    names = read(kind)["spec"]["names"]
    assert names["shortNames"] == [kind.short_name]
    assert names["categories"] == [CATEGORY]
    assert names["plural"] == kind.plural


@every_kind
def test_everything_is_bounded(kind: Kind) -> None:
    for path, schema in all_nodes(kind):
        if schema.get("x-kubernetes-int-or-string"):
            assert {"minimum", "maximum", "maxLength", "pattern"} <= set(schema), path
            continue
        match schema["type"]:
            case "string":
                assert "enum" in schema or "maxLength" in schema, path
            case "array":
                assert "maxItems" in schema, path
                assert "x-kubernetes-list-type" in schema, path
            case "integer":
                assert {"minimum", "maximum"} <= set(schema), path
            case "object":
                assert "properties" in schema or "maxProperties" in schema, path
                assert not {"properties", "additionalProperties"} <= set(schema), path
            case other:
                assert other == "boolean", path


@every_kind
def test_descriptions_begin_with_the_field(kind: Kind) -> None:
    fields = [
        (path, schema)
        for path, schema in all_nodes(kind)
        if not path.endswith(("[]", ".*")) and path not in {"spec", "status"}
    ]
    assert fields
    for path, schema in fields:
        assert re.match(rf"{path.rsplit('.', 1)[-1]}\b", schema["description"]), path
        assert schema["description"].endswith("."), path


@every_kind
def test_there_is_one_default_and_it_is_for_ever(kind: Kind) -> None:
    defaults = {path: one["default"] for path, one in all_nodes(kind) if "default" in one}
    assert defaults == {"status": {"observedGeneration": -1}}


LIST_TYPES = {
    "levels": ("map", ["severity"]),
    "tests": ("map", ["name"]),
    "headers": ("map", ["name"]),
    "conditions": ("map", ["type"]),
    "groupBy": ("set", None),
    "equal": ("set", None),
}


@every_kind
def test_list_types(kind: Kind) -> None:
    for path, schema in all_nodes(kind):
        if schema.get("type") == "array":
            name = path.rsplit(".", 1)[-1]
            found = (schema["x-kubernetes-list-type"], schema.get("x-kubernetes-list-map-keys"))
            assert found == LIST_TYPES.get(name, ("atomic", None)), path


def test_recursion_references_and_open_parts_do_not_occur() -> None:
    text = "".join(crd_text(kind) for kind in KINDS)
    for word in ("$ref", "preserve-unknown-fields", "const:", "nullable", "&id", "oneOf"):
        assert word not in text, word


@every_kind
def test_columns_read_fields_that_exist(kind: Kind) -> None:
    paths = {path for path, _ in all_nodes(kind)}
    for column in version(kind)["additionalPrinterColumns"]:
        if column["jsonPath"].startswith(".status.conditions"):
            assert re.fullmatch(
                r'\.status\.conditions\[\?\(@\.type=="\w+"\)\]\.(status|reason)', column["jsonPath"]
            )
        elif column["jsonPath"] != ".metadata.creationTimestamp":
            assert column["jsonPath"].removeprefix(".") in paths


@every_kind
def test_the_status_is_a_sub_resource(kind: Kind) -> None:
    assert version(kind)["subresources"] == {"status": {}}
