"""`workload`, `promql` and `heartbeat`: checks that probe no address."""

from __future__ import annotations

from typing import Literal

from tocsin.api.duration import Duration
from tocsin.api.meta import KubeModel, Name, PromQL, SecretKeyRef
from tocsin.api.selector import LabelSelector


class Workload(KubeModel):
    """Workloads of this namespace: replicas, restarts and their reasons; name or selector."""

    kind: Literal["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"]
    """kind of the workload."""
    name: Name | None = None
    """name of the workload."""
    selector: LabelSelector | None = None
    """selector of workloads by their labels."""


class PromQLQuery(KubeModel):
    """A query whose value is judged, as in failUnless: ['value < 90']."""

    expr: PromQL
    """expr is the query; each of its series is judged by itself."""


class Heartbeat(KubeModel):
    """A job that must report."""

    period: Duration
    """period within which the job must report."""
    grace: Duration | None = None
    """grace is how late a report may come. Default: 0s."""
    max_duration: Duration | None = None
    """maxDuration between the job's start and its success."""
    token_secret_ref: SecretKeyRef
    """tokenSecretRef is the token that the job reports with."""
