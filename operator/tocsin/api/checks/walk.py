"""Rules applied to a part and everything below it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tocsin.api.checks.rule import Rule, broken
from tocsin.api.meta import KubeModel, to_field_name
from tocsin.api.problem import Problem

Rules = Mapping[type[KubeModel], Sequence[Rule]]


def walk(rules: Rules, part: KubeModel, path: str) -> Iterator[Problem]:
    """Check a part at this path, and all models below it."""
    yield from broken(rules.get(type(part), ()), part, path)
    for name, value in part:
        field = f"{path}.{to_field_name(name)}"
        for place, one in _parts(value, field):
            yield from walk(rules, one, place)


def _parts(value: object, path: str) -> Iterator[tuple[str, KubeModel]]:
    if isinstance(value, KubeModel):
        yield path, value
    elif isinstance(value, tuple):
        for position, one in enumerate(value):
            if isinstance(one, KubeModel):
                yield f"{path}[{position}]", one
