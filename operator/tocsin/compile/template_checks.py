"""Templates of users in Prometheus' rules, judged in place."""

from __future__ import annotations

from tocsin.api.problem import Problem, Reason
from tocsin.promql.templates import check_growth, check_template

_READS_SERIES = frozenset({"query"})
_NOTHING: frozenset[str] = frozenset()


def rule_template_problem(
    field: str, text: str, *, trusted: bool, version: str = ""
) -> Problem | None:
    """
    Refuse a label's or annotation's template that Prometheus would refuse.

    `query` reads any series of the cluster, so only trusted namespaces may use it (S05);
    nor may a tenant's template write without bound (S10). `version` is Prometheus'.
    """
    forbidden = _NOTHING if trusted else _READS_SERIES
    found = check_template(text, product="prometheus", forbidden=forbidden, version=version)
    if found is None and not trusted:
        found = check_growth(text, "prometheus")
    return None if found is None else Problem(Reason.INVALID_TEMPLATE, field, found.message)
