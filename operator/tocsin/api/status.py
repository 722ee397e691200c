"""
Parts of every kind's status, as the CRDs describe them.

Nothing is parsed with these models: the operator writes status as plain documents, and
the generator reads here what their fields are.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, JsonValue, StringConstraints

from tocsin.api.meta import KubeModel

MAP_BY_TYPE: dict[str, JsonValue] = {
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["type"],
}
Time = Annotated[
    str, StringConstraints(max_length=64), Field(json_schema_extra={"format": "date-time"})
]
"""A moment, RFC 3339 in UTC."""

Generation = Annotated[int, Field(strict=True, ge=-1, le=2**53)]
Count = Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)]
Word = Annotated[str, StringConstraints(max_length=63)]
Line = Annotated[str, StringConstraints(max_length=1024)]


class ConditionStatus(KubeModel):
    """A condition in the shape of metav1.Condition."""

    type: Annotated[
        str,
        StringConstraints(
            min_length=1, max_length=316, pattern=r"^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$"
        ),
    ]
    """type of the condition, such as Ready."""
    status: Literal["True", "False", "Unknown"]
    """status of the condition."""
    observed_generation: Annotated[int, Field(strict=True, ge=0, le=2**53)] | None = None
    """observedGeneration is the generation that the condition was concluded from."""
    last_transition_time: Time
    """lastTransitionTime is when the status last changed."""
    reason: Annotated[
        str,
        StringConstraints(
            min_length=1, max_length=1024, pattern=r"^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$"
        ),
    ]
    """reason for the status, one word of a closed set."""
    message: Annotated[str, StringConstraints(max_length=32768)]
    """message that says what is wrong and what to do."""


Conditions = Annotated[
    tuple[ConditionStatus, ...], Field(max_length=32, json_schema_extra=MAP_BY_TYPE)
]


class KindStatus(KubeModel):
    """What every kind's status holds."""

    observed_generation: Generation | None = None
    """observedGeneration is the generation that this status was concluded from; -1 before."""
    conditions: Conditions = ()
    """conditions say link by link what holds; Ready sums up."""
