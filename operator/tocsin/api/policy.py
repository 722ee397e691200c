"""
The platform's policy, a part of the operator's configuration: what every rule must say.

Its patterns are matched with Python's `re` on a tenant's values, so they are kept to
a form whose cost is bounded: short, and without a repeated group.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from tocsin.api.meta import KubeModel, LabelName, NamespaceName, Severity

_REPEATED_GROUP = re.compile(r"\)[*+{]|\(\?(?!:|i\))|\\[1-9]")
"""A group that is repeated, a group that looks around, a reference back."""
MAX_MATCHED = 128
"""Characters of a label's value that a pattern is matched on; a longer value does not match."""


class RequiredLabel(KubeModel):
    """A label that every alert must have."""

    name: LabelName
    """name of the label; `team` is met by spec.team or the namespace's label tocsin.dev/team."""
    pattern: Annotated[str | None, StringConstraints(min_length=1, max_length=128)] = None
    """pattern is a regular expression that the whole value must match; absent: any value."""

    @model_validator(mode="after")
    def _is_bounded(self) -> Self:
        if self.pattern is None:
            return self
        try:
            re.compile(self.pattern)
        except re.error as error:
            raise ValueError(f"pattern: is no regular expression ({error.msg}); mend it") from error
        if _REPEATED_GROUP.search(self.pattern):
            raise ValueError(
                "pattern: a repeated group, a look-around or a back-reference may take for ever; "
                "write for example [a-z-]+ or (a|b|c)"
            )
        return self

    def is_met_by(self, value: str) -> bool:
        """Tell whether a value is long enough to be one, and matches."""
        if self.pattern is None:
            return bool(value)
        return len(value) <= MAX_MATCHED and re.fullmatch(self.pattern, value) is not None


class AllowedSeverities(KubeModel):
    """Which severities the AlertRules of some namespaces may use."""

    namespaces: Annotated[tuple[NamespaceName, ...], Field(max_length=256)] = ()
    """namespaces that this entry is for; empty: all that no other entry names."""
    severities: Annotated[tuple[Severity, ...], Field(min_length=1, max_length=16)]
    """severities that may be used there."""


class Policy(KubeModel):
    """What the platform asks of every AlertRule."""

    required_labels: Annotated[tuple[RequiredLabel, ...], Field(max_length=32)] = ()
    """requiredLabels are labels that every alert must have."""
    require_runbook_for: Annotated[tuple[Severity, ...], Field(max_length=16)] = ()
    """requireRunbookFor are severities that ask for a runbookURL."""
    allowed_severities: Annotated[tuple[AllowedSeverities, ...], Field(max_length=64)] = ()
    """allowedSeverities restrict tenants; trustedNamespaces may use every severity."""

    def severities_in(self, namespace: str) -> tuple[str, ...] | None:
        """Give the severities that a namespace's rules may use; None for all."""
        rest: tuple[str, ...] | None = None
        for entry in self.allowed_severities:
            if namespace in entry.namespaces:
                return entry.severities
            if not entry.namespaces:
                rest = entry.severities
        return rest

    def named_severities(self) -> Iterator[tuple[str, str]]:
        """Give every severity that the policy names, with its field."""
        for index, severity in enumerate(self.require_runbook_for):
            yield f"policy.requireRunbookFor[{index}]", severity
        for index, entry in enumerate(self.allowed_severities):
            for severity in entry.severities:
                yield f"policy.allowedSeverities[{index}].severities", severity
