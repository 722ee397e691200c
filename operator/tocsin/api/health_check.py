"""`HealthCheck`: what must answer. Becomes a Probe and a PrometheusRule."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from tocsin.api.alert_rule import InhibitedBy
from tocsin.api.duration import ShortDuration
from tocsin.api.meta import (
    URL,
    AnnotationName,
    Flag,
    KubeModel,
    LabelName,
    LabelValue,
    Severity,
    SinkURL,
    Team,
    Text,
)
from tocsin.api.notify import Notify
from tocsin.api.probers.chain import JSONRPC
from tocsin.api.probers.cluster import Heartbeat, PromQLQuery, Workload
from tocsin.api.probers.databases import Postgres, Redis
from tocsin.api.probers.network import DNS, GRPC, HTTP, ICMP, TCP, TLS
from tocsin.api.probers.targets import Targets

PROBERS = ("http", "tcp", "tls", "dns", "icmp", "grpc", "postgres", "redis", "jsonrpc")
"""Members that ask targets."""
WITHOUT_TARGETS = ("workload", "promql", "heartbeat")
"""Members that need no targets."""

Assertion = Annotated[str, StringConstraints(min_length=1, max_length=1024)]
Threshold = Annotated[int, Field(strict=True, ge=1, le=1000)]


class HealthCheckSpec(KubeModel):
    """What must answer, how it is asked, and who hears when it does not."""

    url: SinkURL | None = None
    """url is short for one static target and `http: {}`."""
    team: Team | None = None
    """team that owns the check. Default: the namespace's label tocsin.dev/team."""
    severity: Severity | None = None
    """severity of the alert, and weight in overall health. Default: the highest."""
    degraded_severity: Severity | None = None
    """degradedSeverity of the alert while the check is degraded. Default: warning."""
    summary: Text | None = None
    """summary is one line with placeholders like {target} and {labels.instance}."""
    description: Text | None = None
    """description says more; placeholders as in summary."""
    runbook_url: Annotated[URL | None, Field(alias="runbookURL")] = None
    """runbookURL leads to what to do."""
    dashboard_url: Annotated[URL | None, Field(alias="dashboardURL")] = None
    """dashboardURL leads to what to look at."""
    labels: Annotated[dict[LabelName, LabelValue], Field(max_length=64)] = Field(default={})
    """labels added to the alerts."""
    annotations: Annotated[dict[AnnotationName, Text], Field(max_length=64)] = Field(default={})
    """annotations added to the alerts; placeholders as in summary."""
    inhibited_by: Annotated[tuple[InhibitedBy, ...], Field(max_length=16)] = ()
    """inhibitedBy lists what mutes these alerts while it fires."""
    notify: Notify | None = None
    """notify says who hears. Absent: the namespace's default channels."""
    interval: ShortDuration | None = None
    """interval between probes. Default: 30s."""
    timeout: ShortDuration | None = None
    """timeout of one probe, at most the interval. Default: 5s."""
    failure_threshold: Threshold | None = None
    """failureThreshold is how many probes in a row must fail. Default: 3."""
    success_threshold: Threshold | None = None
    """successThreshold is how many probes in a row must succeed again. Default: 2."""
    targets: Targets | None = None
    """targets that are asked; its parts add up."""
    http: HTTP | None = None
    """http sends an HTTP request."""
    tcp: TCP | None = None
    """tcp makes a TCP connection."""
    tls: TLS | None = None
    """tls makes a TLS handshake and reads the certificate."""
    dns: DNS | None = None
    """dns asks name servers."""
    icmp: ICMP | None = None
    """icmp sends a ping."""
    grpc: GRPC | None = None
    """grpc asks the gRPC health service."""
    postgres: Postgres | None = None
    """postgres runs a query in PostgreSQL."""
    redis: Redis | None = None
    """redis runs a command in Redis."""
    jsonrpc: JSONRPC | None = None
    """jsonrpc calls a JSON-RPC server, such as a node of a chain."""
    workload: Workload | None = None
    """workload watches replicas and restarts of workloads."""
    promql: PromQLQuery | None = None
    """promql judges the value of a query."""
    heartbeat: Heartbeat | None = None
    """heartbeat waits for a job's reports."""
    fail_unless: Annotated[tuple[Assertion, ...], Field(max_length=32)] = ()
    """failUnless lists assertions; if one is false, the target is unhealthy."""
    degrade_unless: Annotated[tuple[Assertion, ...], Field(max_length=32)] = ()
    """degradeUnless lists assertions; if one is false, the target is degraded."""
    suspend: Flag = False
    """suspend stops the check."""
