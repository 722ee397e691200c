"""
CRDs to JSON Schemas, for editors and for offline validators such as kubeconform.

The same models speak as in the cluster. What JSON Schema cannot say (the CEL rules, the
meaning) is left to `tocsin lint`; what a structural schema cannot say, that an unknown
field is a mistake, is said here: in an editor it mostly is a typing error.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tocsin.api.crd import crd_document
from tocsin.api.kinds import Kind
from tocsin.api.schema import Schema

DIALECT = "http://json-schema.org/draft-07/schema#"
"""Draft 7: what yaml-language-server and kubeconform read best."""

_METADATA: Schema = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 253},
        "namespace": {"type": "string", "maxLength": 63},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "annotations": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
_BOUNDS = (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum"))


def json_schema(kind: Kind) -> Schema:
    """Give the schema of one kind's objects as users write them."""
    (version,) = crd_document(kind)["spec"]["versions"]
    whole = version["schema"]["openAPIV3Schema"]
    return {
        "$schema": DIALECT,
        "title": kind.kind,
        "description": whole["description"],
        "type": "object",
        "required": ["apiVersion", "kind", "metadata", "spec"],
        "additionalProperties": False,
        "properties": {
            "apiVersion": {"const": f"{kind.group}/{kind.version}"},
            "kind": {"const": kind.kind},
            "metadata": _METADATA,
            "spec": _translated(whole["properties"]["spec"]),
            "status": {"type": "object"},
        },
    }


def combined_schema(kinds: Iterable[Kind]) -> Schema:
    """
    Give one schema for files that hold any of the kinds, and other objects beside them.

    An `if` for each kind, and not one `oneOf`: the message is then about the kind that
    was meant.
    """
    return {
        "$schema": DIALECT,
        "title": "Tocsin",
        "type": "object",
        "allOf": [{"if": _is_a(kind), "then": json_schema(kind)} for kind in kinds],
    }


def file_name(kind: Kind) -> str:
    """Give the path under which kubeconform and the CRD catalogues look for a schema."""
    return f"{kind.group}/{kind.kind.lower()}_{kind.version}.json"


def _is_a(kind: Kind) -> Schema:
    return {
        "required": ["apiVersion", "kind"],
        "properties": {
            "apiVersion": {"pattern": f"^{kind.group.replace('.', '[.]')}/"},
            "kind": {"const": kind.kind},
        },
    }


def _translated(schema: Schema) -> Schema:
    """Write a structural schema in draft 7; Kubernetes' own keywords go."""
    found: Schema = {}
    for name, value in schema.items():
        if name.startswith("x-kubernetes-") or name == "format":
            continue
        found[name] = _member(name, value)
    for bound, exclusive in _BOUNDS:
        if found.pop(exclusive, False):
            found[exclusive] = found.pop(bound)
    if "properties" in found:
        found["additionalProperties"] = False
    if schema.get("x-kubernetes-list-type") == "set":
        found["uniqueItems"] = True
    return found


def _member(name: str, value: Any) -> Any:
    if name == "properties":
        return {key: _translated(one) for key, one in value.items()}
    if name in {"items", "additionalProperties"}:
        return _translated(value)
    if name == "anyOf":
        return [_translated(one) for one in value]
    return value
