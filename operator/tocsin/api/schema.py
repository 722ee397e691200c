"""
Models to structural schemas, as Kubernetes wants them (OpenAPI v3, nothing else).

Written from the models themselves and not from `model_json_schema`, which is not
structural: no references, no null branches, no `const`; every string, list and map has
a bound and every property a description, or the generator refuses (CEL's cost budget
and the reader need them). Nothing has a default: a default that changes later would
alter stored objects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Union

from pydantic.fields import FieldInfo

from tocsin.api.checks.rule import Rule
from tocsin.api.descriptions import describe_fields, describe_model
from tocsin.api.meta import KubeModel
from tocsin.api.shape import Shape, shape_of, shape_of_field

Schema = dict[str, Any]
Rules = Mapping[type[KubeModel], Sequence[Rule]]

_NUMERIC = {"ge": "minimum", "le": "maximum"}
_EXCLUSIVE = {"gt": ("minimum", "exclusiveMinimum"), "lt": ("maximum", "exclusiveMaximum")}


class SchemaError(Exception):
    """A model says less than a CRD must: the place and what is missing."""


class SchemaWriter:
    """Writes the schema of a model, with the CEL of the rules that belong to it."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    def model(self, model: type[KubeModel], place: str, description: str = "") -> Schema:
        """Write an object's schema; `place` names it in errors."""
        model.model_rebuild()
        texts = describe_fields(model)
        properties: Schema = {}
        required: list[str] = []
        for attribute, info in model.model_fields.items():
            name = info.alias or attribute
            text = texts.get(attribute, "")
            if not text.startswith(name):
                raise SchemaError(f"{place}.{name}: the description must begin with {name!r}")
            properties[name] = self._field(info, f"{place}.{name}", text)
            if info.is_required():
                required.append(name)
        schema: Schema = {
            "description": description or describe_model(model),
            "type": "object",
            "properties": properties,
        }
        if required:
            schema["required"] = required
        if validations := _validations(self._rules.get(model, ())):
            schema["x-kubernetes-validations"] = validations
        return schema

    def _field(self, info: FieldInfo, place: str, description: str) -> Schema:
        return {"description": description} | self._shape(shape_of_field(info), place, description)

    def _shape(self, shape: Shape, place: str, description: str = "") -> Schema:
        if shape.model is not None:
            return self.model(shape.model, place, description)
        if shape.type is list:
            return self._list(shape, place)
        if shape.type is dict:
            return self._map(shape, place)
        write = _SCALARS.get(shape.type)
        if write is None:
            raise SchemaError(f"{place}: a {shape.type} has no structural schema")
        return write(shape, place)

    def _list(self, shape: Shape, place: str) -> Schema:
        item = self._shape(shape_of(shape.arguments[0]), f"{place}[]")
        return {
            "type": "array",
            "items": item,
            **_sizes(shape, place, "Items"),
            **({"x-kubernetes-list-type": "atomic"} | _extra(shape)),
        }

    def _map(self, shape: Shape, place: str) -> Schema:
        key, value = (shape_of(one) for one in shape.arguments)
        # A structural schema cannot bound keys; the rule does, so that CEL can reckon with it.
        longest = _note(key, "max_length")
        if longest is None:
            raise SchemaError(f"{place}: the map's keys have no largest length")
        return {
            "type": "object",
            "additionalProperties": self._shape(value, f"{place}.*"),
            **_sizes(shape, place, "Properties"),
            "x-kubernetes-validations": [_key_rule(key, int(longest))],
        }


def _key_rule(key: Shape, longest: int) -> Schema:
    rule = f"self.all(name, name.size() <= {longest})"
    message = f"a name is longer than {longest} characters; shorten it"
    if key.pattern is not None:
        pattern = key.pattern.replace("\\", "\\\\").replace("'", "\\'")
        rule = f"self.all(name, name.size() <= {longest} && name.matches('{pattern}'))"
        message = "a name holds what it may not; use letters, digits and _, and no digit first"
    return {"rule": rule, "message": message}


def _validations(rules: Sequence[Rule]) -> list[Schema]:
    return [
        {"rule": rule.cel, "message": rule.message}
        | ({"fieldPath": f".{rule.field}"} if rule.field else {})
        for rule in rules
        if rule.cel
    ]


def _int_or_string(shape: Shape, place: str) -> Schema:
    branches = {branch.type: branch for branch in map(shape_of, shape.arguments)}
    if set(branches) != {int, str}:
        raise SchemaError(f"{place}: only a whole number or a string can be united")
    # The API server knows this one form, and applies each bound to the type it fits.
    return {
        "x-kubernetes-int-or-string": True,
        "anyOf": [{"type": "integer"}, {"type": "string"}],
        **_numeric(branches[int], place),
        **_textual(branches[str], place),
    }


def _words(shape: Shape, _: str) -> Schema:
    return {"type": "string", "enum": list(shape.arguments)}


def _string(shape: Shape, place: str) -> Schema:
    return {"type": "string", **_textual(shape, place), **_extra(shape)}


def _integer(shape: Shape, place: str) -> Schema:
    return {"type": "integer", "format": "int64", **_numeric(shape, place)}


def _numeric(shape: Shape, place: str) -> Schema:
    found: Schema = {}
    for note in shape.metadata:
        for name, keyword in _NUMERIC.items():
            if (bound := getattr(note, name, None)) is not None:
                found[keyword] = bound
        for name, (keyword, exclusive) in _EXCLUSIVE.items():
            if (bound := getattr(note, name, None)) is not None:
                found |= {keyword: bound, exclusive: True}
    if not {"minimum", "maximum"} <= set(found):
        raise SchemaError(f"{place}: a number needs a smallest and a largest value")
    return found


def _textual(shape: Shape, place: str) -> Schema:
    longest = _note(shape, "max_length")
    if longest is None:
        raise SchemaError(f"{place}: a string needs a largest length")
    found: Schema = {"maxLength": longest}
    if shortest := _note(shape, "min_length"):
        found["minLength"] = shortest
    if shape.pattern is not None:
        found["pattern"] = shape.pattern
    return found


def _sizes(shape: Shape, place: str, suffix: str) -> Schema:
    most = _note(shape, "max_length")
    if most is None:
        raise SchemaError(f"{place}: a list or map needs a largest number of entries")
    found: Schema = {f"max{suffix}": most}
    if least := _note(shape, "min_length"):
        found[f"min{suffix}"] = least
    return found


def _note(shape: Shape, name: str) -> int | None:
    """Give the last bound of this name that was annotated."""
    values = [value for one in shape.metadata if (value := getattr(one, name, None)) is not None]
    return values[-1] if values else None


def _extra(shape: Shape) -> Schema:
    found: Schema = {}
    for note in shape.metadata:
        extra = getattr(note, "json_schema_extra", None)
        if isinstance(extra, dict):
            found |= extra
    return found


_SCALARS: dict[Any, Callable[[Shape, str], Schema]] = {
    Union: _int_or_string,
    Literal: _words,
    bool: lambda _shape, _place: {"type": "boolean"},
    int: _integer,
    str: _string,
}
