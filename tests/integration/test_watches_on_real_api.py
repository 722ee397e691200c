"""The watches (kopf in its thread) on a real API server: they feed, come back, write nothing."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cluster import Cluster, ProgramsUnavailable, ensure_programs
from tests.cluster.programs import crds_folder

from tocsin.adapters.credentials import FileCredentials, TrustFiles
from tocsin.adapters.discovery import served
from tocsin.adapters.kubeconfig import find_credentials, load
from tocsin.adapters.transport import Transport
from tocsin.handlers.feeders import WATCHED
from tocsin.handlers.watches import Watches

CRDS = Path(__file__).parents[2] / "crds"
USER = "system:serviceaccount:tocsin-system:mighty"
KOPFS_FINALIZER = "kopf.zalando.org/KopfFinalizerMarker"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    try:
        ensure_programs(["mkcerts", "etcd", "kube-apiserver", "kubectl"])
    except ProgramsUnavailable as reason:
        pytest.skip(f"the real programs cannot be had: {reason}")
    with Cluster(controllers=False) as running:
        for crd in sorted(CRDS.glob("*.yaml")):
            install(running, crd)
        for namespace in ("tocsin-system", "shop", "bank"):
            running.create_namespace(namespace)
        metadata = {"name": "mighty", "namespace": "tocsin-system"}
        account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}
        running.admin.apply(account)
        # It may do everything, so that a write would not fail but be seen.
        api = "rbac.authorization.k8s.io"
        running.admin.apply(
            {
                "apiVersion": f"{api}/v1",
                "kind": "ClusterRoleBinding",
                "metadata": {"name": "mighty"},
                "roleRef": {"apiGroup": api, "kind": "ClusterRole", "name": "cluster-admin"},
                "subjects": [{"kind": "ServiceAccount", **metadata}],
            }
        )
        yield running


def install(cluster: Cluster, crd: Path) -> None:
    cluster.kubectl("apply", "--server-side", "-f", str(crd))
    cluster.kubectl("wait", "--for=condition=Established", "-f", str(crd), "--timeout=30s")


def rule(name: str, expr: str = "up == 0", **metadata: Any) -> dict[str, Any]:
    return {
        "apiVersion": "tocsin.dev/v1alpha1",
        "kind": "AlertRule",
        "metadata": {"name": name, "namespace": "shop", **metadata},
        "spec": {"expr": expr},
    }


class Seen(list[tuple[str, str | None, str]]):
    """Records what was fed: kind, event type, namespace/name."""

    def seen(self, kind: str, event_type: str | None, document: Any) -> None:
        metadata = document["metadata"]
        where = f"{metadata.get('namespace', '')}/{metadata['name']}"
        self.append((kind, event_type, where))

    def has(self, *event: str | None) -> Callable[[], bool]:
        return lambda: event in self


async def until(check: Callable[[], Any], seconds: float = 30.0) -> None:
    async with asyncio.timeout(seconds):
        while not check():
            await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def watching(credentials: Any, sink: Any, **options: Any):
    watches = Watches(credentials, sink, **options)
    task = asyncio.create_task(watches.run())
    try:
        yield watches
        assert not task.done()
    finally:
        began = asyncio.get_running_loop().time()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        assert asyncio.get_running_loop().time() - began < 5


async def test_listings_and_changes_are_fed_and_kopf_writes_nothing(cluster: Cluster):
    cluster.admin.apply(rule("first", finalizers=[KOPFS_FINALIZER]))
    seen, before = Seen(), len(cluster.audit_writes(USER))
    path = cluster.service_account_kubeconfig("tocsin-system", "mighty")
    async with watching(load([path]), seen) as watches:
        await until(seen.has("AlertRule", None, "shop/first"))
        await until(seen.has("Namespace", None, "/shop"))
        cluster.admin.apply(rule("second"))
        await until(seen.has("AlertRule", "ADDED", "shop/second"))
        cluster.admin.apply(rule("second", "up == 1"))
        await until(seen.has("AlertRule", "MODIFIED", "shop/second"))
        cluster.admin.delete("tocsin.dev/v1alpha1", "AlertRule", "second", "shop")
        await until(seen.has("AlertRule", "DELETED", "shop/second"))
        # kopf removes this finalizer of its own name, where it is told nothing better.
        change = {"metadata": {"labels": {"a": "b"}}}
        cluster.admin.merge_patch("tocsin.dev/v1alpha1", "AlertRule", "first", change, "shop")
        await until(seen.has("AlertRule", "MODIFIED", "shop/first"))
        await asyncio.sleep(1)
        assert watches.silent_for() < 5
    assert cluster.audit_writes(USER)[before:] == []
    first = cluster.admin.get("tocsin.dev/v1alpha1", "AlertRule", "first", "shop")
    assert first is not None
    assert first["metadata"]["finalizers"] == [KOPFS_FINALIZER]
    assert not [key for key in first["metadata"].get("annotations", {}) if "kopf" in key]


async def test_the_watches_survive_a_restart_of_the_api_server(cluster: Cluster):
    cluster.admin.apply(rule("survivor"))
    seen, restarts = Seen(), []
    credentials = find_credentials(cluster.kubeconfig)
    async with watching(credentials, seen, restarted=lambda: restarts.append(1)):
        await until(seen.has("AlertRule", None, "shop/survivor"))
        await asyncio.to_thread(cluster.restart_apiserver, 0)
        cluster.admin.get("v1", "Namespace", "shop")  # this thread connects anew
        cluster.admin.apply(rule("afterwards"))
        await until(lambda: any(where == "shop/afterwards" for _, _, where in seen), 60)
    assert restarts == []  # kopf itself came back


async def test_a_kind_that_arrives_later_is_watched(cluster: Cluster):
    seen = Seen()
    credentials = find_credentials(cluster.kubeconfig)
    transport = Transport(credentials)
    crd = next(crds_folder().glob("*prometheusrules*.yaml"))
    async with watching(credentials, seen) as watches:
        await until(seen.has("Namespace", None, "/shop"))
        assert WATCHED["PrometheusRule"] not in await served(transport, WATCHED.values())
        await asyncio.to_thread(install, cluster, crd)
        async with asyncio.timeout(30):
            while WATCHED["PrometheusRule"] not in await served(transport, WATCHED.values()):
                await asyncio.sleep(0.2)
        watches.restart()
        cluster.admin.apply(
            {
                "apiVersion": "monitoring.coreos.com/v1",
                "kind": "PrometheusRule",
                "metadata": {"name": "late", "namespace": "shop"},
                "spec": {"groups": []},
            }
        )
        await until(lambda: any(kind == "PrometheusRule" for kind, _, _ in seen))
        # And one that goes: kopf ends with a 404, and the rest is watched again.
        await asyncio.to_thread(cluster.kubectl, "delete", "-f", str(crd))
        cluster.admin.apply(rule("still-here"))
        await until(lambda: any(where == "shop/still-here" for _, _, where in seen), 60)
    await transport.aclose()


async def test_only_the_namespaces_named_are_watched(cluster: Cluster):
    cluster.admin.apply(rule("in-shop"))
    other = rule("in-bank")
    other["metadata"]["namespace"] = "bank"
    cluster.admin.apply(other)
    seen = Seen()
    credentials = find_credentials(cluster.kubeconfig)
    async with watching(credentials, seen, namespaces=("bank",)):
        await until(seen.has("AlertRule", None, "bank/in-bank"))
        await until(seen.has("Namespace", None, "/shop"))
        await asyncio.sleep(0.5)
    assert ("AlertRule", None, "shop/in-shop") not in seen


async def test_an_expired_token_is_waited_out(
    cluster: Cluster, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG, "tocsin")
    (tmp_path / "ca.crt").write_text(cluster.ca or "")
    (tmp_path / "token").write_text("canary-expired")
    credentials = FileCredentials(
        cluster.url,
        trust=TrustFiles(ca_file=tmp_path / "ca.crt"),
        token_file=tmp_path / "token",
    )
    seen = Seen()
    async with watching(credentials, seen):
        await asyncio.sleep(2)
        assert seen == []
        token = cluster.service_account_token("tocsin-system", "mighty")
        (tmp_path / "token").write_text(token)
        await until(seen.has("Namespace", None, "/shop"))
    assert "canary" not in caplog.text
    assert token not in caplog.text


async def test_a_failing_framework_is_started_again(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
):
    from tocsin.handlers import watches as module

    real, calls, restarts = module.kopf.spawn_tasks, [], []

    async def failing(**options: Any) -> Any:
        calls.append(1)
        if len(calls) < 3:
            raise RuntimeError("canary")
        return await real(**options)

    monkeypatch.setattr(module.kopf, "spawn_tasks", failing)
    seen = Seen()
    credentials = find_credentials(cluster.kubeconfig)
    async with watching(credentials, seen, restarted=lambda: restarts.append(1)):
        await until(seen.has("Namespace", None, "/shop"))
    assert len(restarts) == 2
