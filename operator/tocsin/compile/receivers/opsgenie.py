"""`opsgenie`: alerts with a priority, and links among their details."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.api.problem import Problem
from tocsin.api.receivers.opsgenie import Opsgenie
from tocsin.compile.messages.texts import call
from tocsin.compile.receivers.entry import Surroundings, compile_plainly
from tocsin.compile.refusals import invalid

_PRIORITIES = frozenset({"", "P1", "P2", "P3", "P4", "P5"})
compile_opsgenie = compile_plainly(
    "opsgenie",
    {
        "message": call("headline"),
        "description": call("text"),
        "source": call("source"),
        "entity": call("source"),
        "priority": call("opsgenie.priority"),
        # Alertmanager adds the labels that all alerts of the group have.
        "details": {
            "dashboard": "{{ .CommonAnnotations.dashboard_url }}",
            "runbook": "{{ .CommonAnnotations.runbook_url }}",
        },
    },
)
"""Write an entry of `opsgenie_configs`."""


def check_opsgenie(opsgenie: Opsgenie, around: Surroundings) -> Iterator[Problem]:
    """
    Refuse a priority that there is not, and a list of teams that is a template.

    Alertmanager would render such a list twice, alert content and all (S09).
    """
    del around
    priority = opsgenie.priority or ""
    if priority not in _PRIORITIES and "{{" not in priority:
        yield invalid(
            "spec.opsgenie.priority", "is no priority of Opsgenie's: write one of P1 to P5"
        )
    for index, responder in enumerate(opsgenie.responders):
        if responder.type == "teams" and "{{" in (responder.name or ""):
            yield invalid(
                f"spec.opsgenie.responders[{index}].name",
                "may not be a template with type teams, because what it gives would be a template "
                "again: write the teams' names, or type: team",
            )
