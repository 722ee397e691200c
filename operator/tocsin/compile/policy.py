"""
The platform's policy on one AlertRule: labels, runbooks, severities.

Each refusal names the platform's setting, so that its author knows whom to ask, and
what to write.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tocsin.api.alert_rule import AlertRuleSpec
from tocsin.api.config import OperatorConfig
from tocsin.api.problem import Problem, Reason

_OWN_FIELD = {"team": "spec.team", "severity": "spec.severity"}


def check_policy(
    namespace: str,
    spec: AlertRuleSpec,
    labels: Mapping[str, str],
    config: OperatorConfig,
) -> list[Problem]:
    """
    Give what a rule breaks of the platform's policy.

    `labels` are those that the rule gives to its alerts, `team` among them.
    """
    used = _severities(spec, config)
    problems = list(_labels(labels, config))
    if spec.runbook_url is None:
        wanting = sorted(set(used.values()).intersection(config.policy.require_runbook_for))
        if wanting:
            problems.append(_broken("spec.runbookURL", _no_runbook(wanting)))
    if namespace not in config.trusted_namespaces:
        problems += _allowed(namespace, used, config)
    return problems


def _severities(spec: AlertRuleSpec, config: OperatorConfig) -> dict[str, str]:
    """Give the severities of a rule's alerts, by the field that says them or would."""
    default = config.default_severities.alert_rule
    if not spec.levels:
        return {"spec.severity": spec.severity or default}
    used = {f"spec.levels[{at}].severity": one.severity for at, one in enumerate(spec.levels)}
    if spec.no_data is not None:
        used["spec.noData.severity"] = spec.no_data.severity or default
    return used


def _labels(labels: Mapping[str, str], config: OperatorConfig) -> Iterator[Problem]:
    for wanted in config.policy.required_labels:
        if wanted.name == "severity":
            continue  # every alert has one, from a list of the platform's own
        field = _OWN_FIELD.get(wanted.name, f"spec.labels.{wanted.name}")
        value = labels.get(wanted.name, "")
        shape = f" that matches {wanted.pattern}" if wanted.pattern is not None else ""
        if not value:
            yield _broken(
                field,
                f"the platform asks for the label {wanted.name} on every alert "
                f"(policy.requiredLabels): write a value{shape} there",
            )
        elif wanted.pattern is not None and "{{" in value:
            yield _broken(
                field,
                f"holds a template, and the platform asks for a value{shape} "
                "(policy.requiredLabels): write it out",
            )
        elif not wanted.is_met_by(value):
            yield _broken(
                field,
                f"{_shown(value)} is not what the platform asks for (policy.requiredLabels): "
                f"write a value{shape}",
            )


def _shown(value: str) -> str:
    return f'"{value}"' if len(value) <= 64 else f'"{value[:63]}…"'  # noqa: PLR2004 a line


def _no_runbook(severities: list[str]) -> str:
    return (
        f"is missing, and the platform asks for one where the severity is {' or '.join(severities)}"
        " (policy.requireRunbookFor): write the address of a page that says what to do"
    )


def _allowed(namespace: str, used: Mapping[str, str], config: OperatorConfig) -> Iterator[Problem]:
    allowed = config.policy.severities_in(namespace)
    for field, severity in used.items():
        if allowed is not None and severity in config.severities and severity not in allowed:
            yield Problem(
                Reason.SEVERITY_NOT_ALLOWED,
                field,
                f"the platform does not allow {severity} in namespace {namespace} "
                f"(policy.allowedSeverities): write {' or '.join(allowed)}, or ask the platform",
            )


def _broken(field: str, message: str) -> Problem:
    return Problem(Reason.POLICY_VIOLATED, field, message)
