"""
Pydantic's findings in the API's words: the field, the value, the reason, the remedy.

A value is shown only where it cannot be a secret: not inside receivers, headers and
references, and never that of an unknown field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Union

from tocsin.api.meta import KubeModel
from tocsin.api.notification_channel import TYPES
from tocsin.api.problem import Problem, Reason
from tocsin.api.remedy import (
    known_fields,
    nearest,
    place_below,
    remedy_for,
    rewritten,
    secret_of,
    what_is,
)
from tocsin.api.shape import Shape, Step, shape_at, shape_of
from tocsin.api.shown import SHOWN, plain, show

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

_PRIVATE = frozenset(
    {*TYPES, "httpConfig", "headers", "postgres", "redis", "jsonrpc", "url", "static"}
)
"""Places whose values may be secrets, by mistake or not."""
_LISTED = len(TYPES)
"""Fields that a message names, at most: all receivers."""
_BOUNDS = {
    "string_too_long": "is too long, at most {max_length} characters; shorten it",
    "too_long": "is too long, at most {max_length} entries; shorten it",
    "string_too_short": "is empty; write something, or remove the field",
    "too_short": "is empty; add an entry, or remove what stands around it",
    "greater_than_equal": "is too small; write at least {ge}",
    "less_than_equal": "is too large; write at most {le}",
}


def explain(
    error: ValidationError, model: type[KubeModel], value: Any, root: str
) -> tuple[Problem, ...]:
    """
    Turn what pydantic found in a document into problems, each field once.

    `value` is the document that was judged and `root` the path of its top, such as
    `spec`, or "" where it stands by itself.
    """
    found: dict[str, Problem] = {}
    for one in error.errors(include_url=False, include_context=True, include_input=False):
        path = _real_path(one["loc"], value)
        if one["type"] == "too_short" and _value_at(value, path):
            continue  # its entries are told one by one; pydantic counts only the good ones
        problem = _problem(one, model, path, value, root)
        found.setdefault(problem.field, problem)
    return tuple(found.values())


def _problem(
    error: ErrorDetails, model: type[KubeModel], path: Sequence[Step], document: Any, root: str
) -> Problem:
    field = write_path(root, path)
    kind = error["type"]
    if kind == "extra_forbidden":
        message = _unknown(shape_at(model, path[:-1]), str(path[-1]))
    elif kind == "value_error":
        message = plain(str(error.get("ctx", {}).get("error", error["msg"])))
    elif kind == "missing":
        message = _missing(shape_at(model, path), str(path[-1]))
    elif error["loc"] and error["loc"][-1] == "[key]":
        message = _bad_key(shape_at(model, path[:-1]), str(path[-1]))
    else:
        message = _bad_value(error, shape_at(model, path), path, document)
    return Problem(Reason.INVALID_SPEC, field, message)


def _unknown(parent: Shape | None, name: str) -> str:
    shown = show(name)
    if parent is None or parent.model is None:
        return f"there is no field {shown} here; remove it"
    known = known_fields(parent)
    if secret := secret_of(name, known):
        return (
            f"there is no field {shown}, because secrets stand in a Secret; write "
            f"{secret}: {{name: SECRET, key: KEY}}"
        )
    if meant := nearest(name, known):
        return f"there is no field {shown}; did you mean {meant}?"
    if below := place_below(parent, name):
        return f"there is no field {shown} here; it stands in {below}"
    shortened = ", ".join(known[:_LISTED]) + (", ..." if len(known) > _LISTED else "")
    return f"there is no field {shown} here; use one of {shortened}, or remove it"


def _missing(shape: Shape | None, name: str) -> str:
    remedy = remedy_for(shape, name) if shape is not None else f"write {name}"
    return f"is missing; {remedy}"


def _bad_key(parent: Shape | None, name: str) -> str:
    key = _argument(parent, 0)
    remedy = remedy_for(key, "name") if key is not None else "use another name"
    return f"{show(name)} cannot be a name here; {remedy}"


def _bad_value(
    error: ErrorDetails, shape: Shape | None, path: Sequence[Step], document: Any
) -> str:
    value = _value_at(document, path)
    name = next((str(step) for step in reversed(path) if isinstance(step, str)), "spec")
    shown = "" if _is_private(path) else f"{show(value)} "
    context: Mapping[str, Any] = error.get("ctx", {})
    remedy = remedy_for(shape, name) if shape is not None else "write something else"
    if shape is not None and not _is_private(path):
        remedy = rewritten(shape, name, value) or remedy
    kind = error["type"]
    if isinstance(value, float) and shape is not None and shape.type is Union:
        return (
            f"{shown}needs quotes, because the Kubernetes API has no fractions; "
            f'write {name}: "{value}", or a percentage'
        )
    if isinstance(value, str) and _is_name_in_list(shape, path) and not _is_private(path):
        return f"{shown}is only a name; write {name}: [{{name: {plain(value)[:SHOWN]}}}]"
    if kind == "literal_error" and shape is not None:
        meant = nearest(str(value), map(str, shape.arguments))
        return f"{shown}is unknown; {remedy}" + (f" (did you mean {meant}?)" if meant else "")
    if kind == "string_pattern_mismatch" and isinstance(value, str) and value != value.strip():
        return f"{shown}has blanks or a line break around it; {remedy}, on one line"
    words = _BOUNDS.get(kind, f"is not {what_is(shape) if shape else 'allowed here'}; {{remedy}}")
    return shown + words.format(remedy=remedy, **context)


def _is_name_in_list(shape: Shape | None, path: Sequence[Step]) -> bool:
    """Tell whether an object stands in a list that is wanted by its name alone."""
    if shape is None or shape.model is None or not isinstance(path[-1], int):
        return False
    return known_fields(shape)[:1] == ["name"]


def _argument(shape: Shape | None, position: int) -> Shape | None:
    if shape is None or shape.type is not dict:
        return None
    return shape_of(shape.arguments[position])


def _real_path(location: Sequence[Step], document: Any) -> tuple[Step, ...]:
    """Drop pydantic's own steps (branches of a union, `[key]`), which no document has."""
    path: list[Step] = []
    for step in location:
        if not isinstance(document, (Mapping, list)) or step == "[key]":
            break
        path.append(step)
        document = _value_at(document, (step,))
    return tuple(path)


def _value_at(document: Any, path: Sequence[Step]) -> Any:
    for step in path:
        if isinstance(document, Mapping):
            document = document.get(step)
        elif isinstance(document, list) and isinstance(step, int) and step < len(document):
            document = document[step]
        else:
            return None
    return document


def _is_private(path: Sequence[Step]) -> bool:
    return any(
        isinstance(step, str) and (step in _PRIVATE or step.endswith("SecretRef")) for step in path
    )


def write_path(root: str, path: Sequence[Step]) -> str:
    """Write a path as users read it: `spec.levels[0].above`."""

    def steps() -> Iterator[str]:
        yield root
        for step in path:
            yield f"[{step}]" if isinstance(step, int) else f".{plain(step)[:SHOWN]}"

    return "".join(steps()).lstrip(".")
