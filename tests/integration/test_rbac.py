"""The shipped rights: what the operator may do, and what nobody gave it."""

from __future__ import annotations

import pytest
from tests.cluster import ApiError
from tests.integration.objects import secret
from tests.integration.world import World
from tests.running import NAMESPACE, SERVICE_ACCOUNT

MAY_NOT = [
    ("v1", "Secret", "get", "default"),
    ("v1", "Secret", "list", None),
    ("v1", "Secret", "list", "monitoring"),
    ("v1", "ConfigMap", "list", None),
    ("v1", "Pod", "list", None),
    ("apps/v1", "Deployment", "list", None),
    ("rbac.authorization.k8s.io/v1", "ClusterRole", "list", None),
]


@pytest.mark.parametrize(("api_version", "kind", "verb", "namespace"), MAY_NOT)
def test_it_may_not(
    world: World, api_version: str, kind: str, verb: str, namespace: str | None
) -> None:
    client = world.cluster.client(NAMESPACE, SERVICE_ACCOUNT)
    path = world.admin.path(api_version, kind, "any" if verb == "get" else None, namespace)
    with pytest.raises(ApiError) as refused:
        client.request("GET", path)
    assert refused.value.status == 403


def test_it_may_not_write_another_secret_beside_its_own(world: World) -> None:
    client = world.cluster.client(NAMESPACE, SERVICE_ACCOUNT)
    with pytest.raises(ApiError) as refused:
        client.apply(secret("monitoring", "another", url="x"))
    assert refused.value.status == 403


def test_it_may_not_delete_or_edit_what_users_write(world: World, namespace: str) -> None:
    client = world.cluster.client(NAMESPACE, SERVICE_ACCOUNT)
    for verb in ("DELETE", "PATCH", "PUT"):
        path = world.admin.path("tocsin.dev/v1alpha1", "AlertRule", "any", namespace)
        with pytest.raises(ApiError) as refused:
            client.request(verb, path, {} if verb != "DELETE" else None)
        assert refused.value.status in {403, 415}
