"""Label selectors, as Kubernetes defines them, and their match against live labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from tocsin.api.meta import KubeModel

SelectorValue = Annotated[str, StringConstraints(max_length=63)]
SelectorKey = Annotated[str, StringConstraints(min_length=1, max_length=317)]


class SelectorRequirement(KubeModel):
    """One requirement of a label selector."""

    key: SelectorKey
    """key of the label."""
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"]
    """operator that relates the key to the values."""
    values: Annotated[tuple[SelectorValue, ...], Field(max_length=64)] = ()
    """values to compare with; empty for Exists and DoesNotExist."""

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Tell whether `labels` meet this requirement."""
        value = labels.get(self.key)
        match self.operator:
            case "In":
                return value is not None and value in self.values
            case "NotIn":
                return value is None or value not in self.values
            case "Exists":
                return value is not None
            case "DoesNotExist":
                return value is None


class LabelSelector(KubeModel):
    """A label selector; every part must hold, and an empty one matches everything."""

    match_labels: Annotated[dict[SelectorKey, SelectorValue], Field(max_length=64)] = Field(
        default={}
    )
    """matchLabels are labels that must have exactly these values."""
    match_expressions: Annotated[tuple[SelectorRequirement, ...], Field(max_length=64)] = ()
    """matchExpressions are further requirements."""

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Tell whether an object with these labels is selected."""
        exact = all(labels.get(key) == value for key, value in self.match_labels.items())
        return exact and all(one.matches(labels) for one in self.match_expressions)
