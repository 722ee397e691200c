"""What the base configuration does to a rule of ours, said for its `Routed` condition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from tocsin.api.meta import ObjectRef
from tocsin.api.problem import Problem, Reason

if TYPE_CHECKING:
    from tocsin.compile.base.configuration import BaseConfiguration

_NAMED = 2
_RECEIVERS = 8


def fixed_labels(ref: ObjectRef, spec: Mapping[str, Any], team: str) -> dict[str, str]:
    """Give the labels of a rule's alerts that its spec fixes; the others come from the series."""
    given = spec.get("labels")
    own = given if isinstance(given, Mapping) else {}
    return {
        **{str(name): str(value) for name, value in own.items() if "{" not in str(value)},
        "alertname": str(spec.get("alertName") or ref.name),
        "team": str(spec.get("team") or team),
        "tocsin_kind": ref.kind,
        "tocsin_namespace": ref.namespace,
        "tocsin_name": ref.name,
    }


def base_receivers(
    base: BaseConfiguration, labels: Mapping[str, str], severities: Iterable[str]
) -> tuple[tuple[str, ...], Problem | None]:
    """
    Give the receivers of the base that a rule without any channel may come to.

    Where all of them are without integrations, as the 'null' of kube-prometheus-stack,
    nobody would be told, and that is a problem.
    """
    reached = {
        name
        for severity in severities
        for name in base.view.reached({**labels, "tocsin_route": "", "severity": severity})
    }
    loud = tuple(sorted(reached - base.view.silent))[:_RECEIVERS]
    if loud:
        return loud, None
    silent = ", ".join(repr(name) for name in sorted(reached)[:_RECEIVERS])
    return (), Problem(
        Reason.NO_RECEIVER,
        "spec.notify",
        f"nobody hears: there is no default channel, and the base configuration sends this rule's "
        f"alerts to {silent}, which tells nobody; add a NotificationChannel with default: {{}}, "
        "or name channels in spec.notify",
    )


def hidden_by(base: BaseConfiguration, labels: Mapping[str, str], severities: Iterable[str]) -> str:
    """Say which inhibitions of the base can mute a rule's alerts; empty where none can."""
    found = dict.fromkeys(
        text
        for severity in severities
        for text in base.view.hiding({**labels, "severity": severity})
    )
    if not found:
        return ""
    more = f", and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return "the base configuration can mute it: " + "; ".join([*found][:_NAMED]) + more
