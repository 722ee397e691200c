"""The status of a HealthCheck."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from tocsin.api.meta import KubeModel
from tocsin.api.status import Generation, KindStatus, Line, Time, Word

TargetName = Annotated[str, StringConstraints(max_length=2048)]
HealthState = Literal["Healthy", "Degraded", "Unhealthy", "Unknown", "Suspended"]


class TargetStatus(KubeModel):
    """What one target answered."""

    target: TargetName
    """target that was asked."""
    state: Literal["Healthy", "Degraded", "Unhealthy", "Unknown"]
    """state of the target."""
    message: Line | None = None
    """message names the assertion that is false, and the value seen."""


class HealthCheckStatus(KindStatus):
    """What the check finds."""

    live_generation: Generation | None = None
    """liveGeneration is the generation whose output is live (the last good one)."""
    state: HealthState | None = None
    """state of the check, the worst of its targets."""
    message: Line | None = None
    """message says in one line what is wrong."""
    targets: Annotated[tuple[TargetStatus, ...], Field(max_length=20)] = ()
    """targets are at most twenty, the worst first."""
    since: Time | None = None
    """since when the check is in its state."""
    uptime24h: Word | None = None
    """uptime24h is the share of the last 24 hours without being unhealthy."""
    certificate_expires: Time | None = None
    """certificateExpires is when the first of the targets' certificates runs out."""
