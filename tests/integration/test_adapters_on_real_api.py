"""`ApiCluster`, Events and the Secret's watch against a real API server."""

import asyncio
import contextlib
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cluster import Cluster, ProgramsUnavailable, ensure_programs

from tocsin.adapters.clock import SystemClock
from tocsin.adapters.cluster import ApiCluster
from tocsin.adapters.credentials import FileCredentials, TrustFiles
from tocsin.adapters.events import ClusterEvents
from tocsin.adapters.kubeconfig import find_credentials, load
from tocsin.adapters.secret_watch import SecretWatch
from tocsin.adapters.transport import Transport
from tocsin.api.meta import ObjectRef
from tocsin.errors import ClusterError

RULES = ("tocsin.dev", "v1alpha1", "alertrules")
SECRETS = ("", "v1", "secrets")
CONFIGMAPS = ("", "v1", "configmaps")
CRDS = Path(__file__).parents[2] / "crds"
USER = "system:serviceaccount:tocsin-system:tocsin"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    try:
        ensure_programs(["mkcerts", "etcd", "kube-apiserver", "kubectl"])
    except ProgramsUnavailable as reason:
        pytest.skip(f"the real programs cannot be had: {reason}")
    with Cluster(controllers=False) as running:
        for crd in sorted(CRDS.glob("*.yaml")):
            running.kubectl("apply", "--server-side", "-f", str(crd))
        for kind in ("alertrules", "healthchecks", "notificationchannels"):
            name = f"crd/{kind}.tocsin.dev"
            running.kubectl("wait", "--for=condition=Established", name, "--timeout=30s")
        for namespace in ("tocsin-system", "monitoring", "shop"):
            running.create_namespace(namespace)
        for name in ("tocsin", "nobody"):
            running.admin.apply(
                {
                    "apiVersion": "v1",
                    "kind": "ServiceAccount",
                    "metadata": {"name": name, "namespace": "tocsin-system"},
                }
            )
        role = {
            "rules": [
                {
                    "apiGroups": [""],
                    "resources": ["secrets"],
                    "resourceNames": ["am"],
                    "verbs": ["list", "watch"],
                }
            ]
        }
        bind(running, "Role", "monitoring", role)
        yield running


def bind(cluster: Cluster, kind: str, namespace: str, role: dict[str, Any]) -> None:
    """Give the operator's service account some rights."""
    api = "rbac.authorization.k8s.io"
    metadata = {"name": "tocsin", "namespace": namespace}
    cluster.admin.apply({"apiVersion": f"{api}/v1", "kind": kind, "metadata": metadata, **role})
    cluster.admin.apply(
        {
            "apiVersion": f"{api}/v1",
            "kind": "RoleBinding",
            "metadata": metadata,
            "roleRef": {"apiGroup": api, "kind": kind, "name": "tocsin"},
            "subjects": [
                {"kind": "ServiceAccount", "name": "tocsin", "namespace": "tocsin-system"}
            ],
        }
    )


@contextlib.asynccontextmanager
async def admin(cluster: Cluster, **options: Any):
    client = ApiCluster(Transport(find_credentials(cluster.kubeconfig)), **options)
    try:
        yield client
    finally:
        await client.aclose()


def rule(name: str, expr: str = "up == 0", **metadata: Any) -> dict[str, Any]:
    return {
        "apiVersion": "tocsin.dev/v1alpha1",
        "kind": "AlertRule",
        "metadata": {"name": name, "namespace": "shop", **metadata},
        "spec": {"expr": expr},
    }


async def until(check: Callable[[], Any], seconds: float = 20.0) -> None:
    async with asyncio.timeout(seconds):
        while not check():
            await asyncio.sleep(0.02)


async def refused(call: Any) -> ClusterError:
    with pytest.raises(ClusterError) as caught:
        await call
    return caught.value


async def test_apply_creates_updates_and_says_what_is(cluster: Cluster):
    async with admin(cluster) as api:
        made = await api.apply(RULES, rule("applied"))
        assert made["metadata"]["managedFields"][0]["manager"] == "tocsin"
        assert made["metadata"]["managedFields"][0]["operation"] == "Apply"
        # The first repetition adds the defaults of the status; from then on nothing changes.
        once = await api.apply(RULES, rule("applied"))
        again = await api.apply(RULES, rule("applied"))
        assert again["metadata"]["resourceVersion"] == once["metadata"]["resourceVersion"]
        changed = await api.apply(RULES, rule("applied", "up == 1"))
        assert changed["metadata"]["generation"] == 2
        read = await api.read(RULES, "shop", "applied")
        assert read is not None
        assert read["spec"] == {"expr": "up == 1"}
        assert await api.read(RULES, "shop", "absent") is None


async def test_apply_takes_fields_from_others(cluster: Cluster):
    cluster.admin.apply(rule("forced"), field_manager="somebody")
    async with admin(cluster) as api:
        taken = await api.apply(RULES, rule("forced", "up == 1"))
    assert taken["spec"]["expr"] == "up == 1"


async def test_lists_come_in_pages_and_as_metadata(cluster: Cluster):
    names = {f"page-{number}" for number in range(7)}
    for name in sorted(names):
        cluster.admin.apply(rule(name))
    async with admin(cluster, page=2) as api:
        metadata = await api.list_metadata(RULES)
        objects = await api.list_objects(RULES)
    assert names <= {item["metadata"]["name"] for item in metadata}
    assert all(item["metadata"]["uid"] and "spec" not in item for item in metadata)
    assert {o["metadata"]["uid"] for o in objects} == {m["metadata"]["uid"] for m in metadata}
    assert all("spec" in item for item in objects)
    async with admin(cluster, namespaces=("monitoring",)) as api:
        assert await api.list_metadata(RULES) == []
        everywhere = await api.list_metadata(("", "v1", "namespaces"))
    assert {"shop", "monitoring"} <= {item["metadata"]["name"] for item in everywhere}


async def test_status_is_merged_and_none_removes(cluster: Cluster):
    cluster.admin.apply(rule("judged"))
    async with admin(cluster) as api:
        await api.patch_status(RULES, "shop", "judged", {"state": "Firing", "severity": "info"})
        now = await api.patch_status(RULES, "shop", "judged", {"state": None, "severity": "none"})
        assert now["status"]["severity"] == "none"
        assert "state" not in now["status"]
        assert now["metadata"]["generation"] == 1
        error = await refused(api.patch_status(RULES, "shop", "absent", {"severity": "none"}))
    assert (error.status, error.reason) == (404, "NotFound")


async def test_patch_changes_one_field(cluster: Cluster):
    cluster.admin.apply(rule("patched", labels={"a": "1", "b": "2"}))
    async with admin(cluster) as api:
        now = await api.patch(RULES, "shop", "patched", {"metadata": {"labels": {"a": None}}})
    assert now["metadata"]["labels"] == {"b": "2"}
    assert now["spec"] == {"expr": "up == 0"}


async def test_delete_spares_an_object_with_another_uid(cluster: Cluster):
    made = cluster.admin.apply(rule("deleted"))
    async with admin(cluster) as api:
        await api.delete(RULES, "shop", "deleted", uid="00000000-0000-0000-0000-000000000000")
        assert await api.read(RULES, "shop", "deleted") is not None
        await api.delete(RULES, "shop", "deleted", uid=made["metadata"]["uid"])
        assert await api.read(RULES, "shop", "deleted") is None
        await api.delete(RULES, "shop", "deleted", uid=made["metadata"]["uid"])


async def test_refusals_keep_the_apis_words(cluster: Cluster):
    async with admin(cluster) as api:
        error = await refused(api.apply(RULES, rule("bad", "")))
        assert (error.status, error.reason) == (422, "Invalid")
        assert "spec.expr" in error.message
        error = await refused(api.list_metadata(("monitoring.coreos.com", "v1", "prometheusrules")))
        assert error.status == 404
        await api.create(CONFIGMAPS, config_map("taken"))
        error = await refused(api.create(CONFIGMAPS, config_map("taken")))
        assert (error.status, error.reason) == (409, "AlreadyExists")
        stale = {"metadata": {"resourceVersion": "1"}}
        error = await refused(api.patch(CONFIGMAPS, "shop", "taken", stale))
        assert (error.status, error.reason) == (409, "Conflict")


def config_map(name: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": "shop"},
    }


async def test_without_rights_and_about_secrets_nothing_but_the_reason(cluster: Cluster):
    credentials = load([cluster.service_account_kubeconfig("tocsin-system", "nobody")])
    api = ApiCluster(Transport(credentials))
    error = await refused(api.list_metadata(RULES))
    assert (error.status, error.reason) == (403, "Forbidden")
    assert "nobody" in error.message
    error = await refused(api.read(SECRETS, "shop", "x"))
    assert (error.status, error.reason) == (403, "Forbidden")
    await api.aclose()
    secret = {"metadata": {"name": "x", "namespace": "shop"}, "data": {"url": "canary!"}}
    async with admin(cluster) as api:
        document = {"apiVersion": "v1", "kind": "Secret", **secret}
        error = await refused(api.apply(SECRETS, document))
    assert error.status >= 400
    assert "canary" not in str(error)


async def test_an_untrusted_server_is_not_spoken_to(cluster: Cluster):
    credentials = FileCredentials(cluster.url, trust=TrustFiles(), token="canary-token")
    api = ApiCluster(Transport(credentials))
    error = await refused(api.list_metadata(RULES))
    await api.aclose()
    assert (error.status, error.reason) == (0, "TLSFailed")
    assert "canary" not in str(error)


def mounted(cluster: Cluster, folder: Path, token: str) -> FileCredentials:
    """Credentials as in a pod: a token file and a file with the authority."""
    (folder / "ca.crt").write_text(cluster.ca or "")
    (folder / "token").write_text(token)
    return FileCredentials(
        cluster.url, trust=TrustFiles(ca_file=folder / "ca.crt"), token_file=folder / "token"
    )


async def test_a_rotated_token_is_used_at_once(cluster: Cluster, tmp_path: Path):
    transport = Transport(mounted(cluster, tmp_path, "expired"))
    error = await refused(transport.request("GET", "/api/v1"))
    assert (error.status, error.reason) == (401, "Unauthorized")
    fresh = cluster.service_account_token("tocsin-system", "tocsin")
    (tmp_path / "token").write_text(fresh)
    assert (await transport.request("GET", "/api/v1"))["kind"] == "APIResourceList"
    await transport.aclose()


async def test_a_rotated_authority_is_trusted_at_once(cluster: Cluster, tmp_path: Path):
    credentials = mounted(
        cluster, tmp_path, cluster.service_account_token("tocsin-system", "tocsin")
    )
    assert credentials.tls is not None
    credentials.tls = ssl.create_default_context()  # knows the new authority not yet
    transport = Transport(credentials)
    assert (await refused(transport.request("GET", "/api/v1"))).reason == "TLSFailed"
    (tmp_path / "ca.crt").write_text((cluster.ca or "") + "\n")
    await credentials.renew()
    assert (await transport.request("GET", "/api/v1"))["kind"] == "APIResourceList"
    await transport.aclose()


async def test_events_are_accepted_and_counted(cluster: Cluster):
    made = cluster.admin.apply(rule("told"))
    async with admin(cluster) as api:
        dropped: list[str] = []
        events = ClusterEvents(api, SystemClock(), dropped=dropped.append, per_second=1000)
        ref, uid = ObjectRef("AlertRule", "shop", "told"), made["metadata"]["uid"]
        task = asyncio.create_task(events.run())
        for _ in range(3):
            await events.record(ref, uid, type="Warning", reason="InvalidSpec", message="no\nway")
        await events.written()
        again = ClusterEvents(api, SystemClock(), dropped=dropped.append)  # after a restart
        other = asyncio.create_task(again.run())
        await again.record(ref, uid, type="Warning", reason="InvalidSpec", message="no\nway")
        await again.written()
        task.cancel()
        other.cancel()
    assert dropped == []
    (event,) = cluster.admin.list("v1", "Event", "shop", fieldSelector="involvedObject.name=told")
    assert event["count"] == 4
    assert event["message"] == "no way"
    described = cluster.kubectl("describe", "alertrule", "told", "-n", "shop").stdout
    assert "InvalidSpec" in described
    assert "x4" in described


class Seen(list[Any]):
    def secret_seen(self, document: Any) -> None:
        self.append(None if document is None else document.get("data"))


async def test_the_secret_is_watched_by_name_alone(cluster: Cluster, tmp_path: Path):
    token = cluster.service_account_token("tocsin-system", "tocsin")
    transport = Transport(mounted(cluster, tmp_path, token))
    error = await refused(transport.request("GET", "/api/v1/namespaces/monitoring/secrets"))
    assert error.status == 403  # what kopf would ask
    seen = Seen()
    task = asyncio.create_task(SecretWatch(transport, "monitoring", "am", seen).run())
    await until(lambda: seen == [None])
    body = {"apiVersion": "v1", "kind": "Secret"}
    for name in ("other", "am"):
        metadata = {"name": name, "namespace": "monitoring"}
        cluster.admin.apply({**body, "metadata": metadata, "data": {"k": "YQ=="}})
    await until(lambda: seen == [None, {"k": "YQ=="}])
    await asyncio.to_thread(cluster.restart_apiserver)
    cluster.admin.get("v1", "Namespace", "shop")  # this thread connects anew
    metadata = {"name": "am", "namespace": "monitoring"}
    cluster.admin.apply({**body, "metadata": metadata, "data": {"k": "Yg=="}})
    await until(lambda: seen[-1] == {"k": "Yg=="}, 40)
    cluster.admin.delete("v1", "Secret", "am", "monitoring")
    await until(lambda: seen[-1] is None)
    task.cancel()
    await transport.aclose()
