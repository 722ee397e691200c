"""
The words of an alert: annotations and labels, with placeholders compiled and templates judged.

Prometheus expands templates in every label and annotation of a rule, so whatever a
user may write there is checked, the team's name included.
"""

from __future__ import annotations

from tocsin.api.alert_rule import AlertRuleSpec
from tocsin.api.meta import ObjectRef
from tocsin.api.problem import Problem, Reason
from tocsin.compile.refusals import control_problem, invalid
from tocsin.compile.template_checks import rule_template_problem
from tocsin.promql.placeholders import suspicious, to_go_template

_SERIES = (
    "{{ range $name, $value := $labels }}"
    '{{ if ne $name "__name__" }} {{ $name }}="{{ $value }}"{{ end }}{{ end }}'
)
"""The labels of the series, in Go's order of map keys, which is sorted."""


class RuleTexts:
    """Collects annotations and label values, and the problems found on the way."""

    def __init__(self, *, trusted: bool, version: str = "") -> None:
        self._trusted = trusted
        self._version = version
        self.annotations: dict[str, str] = {}
        self.labels: dict[str, str] = {}
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []

    def annotate(self, name: str, field: str, text: str, *, placeholders: bool) -> None:
        """Add an annotation."""
        problem = control_problem(field, text, lines=True)
        # What placeholders become is known to be good; only a user's own actions are judged.
        has_actions = "{{" in text
        if problem is None and placeholders and "{" in text:
            odd = suspicious(text).problem
            if odd is not None:
                self.warnings.append(Problem(Reason.INVALID_TEMPLATE, field, odd.message))
            compiled = to_go_template(text)
            text = compiled.text
            if compiled.problem is not None:
                problem = Problem(Reason.INVALID_TEMPLATE, field, compiled.problem.message)
        self.annotations[name] = text
        if problem is None and has_actions:
            problem = self._template_problem(field, text)
        if problem is not None:
            self.problems.append(problem)

    def label(self, name: str, field: str, value: str) -> None:
        """Add a label; its value may be a template, but has no placeholders."""
        self.labels[name] = value
        problem = self._template_problem(field, value)
        if problem is not None:
            self.problems.append(problem)

    def _template_problem(self, field: str, text: str) -> Problem | None:
        return rule_template_problem(field, text, trusted=self._trusted, version=self._version)


def texts_of(ref: ObjectRef, spec: AlertRuleSpec, *, trusted: bool, version: str = "") -> RuleTexts:
    """
    Compile what a rule says of itself; control characters in labels are judged elsewhere.

    `version` is the Prometheus whose functions templates may use; without it all.
    """
    texts = RuleTexts(trusted=trusted, version=version)
    fields = (
        ("summary", "spec.summary", spec.summary, True),
        ("description", "spec.description", spec.description, True),
        ("runbook_url", "spec.runbookURL", spec.runbook_url, False),
        ("dashboard_url", "spec.dashboardURL", spec.dashboard_url, False),
    )
    for name, field, text, placeholders in fields:
        if text is not None:
            texts.annotate(name, field, text, placeholders=placeholders)
    for name, text in sorted(spec.annotations.items()):
        field = f"spec.annotations.{name}"
        if name in texts.annotations:
            texts.problems.append(
                invalid(field, "says again what has a field of its own: keep one")
            )
        texts.annotate(name, field, text, placeholders=True)
    if "summary" not in texts.annotations:
        texts.annotations["summary"] = f"{ref.name} in {ref.namespace}{_SERIES}"
    for name, value in sorted(spec.labels.items()):
        texts.label(name, f"spec.labels.{name}", value)
    if spec.team is not None and "{{" in spec.team:
        texts.problems.append(
            invalid("spec.team", "may not hold a template: write the team's name")
        )
    return texts
