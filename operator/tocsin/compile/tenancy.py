"""
`enforceNamespace`: which rules are confined to their namespace, and what Prometheus gets.

The rewriting itself is done, and proven, where the parser runs (`promql.tenancy`); here
its result is taken or refused. Without a result nothing is compiled: a caller that
forgets to ask must not let a tenant read everybody's series.
"""

from __future__ import annotations

from collections.abc import Mapping

from tocsin.api.alert_rule import AlertRuleSpec
from tocsin.api.config import OperatorConfig
from tocsin.api.problem import Problem, Reason
from tocsin.compile.rule_expressions import written_in
from tocsin.promql.confined import Confined
from tocsin.promql.verdict import Verdict

NAMESPACE_LABEL = "namespace"
_NOT_ASKED = Confined(problem="was not confined to its namespace: it is tried again", unknown=True)


def is_confined(namespace: str, config: OperatorConfig) -> bool:
    """Tell whether a namespace's expressions may read its own series only."""
    return config.enforce_namespace and namespace not in config.trusted_namespaces


def texts_for_prometheus(
    namespace: str,
    spec: AlertRuleSpec,
    verdicts: Mapping[str, Verdict],
    confined: Mapping[str, Confined] | None,
    config: OperatorConfig,
) -> tuple[dict[str, str], list[Problem]]:
    """
    Give the text that Prometheus gets for each expression, and why some have none.

    What a verdict refuses has its problem already and none here.
    """
    if not is_confined(namespace, config):
        return {text: text for _, text in written_in(spec)}, []
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for field, text in written_in(spec):
        found = (confined or {}).get(text, _NOT_ASKED)
        if not found.problem:
            texts[text] = found.text
        elif verdicts[text].accepted:
            reason = Reason.UNVERIFIABLE_EXPRESSION if found.unknown else Reason.NOT_CONFINED
            problems.append(Problem(reason, field, found.problem))
    return texts, problems
