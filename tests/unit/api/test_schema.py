"""The generator refuses a model that says less than a CRD must."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import Field, StringConstraints

from tocsin.api.checks.rule import Rule
from tocsin.api.meta import KubeModel
from tocsin.api.schema import SchemaError, SchemaWriter

Short = Annotated[str, StringConstraints(max_length=8)]


class UnboundedString(KubeModel):
    """A part."""

    name: str
    """name of the part."""


class UnboundedList(KubeModel):
    """A part."""

    names: tuple[Short, ...]
    """names of the part."""


class UnboundedItem(KubeModel):
    """A part."""

    names: Annotated[tuple[str, ...], Field(max_length=3)]
    """names of the part."""


class UnboundedMap(KubeModel):
    """A part."""

    names: dict[Short, Short]
    """names of the part."""


class UnboundedKey(KubeModel):
    """A part."""

    names: Annotated[dict[str, Short], Field(max_length=3)]
    """names of the part."""


class UnboundedNumber(KubeModel):
    """A part."""

    size: Annotated[int, Field(ge=0)]
    """size of the part."""


class Fraction(KubeModel):
    """A part."""

    size: float
    """size of the part."""


class Open(KubeModel):
    """A part."""

    anything: Annotated[dict[Short, object], Field(max_length=3)]
    """anything goes."""


class Undescribed(KubeModel):
    """A part."""

    name: Short


class BadlyDescribed(KubeModel):
    """A part."""

    name: Short
    """The name."""


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (UnboundedString, r"part\.name: a string needs a largest length"),
        (UnboundedList, r"part\.names: a list or map needs a largest number of entries"),
        (UnboundedItem, r"part\.names\[\]: a string needs a largest length"),
        (UnboundedMap, r"part\.names: a list or map needs a largest number of entries"),
        (UnboundedKey, r"part\.names: the map's keys have no largest length"),
        (UnboundedNumber, r"part\.size: a number needs a smallest and a largest value"),
        (Fraction, r"part\.size: a <class 'float'> has no structural schema"),
        (Open, r"part\.anything\.\*: a <class 'object'> has no structural schema"),
        (Undescribed, r"part\.name: the description must begin with 'name'"),
        (BadlyDescribed, r"part\.name: the description must begin with 'name'"),
    ],
)
def test_what_has_no_bound_or_description_is_refused(model: type[KubeModel], says: str) -> None:
    with pytest.raises(SchemaError, match=says):
        SchemaWriter({}).model(model, "part")


class Good(KubeModel):
    """A part."""

    size: Annotated[int, Field(gt=0, le=5)]
    """size of the part."""
    name: Short | None = None
    """name of the part."""


def test_the_form_is_structural() -> None:
    rule = Rule(lambda _: True, "name it", "name", "has(self.name)")
    silent = Rule(lambda _: True, "said in status alone")
    schema = SchemaWriter({Good: (rule, silent)}).model(Good, "part")
    assert schema == {
        "description": "A part.",
        "type": "object",
        "properties": {
            "size": {
                "description": "size of the part.",
                "type": "integer",
                "format": "int64",
                "minimum": 0,
                "exclusiveMinimum": True,
                "maximum": 5,
            },
            "name": {"description": "name of the part.", "type": "string", "maxLength": 8},
        },
        "required": ["size"],
        "x-kubernetes-validations": [
            {"rule": "has(self.name)", "message": "name it", "fieldPath": ".name"}
        ],
    }
