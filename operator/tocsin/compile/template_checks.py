"""Templates of users, in Prometheus' rules and in Alertmanager's messages, judged in place."""

from __future__ import annotations

import re

from tocsin.api.problem import Problem, Reason
from tocsin.promql.templates import TemplateProblem, check_growth, check_template

_READS_SERIES = frozenset({"query"})
_TRUSTS_CONTENT = frozenset({"safeHtml", "safeUrl"})
_NOTHING: frozenset[str] = frozenset()
_CALL = re.compile(r'\{\{-?\s*template\s+(?:"([^"]*)"|`([^`]*)`)')
_DEFINITION = re.compile(r'\{\{-?\s*(?:define|block)\s+(?:"([^"]*)"|`([^`]*)`)')
_BUILT_IN = re.compile(r"tocsin\.[a-z.]+|[a-z]+\.default\.[A-Za-z_]+|__[A-Za-z_]+")


def rule_template_problem(field: str, text: str, *, trusted: bool) -> Problem | None:
    """
    Refuse a label's or annotation's template that Prometheus would refuse.

    `query` reads any series of the cluster, so only trusted namespaces may use it (S05);
    nor may a tenant's template write without bound (S10).
    """
    forbidden = _NOTHING if trusted else _READS_SERIES
    found = check_template(text, product="prometheus", forbidden=forbidden)
    if found is None and not trusted:
        found = check_growth(text, "prometheus")
    return _problem(field, found)


def message_template_problem(field: str, text: str, *, trusted: bool) -> Problem | None:
    """
    Refuse a message's template that Alertmanager would fail on when it notifies.

    `safeHtml` and `safeUrl` would let an alert's content act as markup (S09).
    """
    forbidden = _NOTHING if trusted else _TRUSTS_CONTENT
    found = check_template(text, product="alertmanager", forbidden=forbidden)
    if found is None and not trusted:
        found = check_growth(text, "alertmanager")
    problem = _problem(field, found)
    if problem is not None:
        return problem
    defined = {one or other for one, other in _DEFINITION.findall(text)}
    for one, other in _CALL.findall(text):
        name = one or other
        if name not in defined and not _BUILT_IN.fullmatch(name):
            message = f"calls the template {name!r}, which nobody defines: define it here"
            return Problem(Reason.INVALID_TEMPLATE, field, message)
    return None


def _problem(field: str, found: TemplateProblem | None) -> Problem | None:
    if found is None:
        return None
    return Problem(Reason.INVALID_TEMPLATE, field, found.message)
