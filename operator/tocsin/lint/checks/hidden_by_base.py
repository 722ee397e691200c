"""An inhibition of the base configuration that can mute a rule of ours without meaning it."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.api.meta import ObjectRef
from tocsin.compile.base.through import hidden_by
from tocsin.lint.check import SetCheck
from tocsin.lint.finding import Finding, Level
from tocsin.lint.world import World, fixed_labels_of


def _look(world: World) -> Iterator[tuple[ObjectRef, Finding]]:
    base = world.inputs.base
    if base is None:
        return
    for ref, compiled in world.compiled.items():
        hidden = hidden_by(base, fixed_labels_of(compiled), compiled.severities)
        if hidden:
            remedy = 'narrow it with tocsin_name="", or give the rule other labels'
            yield ref, Finding("metadata.name", f"{hidden}: {remedy}")


CHECK = SetCheck(
    "hidden-by-base",
    Level.WARNING,
    "An inhibition of the base configuration can mute the rule.",
    _look,
)
