"""
Where a path leads in the models: which model, which field, which type.

Read by the CRD generator and by error messages, never on the way of a good object.
"""

from __future__ import annotations

import types
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from tocsin.api.meta import KubeModel

Step = int | str


@dataclass(frozen=True, slots=True)
class Shape:
    """
    A type without its wrappers: what it is, and what was annotated about it.

    `type` is a model, a plain type, `list`, `dict`, or `Literal`; `arguments` are the
    item of a list, key and value of a map, the words of a Literal, or the branches
    of a union (then `type` is `Union`).
    """

    type: Any
    arguments: tuple[Any, ...] = ()
    metadata: tuple[Any, ...] = field(default=(), hash=False)

    @property
    def pattern(self) -> str | None:
        """The regular expression that a string must match, where there is one."""
        found = [one.pattern for one in self.metadata if getattr(one, "pattern", None)]
        return str(found[-1]) if found else None

    @property
    def model(self) -> type[KubeModel] | None:
        """The model, where this is one."""
        return self.type if is_model(self.type) else None


def is_model(candidate: Any) -> bool:
    """Tell whether a type is one of our models."""
    return isinstance(candidate, type) and issubclass(candidate, KubeModel)


def shape_of(annotation: Any, metadata: Sequence[Any] = ()) -> Shape:
    """Unwrap `Annotated` and `| None`, keeping what they say."""
    notes = list(metadata)
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation, *more = get_args(annotation)
            notes[:0] = [note for one in more for note in _notes(one)]
        elif origin in {Union, types.UnionType}:
            branches = [one for one in get_args(annotation) if one is not types.NoneType]
            if len(branches) > 1:
                return Shape(Union, tuple(branches), tuple(notes))
            annotation = branches[0]
        else:
            break
    if origin is tuple:
        return Shape(list, (get_args(annotation)[0],), tuple(notes))
    if origin is dict:
        return Shape(dict, get_args(annotation), tuple(notes))
    if origin is Literal:
        return Shape(Literal, get_args(annotation), tuple(notes))
    return Shape(annotation, (), tuple(notes))


def shape_of_field(info: FieldInfo) -> Shape:
    """Give the shape of a model's field."""
    return shape_of(info.annotation, (*info.metadata, info))


def fields_of(model: type[KubeModel]) -> dict[str, FieldInfo]:
    """Give a model's fields by the names that the API has for them."""
    model.model_rebuild()
    return {info.alias or name: info for name, info in model.model_fields.items()}


def shape_at(model: type[KubeModel], path: Sequence[Step]) -> Shape | None:
    """Follow a path through models, lists and maps; None where it leads nowhere."""
    shape = Shape(model)
    for step in path:
        following = _next(shape, step)
        if following is None:
            return None
        shape = following
    return shape


def _next(shape: Shape, step: Step) -> Shape | None:
    if shape.model is not None:
        info = fields_of(shape.model).get(str(step))
        return None if info is None else shape_of_field(info)
    if shape.type in {list, dict}:
        return shape_of(shape.arguments[-1])
    return None


def _notes(note: Any) -> tuple[Any, ...]:
    if isinstance(note, FieldInfo):
        return (*note.metadata, note)
    return (note,)
