"""
Documents to specs: the one way in, for the operator and for the offline tools.

Pydantic's errors become problems in the API's words, and the rules between fields
are checked too. A spec that comes out is well formed; what it means, and whether it
is supported yet, `tocsin.compile` says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from pydantic import ValidationError

from tocsin.api.alert_rule import AlertRuleSpec
from tocsin.api.kinds import BY_KIND
from tocsin.api.meta import API_VERSION, KubeModel, ObjectRef, Resource
from tocsin.api.problem import Problem, Reason, Rejection
from tocsin.api.shown import SHOWN, plain, show

if TYPE_CHECKING:
    from tocsin.api.health_check import HealthCheckSpec
    from tocsin.api.notification_channel import NotificationChannelSpec

    Spec = AlertRuleSpec | HealthCheckSpec | NotificationChannelSpec

_TOP = frozenset({"apiVersion", "kind", "metadata", "spec", "status"})
_Check = Callable[[Any], tuple[Problem, ...]]


def parse_resource(document: Mapping[str, Any]) -> Resource[Spec] | Rejection:
    """
    Parse a whole object of one of our kinds.

    Offline there is no uid, no generation, and perhaps no namespace: "", 0 and "default".
    """
    metadata = document.get("metadata")
    metadata = metadata if isinstance(metadata, Mapping) else {}
    ref = ObjectRef(
        str(document.get("kind") or ""),
        str(metadata.get("namespace") or "default"),
        str(metadata.get("name") or ""),
    )
    problems = _head_problems(document, ref)
    if problems:
        return Rejection(ref, problems)
    spec = parse_spec(ref, document["spec"])
    if isinstance(spec, Rejection):
        return spec
    generation = metadata.get("generation")
    return Resource(
        ref=ref,
        uid=str(metadata.get("uid") or ""),
        generation=generation if isinstance(generation, int) else 0,
        spec=spec,
    )


def parse_spec(ref: ObjectRef, spec: Mapping[str, Any]) -> Spec | Rejection:
    """Parse the spec of an object; a rejection lists every problem that was found."""
    model, check = _parser(ref.kind)
    try:
        # Only the API's spelling: `keep_firing_for` is a typo, as it is for the API server.
        parsed = model.model_validate(spec, by_alias=True, by_name=False)
    except ValidationError as error:
        # Loaded only for bad objects, which are few.
        from tocsin.api.explain import explain  # noqa: PLC0415 costs only bad objects

        return Rejection(ref, explain(error, model, spec, "spec"))
    problems = check(parsed)
    return Rejection(ref, problems) if problems else cast("Spec", parsed)


@cache
def _parser(kind: str) -> tuple[type[KubeModel], _Check]:
    """Load a kind's model and its check: a process that sees no HealthCheck loads none."""
    entry = BY_KIND[kind]
    module = entry.module.rpartition(".")[2]
    model: type[KubeModel] = getattr(import_module(entry.module), entry.spec_model)
    check: _Check = getattr(import_module(f"tocsin.api.checks.{module}"), f"check_{module}")
    return model, check


def _head_problems(document: Mapping[str, Any], ref: ObjectRef) -> tuple[Problem, ...]:
    """Check what stands around the spec."""

    def problem(field: str, message: str) -> tuple[Problem, ...]:
        return (Problem(Reason.INVALID_SPEC, field, message),)

    if ref.kind not in BY_KIND:
        return problem("kind", f"is none of ours; write one of {', '.join(BY_KIND)}")
    if document.get("apiVersion") != API_VERSION:
        return problem("apiVersion", f"is not known; write apiVersion: {API_VERSION}")
    if not ref.name:
        return problem("metadata.name", "is missing; write metadata: {name: my-alert}")
    if not isinstance(document.get("spec"), Mapping):
        remedy = f"write what the {ref.kind} asks for"
        if beside := _beside_spec(document):
            listed = ", ".join(map(show, beside[:3]))
            remedy = f"beside it stand {listed}: indent below spec what belongs to it"
        return problem("spec", f"is missing or no object; {remedy}")
    if beside := _beside_spec(document):
        name = plain(beside[0])[:SHOWN]
        message = "there is no such field beside spec; indent it below spec, or remove it"
        return problem(name, message)
    return ()


def _beside_spec(document: Mapping[str, Any]) -> list[str]:
    """Give the names that stand beside `spec` by mistake; an API server drops or refuses them."""
    return [str(name) for name in document if name not in _TOP]
