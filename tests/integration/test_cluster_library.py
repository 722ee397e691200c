"""The library that starts the real parts: they start, they work together, nothing stays behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cluster import (
    ApiClient,
    ApiError,
    Cluster,
    ProgramsUnavailable,
    Sink,
    connect,
    ensure_programs,
)
from tests.cluster.base import wait_until

ROOT = Path(__file__).parents[2]
_RULE = {
    "apiVersion": "monitoring.coreos.com/v1",
    "kind": "PrometheusRule",
    "metadata": {"name": "always", "namespace": "default"},
    "spec": {"groups": [{"name": "g", "rules": [{"alert": "Always", "expr": "vector(1)"}]}]},
}
_ALERTMANAGER = """
route: {receiver: sink, group_wait: 0s, group_interval: 1s}
receivers:
  - name: sink
    webhook_configs: [{url_file: /etc/alertmanager/config/url, send_resolved: true}]
"""


def start(**options: object) -> Cluster:
    try:
        cluster = Cluster(**options)  # type: ignore[arg-type] # the tests name real options
        cluster.start()
    except ProgramsUnavailable as reason:
        pytest.skip(f"the real programs cannot be had: {reason}")
    return cluster


@pytest.fixture(scope="module")
def plane() -> Iterator[Cluster]:
    cluster = start()
    yield cluster
    cluster.close()


def alive(pid: int | None) -> bool:
    try:
        os.kill(pid or 0, 0)
    except ProcessLookupError:
        return False
    return True


def test_from_a_rule_to_a_notification_and_nothing_left_behind() -> None:
    cluster = start(stack=True)
    try:
        with Sink() as sink:
            secret = {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {"name": "alertmanager-tocsin", "namespace": "monitoring"},
                "stringData": {"alertmanager.yaml": _ALERTMANAGER, "url": f"{sink.url}/first"},
            }
            cluster.admin.apply(secret)
            cluster.admin.apply(_RULE)
            fired = sink.wait_for(lambda n: n.body["status"] == "firing")
            assert fired.path == "/first"
            assert fired.body["commonLabels"]["alertname"] == "Always"
            cluster.admin.delete("monitoring.coreos.com/v1", "PrometheusRule", "always", "default")
            sink.wait_for(lambda n: n.body["status"] == "resolved")
            _a_refused_configuration_is_told(cluster, secret)
        state = cluster.stack.state()
        assert state["prometheus"]["starts"] == state["alertmanager"]["starts"] == 1
        _a_changed_pod_is_a_new_process(cluster)
        for kind in ("Prometheus", "Alertmanager"):
            cluster.admin.wait_for(
                "monitoring.coreos.com/v1", kind, "main", _is_available, "monitoring"
            )
        pids = [part["pid"] for part in cluster.parts().values()]
        assert len(pids) == 7
        work = cluster.work
    finally:
        cluster.close()
    assert [pid for pid in pids if alive(pid)] == []
    assert not work.exists()


def _a_refused_configuration_is_told(cluster: Cluster, secret: dict[str, Any]) -> None:
    """Alertmanager keeps the configuration it has."""
    broken = {**secret, "stringData": {"alertmanager.yaml": "route: {receiver: absent}"}}
    cluster.admin.apply(broken)
    wait_until(
        lambda: "absent" in cluster.stack.state()["alertmanager"]["reload_error"], "it is refused"
    )
    cluster.admin.apply(secret)
    wait_until(lambda: not cluster.stack.state()["alertmanager"]["reload_error"], "it is accepted")


def _a_changed_pod_is_a_new_process(cluster: Cluster) -> None:
    """prometheus-operator changes the StatefulSet, its controller replaces the pod."""
    before = cluster.stack.state()["prometheus"]
    monitoring = "monitoring.coreos.com/v1"
    patch = {"spec": {"logLevel": "debug"}}
    cluster.admin.merge_patch(monitoring, "Prometheus", "main", patch, "monitoring")
    wait_until(lambda: cluster.stack.state()["prometheus"]["starts"] == 2, "a second start")
    after = cluster.stack.state()["prometheus"]
    assert after["uid"] != before["uid"]
    assert not alive(before["pid"])
    flags = wait_until(lambda: _flags(cluster), "Prometheus answers again")
    assert flags["log.level"] == "debug"


def _flags(cluster: Cluster) -> dict[str, str] | None:
    try:
        with urllib.request.urlopen(f"{cluster.prometheus_url}/api/v1/status/flags") as answer:
            flags: dict[str, str] = json.load(answer)["data"]
    except OSError:
        return None
    return flags


def _is_available(found: dict[str, object] | None) -> bool:
    status = (found or {}).get("status") or {}
    assert isinstance(status, dict)
    return {"type": "Available", "status": "True"}.items() <= _condition(status).items()


def _condition(status: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    found = [c for c in status.get("conditions") or [] if c["type"] == "Available"]
    return found[0] if found else {}


def test_nothing_stays_when_the_owner_is_killed() -> None:
    ensure_or_skip()
    script = (
        "import json, time\n"
        "from tests.cluster import Cluster\n"
        "with Cluster() as cluster:\n"
        "    print(json.dumps([cluster.parts(), str(cluster.work)]), flush=True)\n"
        "    time.sleep(60)\n"
    )
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        parts, work = json.loads(owner.stdout.readline())
        assert all(alive(part["pid"]) for part in parts.values())
        owner.send_signal(signal.SIGKILL)
    wait_until(lambda: not any(alive(part["pid"]) for part in parts.values()), "programs end")
    wait_until(lambda: not Path(work).exists(), "the folder goes")


def ensure_or_skip() -> None:
    try:
        ensure_programs()
    except ProgramsUnavailable as reason:
        pytest.skip(f"the real programs cannot be had: {reason}")


def test_two_stand_side_by_side(plane: Cluster) -> None:
    with start() as other:
        assert other.url != plane.url
        other.create_namespace("only-here")
        assert plane.admin.get("v1", "Namespace", "only-here") is None


def test_the_logs_are_kept_after_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    cluster = start(controllers=False)
    with pytest.raises(LookupError), cluster:
        raise LookupError
    folder = Path(capsys.readouterr().err.split()[-1])
    assert {"etcd.log", "kube-apiserver.log"} <= {path.name for path in folder.iterdir()}
    assert not cluster.work.exists()
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()


def test_a_service_account_is_itself_and_no_more(plane: Cluster) -> None:
    plane.create_namespace("shop")
    plane.await_default_service_account("shop")
    path = plane.service_account_kubeconfig("shop", "default")
    with connect(path) as own, pytest.raises(ApiError) as refused:
        own.admin.list("v1", "Secret", "shop")
    assert (refused.value.status, refused.value.reason) == (403, "Forbidden")
    assert "system:serviceaccount:shop:default" in refused.value.message
    assert "client-key-data" not in path.read_text()


def test_writes_are_counted_for_each_user(plane: Cluster) -> None:
    plane.create_namespace("counted")
    plane.await_default_service_account("counted")
    user = "system:serviceaccount:counted:default"
    acting = ApiClient(plane.admin.credentials, impersonate=user)
    before = len(plane.audit_writes("admin"))
    with pytest.raises(ApiError):
        acting.create(_config_map("refused", "counted"))
    plane.admin.create(_config_map("made", "counted"))
    plane.admin.get("v1", "ConfigMap", "made", "counted")
    writes = plane.audit_writes("admin")
    assert len(writes) == before + 1
    assert writes[-1]["requestObject"]["data"] == {"key": "value"}
    attempt = plane.audit_writes(user)[-1]
    assert attempt["responseStatus"]["code"] == 403


def test_the_client_speaks_to_every_kind_of_object(plane: Cluster) -> None:
    admin = plane.admin
    plane.create_namespace("objects")
    admin.apply(_config_map("one", "objects"))
    patched = admin.merge_patch("v1", "ConfigMap", "one", {"data": {"key": None}}, "objects")
    assert "data" not in patched
    assert {o["metadata"]["name"] for o in admin.list("v1", "ConfigMap", "objects")} >= {"one"}
    assert admin.delete("v1", "ConfigMap", "one", "objects")
    assert not admin.delete("v1", "ConfigMap", "one", "objects")
    assert admin.get("v1", "ConfigMap", "one", "objects") is None
    with pytest.raises(LookupError, match="no kind 'Absent' in 'v1'"):
        admin.get("v1", "Absent", "x")
    with pytest.raises(TimeoutError, match="ConfigMap objects/one was not as awaited"):
        admin.wait_for("v1", "ConfigMap", "one", bool, "objects", timeout=0.1)


def test_kubectl_is_the_admin(plane: Cluster) -> None:
    assert plane.kubectl("auth", "can-i", "*", "*").stdout.strip() == "yes"
    assert "v1.36" in plane.kubectl("version").stdout


def test_the_api_server_comes_back_with_its_objects(plane: Cluster) -> None:
    plane.admin.apply(_config_map("kept", "default"))
    url = plane.url
    plane.stop_apiserver(grace=0)
    with pytest.raises(OSError):  # noqa: PT011 - refused or reset, as the system says it
        plane.admin.get("v1", "ConfigMap", "kept", "default")
    start = time.monotonic()
    plane.start_apiserver()
    assert time.monotonic() - start < 60
    assert plane.url == url
    assert plane.admin.get("v1", "ConfigMap", "kept", "default") is not None


def _config_map(name: str, namespace: str) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": namespace},
        "data": {"key": "value"},
    }
