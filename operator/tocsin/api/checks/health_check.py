"""Rules of a HealthCheck."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.api.checks.alert_rule import check_inhibited_by
from tocsin.api.checks.notify import check_notify, not_zero
from tocsin.api.checks.receivers import CEL_RULES as RECEIVER_RULES
from tocsin.api.checks.rule import Rule, broken, cel_count, count
from tocsin.api.checks.walk import walk
from tocsin.api.duration import milliseconds
from tocsin.api.health_check import PROBERS, WITHOUT_TARGETS, HealthCheckSpec
from tocsin.api.meta import KubeModel
from tocsin.api.probers.chain import JSONRPC
from tocsin.api.probers.cluster import Heartbeat, Workload
from tocsin.api.probers.network import GRPC, HTTP, TLS, Header
from tocsin.api.probers.targets import Targets
from tocsin.api.problem import Problem
from tocsin.api.receivers.http_config import TLSConfig

_MEMBERS = (*PROBERS, *WITHOUT_TARGETS)
_TARGETS = ("static", "services", "ingresses", "httpRoutes", "pods", "nodes")
INTERVAL = "30s"
TIMEOUT = "5s"


def _given(spec: HealthCheckSpec, names: tuple[str, ...]) -> int:
    return count(*(getattr(spec, name) for name in names))


_HEADERS = Rule(
    lambda part: len({header.name.lower() for header in part.headers}) == len(part.headers),
    "a header stands twice (upper and lower case are the same); write each once",
    "headers",
)

HEALTH_CHECK = (
    Rule(
        lambda spec: _given(spec, ("url", *_MEMBERS)) == 1,
        f"a check needs exactly one of url, {', '.join(_MEMBERS)}; write for example "
        "url: https://shop.example.org, or http: {} with targets",
        "",
        cel_count("url", *_MEMBERS) + " == 1",
    ),
    Rule(
        lambda spec: not (_given(spec, PROBERS) and spec.targets is None),
        "is missing; write for example targets: {static: [https://shop.example.org]}",
        "targets",
        cel_count(*PROBERS) + " == 0 || has(self.targets)",
    ),
    Rule(
        lambda spec: not (_given(spec, ("url", *WITHOUT_TARGETS)) and spec.targets is not None),
        "does not belong beside url, workload, promql and heartbeat; remove it, or write "
        "http: {} instead of url",
        "targets",
        cel_count("url", *WITHOUT_TARGETS) + " == 0 || !has(self.targets)",
    ),
    Rule(
        lambda spec: (
            milliseconds(spec.timeout or TIMEOUT) <= milliseconds(spec.interval or INTERVAL)
        ),
        "must not be longer than interval (defaults: timeout 5s, interval 30s); shorten it or "
        "raise interval",
        "timeout",
        "duration(has(self.timeout) ? self.timeout : '5s') <= "
        "duration(has(self.interval) ? self.interval : '30s')",
        shows="timeout",
    ),
    Rule(
        lambda spec: not_zero(spec.timeout),
        "must be longer than zero; write for example timeout: 5s",
        "timeout",
        "!has(self.timeout) || duration(self.timeout) > duration('0s')",
        shows="timeout",
    ),
    Rule(
        lambda spec: spec.promql is None or bool(spec.fail_unless or spec.degrade_unless),
        "a query's value is judged by assertions; write for example failUnless: ['value < 90']",
        "failUnless",
        "!has(self.promql) || (has(self.failUnless) && self.failUnless.size() > 0) || "
        "(has(self.degradeUnless) && self.degradeUnless.size() > 0)",
    ),
)
CEL_RULES: dict[type[KubeModel], tuple[Rule, ...]] = {
    HealthCheckSpec: HEALTH_CHECK,
    Targets: (
        Rule(
            lambda targets: (
                bool(targets.static)
                or count(
                    *(targets.services, targets.ingresses, targets.http_routes),
                    *(targets.pods, targets.nodes),
                )
                > 0
            ),
            f"targets needs at least one of {', '.join(_TARGETS)}; write for example "
            "static: [https://shop.example.org]",
            "",
            cel_count(*_TARGETS[1:]) + " > 0 || (has(self.static) && self.static.size() > 0)",
        ),
    ),
    Header: (
        Rule(
            lambda header: count(header.value, header.value_secret_ref) == 1,
            "a header needs exactly one of value and valueSecretRef; write for example "
            "{name: Authorization, valueSecretRef: {name: probe-token, key: header}}",
            "",
            cel_count("value", "valueSecretRef") + " == 1",
        ),
    ),
    HTTP: (_HEADERS,),
    GRPC: (_HEADERS,),
    TLS: RECEIVER_RULES[TLSConfig],
    JSONRPC: (
        _HEADERS,
        Rule(
            lambda jsonrpc: count(jsonrpc.family, jsonrpc.method) == 1,
            "jsonrpc needs exactly one of family and method; write for example "
            "jsonrpc: {family: Ethereum}",
            "",
            cel_count("family", "method") + " == 1",
        ),
    ),
    Workload: (
        Rule(
            lambda workload: count(workload.name, workload.selector) == 1,
            "workload needs exactly one of name and selector; write for example "
            "workload: {kind: Deployment, name: checkout}",
            "",
            cel_count("name", "selector") + " == 1",
        ),
    ),
    Heartbeat: (
        Rule(
            lambda heartbeat: not_zero(heartbeat.period),
            "must be longer than zero; write for example period: 24h",
            "period",
            shows="period",
        ),
    ),
}
_RULES = {**CEL_RULES, **RECEIVER_RULES}


def check_health_check(spec: HealthCheckSpec) -> tuple[Problem, ...]:
    """Check what stands between the fields of a check; empty where all is well."""
    return tuple(_problems(spec))


def _problems(spec: HealthCheckSpec) -> Iterator[Problem]:
    yield from broken(HEALTH_CHECK, spec, "spec")
    yield from check_inhibited_by(spec.inhibited_by, "spec.inhibitedBy")
    yield from check_notify(spec.notify, "spec.notify")
    for name in ("targets", *_MEMBERS):
        member = getattr(spec, name)
        if member is not None:
            yield from walk(_RULES, member, f"spec.{name}")
