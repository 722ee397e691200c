"""The CRDs on a real API server: it takes them, and judges our examples as we do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.cluster import ApiClient, ApiError
from tests.contract.examples import Invalid, invalid_examples, valid_examples
from tests.integration.world import World

from tocsin.api.kinds import KINDS, Kind
from tocsin.api.meta import API_VERSION

Object = dict[str, Any]
_TABLE = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}
_TRY = {"dryRun": "All", "fieldValidation": "Strict"}
_BARE: dict[str, Object] = {
    "AlertRule": {"expr": "up == 0"},
    "HealthCheck": {"url": "https://shop.example.org"},
    "NotificationChannel": {"webhook": {"url": "https://hooks.example.org"}},
}
_STATUS: dict[str, Object] = {
    "AlertRule": {
        "state": "Firing",
        "severity": "critical",
        "activeCount": 2,
        "channelsSummary": "payments-slack, +1",
        "testsSummary": "1/1",
        "liveGeneration": 1,
        "since": "2026-01-01T00:00:00Z",
        "activeAlerts": [{"labels": {"route": "/pay"}, "severity": "critical", "state": "firing"}],
        "channels": ["shop/payments-slack"],
        "tests": {"passed": 1, "failed": 0},
        "prometheusRule": "bare-5f2c1a9e07",
    },
    "HealthCheck": {
        "state": "Degraded",
        "message": "1 of 3 targets slow",
        "uptime24h": "99.96%",
        "since": "2026-01-01T00:00:00Z",
        "certificateExpires": "2026-11-30T00:00:00Z",
        "targets": [{"target": "https://shop.example.org", "state": "Degraded", "message": "slow"}],
    },
    "NotificationChannel": {
        "type": "webhook",
        "state": "Active",
        "usedBy": {"alertRules": 41, "healthChecks": 12},
        "usedByCount": 53,
        "lastDelivery": "2026-01-01T00:00:00Z",
        "lastFailure": {"at": "2026-01-01T00:00:00Z", "reason": "rateLimited"},
    },
}
_CONDITIONS = ("Ready", "Proven", "Verified", "Delivering")
_SHOWN: dict[str, Object] = {
    "AlertRule": {
        "Ready": "True",
        "Proven": "True",
        "State": "Firing",
        "Severity": "critical",
        "Active": 2,
        "Channels": "payments-slack, +1",
        "Tests": "1/1",
        "Reason": "Succeeded",
    },
    "HealthCheck": {
        "Ready": "True",
        "Proven": "True",
        "State": "Degraded",
        "Uptime-24h": "99.96%",
        "Message": "1 of 3 targets slow",
        "Reason": "Succeeded",
    },
    "NotificationChannel": {
        "Ready": "True",
        "Type": "webhook",
        "Verified": "True",
        "Delivering": "True",
        "Used-By": 53,
        "Reason": "Succeeded",
    },
}


@pytest.fixture(scope="module")
def admin(world: World) -> Iterator[ApiClient]:
    """The API server with our kinds; no operator runs for this module's objects."""
    for namespace in ("shop", "platform", "bare"):
        world.cluster.create_namespace(namespace)
    yield world.admin
    for namespace in ("shop", "platform", "bare"):
        world.admin.delete("v1", "Namespace", namespace)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_the_server_finds_nothing_wrong_with_the_schema(admin: ApiClient, kind: Kind) -> None:
    crd = admin.get("apiextensions.k8s.io/v1", "CustomResourceDefinition", kind.resource)
    assert crd is not None
    conditions = {one["type"]: one["status"] for one in crd["status"]["conditions"]}
    assert conditions["Established"] == "True"
    assert "NonStructuralSchema" not in conditions


@pytest.mark.parametrize("document", valid_examples().values(), ids=valid_examples())
def test_valid_examples_are_taken_whole(admin: ApiClient, document: Object) -> None:
    taken = admin.create(document, **_TRY)
    assert taken["spec"] == document["spec"], "something was dropped or added"


@pytest.mark.parametrize("example", invalid_examples(), ids=lambda example: example.name)
def test_invalid_examples_are_refused_by_the_same_judge(admin: ApiClient, example: Invalid) -> None:
    if example.refused_by == "status":
        assert admin.create(example.document, **_TRY)["spec"] == example.document["spec"]
        return
    with pytest.raises(ApiError) as refused:
        admin.create(example.document, **_TRY)
    assert example.server_says in refused.value.message


@pytest.mark.parametrize("kind", [kind.kind for kind in KINDS])
def test_a_bare_object_was_never_observed(admin: ApiClient, kind: str) -> None:
    """kstatus: observedGeneration differs from generation, so it is InProgress."""
    taken = admin.create(_object(kind, "unobserved"), **_TRY)
    assert taken["status"] == {"observedGeneration": -1}
    assert taken["metadata"]["generation"] == 1


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_a_whole_status_is_kept_and_its_columns_can_be_read(admin: ApiClient, kind: Kind) -> None:
    document = _object(kind.kind, "shown", namespace="bare")
    document["spec"]["suspend"] = True
    admin.create(document)
    status = _STATUS[kind.kind] | {"observedGeneration": 1, "conditions": _conditions()}
    path = admin.path_of(document)
    admin.merge_patch(
        API_VERSION, kind.kind, "shown", {"status": status}, "bare", subresource="status"
    )
    row = admin.request("GET", path, headers=_TABLE)
    names = [column["name"] for column in row["columnDefinitions"]]
    cells = dict(zip(names, row["rows"][0]["cells"], strict=True))
    assert names[1:] == [column.name for column in kind.columns]
    assert _SHOWN[kind.kind].items() <= cells.items()
    assert cells.get("Since", "1d") is not None


def test_a_short_name_and_the_category_are_served(admin: ApiClient) -> None:
    found = admin.request("GET", f"/apis/{API_VERSION}")["resources"]
    ours = {one["kind"]: one for one in found if "/" not in one["name"]}
    for kind in KINDS:
        assert ours[kind.kind]["shortNames"] == [kind.short_name]
        assert ours[kind.kind]["categories"] == ["tocsin"]


def _object(kind: str, name: str, namespace: str = "shop") -> Object:
    return {
        "apiVersion": API_VERSION,
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace},
        "spec": dict(_BARE[kind]),
    }


def _conditions() -> list[Object]:
    return [
        {
            "type": type_,
            "status": "True",
            "observedGeneration": 1,
            "lastTransitionTime": "2026-01-01T00:00:00Z",
            "reason": "Succeeded",
            "message": "",
        }
        for type_ in _CONDITIONS
    ]
