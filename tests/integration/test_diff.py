"""`tocsin diff` against a real API server: what it says comes true, and it changes nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from tests.integration.objects import Object, alert_labels, channel, notify, rule
from tests.integration.world import World

TOCSIN = Path(sys.executable).with_name("tocsin")
RULES = "monitoring.coreos.com/v1"

pytestmark = pytest.mark.usefixtures("operator")


def _diff(
    world: World, *documents: Object, output: str = "json", config: Path | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [TOCSIN, "diff", "-", "-o", output, "--kubeconfig", config or world.cluster.kubeconfig],
        input=yaml.safe_dump_all(documents),
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_is_live_already_changes_nothing(world: World, namespace: str) -> None:
    documents = [channel(namespace, default={}), rule(namespace)]
    world.apply_ready(*documents)
    done = _diff(world, *documents, output="text")
    assert (done.returncode, done.stdout) == (0, "nothing would change\n"), done.stderr


def test_an_edit_is_foretold(world: World, namespace: str) -> None:
    first = rule(namespace)
    world.apply_ready(channel(namespace, default={}), channel(namespace, "pager"), first)
    before = world.child(first)
    assert before is not None

    edited = rule(namespace, notify=notify("pager"))
    done = _diff(world, edited)
    assert done.returncode == 1, done.stderr
    said = json.loads(done.stdout)
    (child,) = said["prometheusRules"]
    (restart,) = child["restarts"]
    (told,) = said["told"]
    assert child["action"] == "change"
    assert restart["changed"] == ["tocsin_route"]
    assert [one.split()[0] for one in told["before"]] == [f"{namespace}/chat"]
    assert [one.split()[0] for one in told["after"]] == [f"{namespace}/pager"]
    assert world.child(first) == before

    world.apply_ready(edited)
    after = world.child(edited)
    assert after is not None
    assert "tocsin_route" in alert_labels(after)
    assert "tocsin_route" not in alert_labels(before)
    assert world.told_by(edited) == {f"{namespace}/pager"}
    assert _diff(world, edited).returncode == 0


def test_a_channel_moves_the_rules_of_others(world: World, namespace: str) -> None:
    world.apply_ready(channel(namespace, default={}), rule(namespace))
    done = _diff(world, channel(namespace, "second", default={}), output="text")
    assert done.returncode == 1, done.stderr
    assert f"receiver {namespace}/second would be created" in done.stdout
    assert f"AlertRule {namespace}/errors, severity warning: others would be told" in done.stdout


def test_a_new_rule_and_a_suspended_one(world: World, namespace: str) -> None:
    world.apply_ready(channel(namespace, default={}), rule(namespace))
    done = _diff(world, rule(namespace, suspend=True), rule(namespace, "other"))
    said = json.loads(done.stdout)
    assert [one["action"] for one in said["prometheusRules"]] == ["remove", "create"]
    assert said["prometheusRules"][0]["restarts"][0]["changed"] == []


def test_what_is_wrong_is_said_by_us_and_by_the_server(world: World, namespace: str) -> None:
    done = _diff(world, rule(namespace, expr="up >"))
    assert done.returncode == 2
    assert "InvalidExpression" in done.stderr
    done = _diff(world, rule("no-such-namespace"))
    assert done.returncode == 2
    assert 'namespaces "no-such-namespace" not found' in done.stderr


def test_a_reader_of_one_namespace(world: World, namespace: str) -> None:
    world.apply_ready(channel(namespace, default={}), rule(namespace))
    config = _reader(world, namespace)
    done = _diff(world, rule(namespace, expr="up == 3"), config=config)
    assert done.returncode == 1, done.stderr
    (child,) = json.loads(done.stdout)["prometheusRules"]
    assert "+      expr: up == 3" in "\n".join(child["lines"])
    assert "the server has not judged them" in done.stderr
    assert f"only {namespace} is seen" in done.stderr


def test_no_cluster_is_said_with_the_remedy(world: World, tmp_path: Path) -> None:
    done = _diff(world, rule("shop"), config=tmp_path / "none")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert str(tmp_path / "none") in done.stderr


def _reader(world: World, namespace: str) -> Path:
    """Give the kubeconfig of somebody who may only read our kinds in one namespace."""
    reading = ["get", "list"]
    rights = [
        {"apiGroups": ["tocsin.dev"], "resources": ["*"], "verbs": reading},
        {"apiGroups": ["monitoring.coreos.com"], "resources": ["*"], "verbs": reading},
    ]
    meta = {"name": "reader", "namespace": namespace}
    rbac = "rbac.authorization.k8s.io"
    world.apply(
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta},
        {"apiVersion": f"{rbac}/v1", "kind": "Role", "metadata": meta, "rules": rights},
        {
            "apiVersion": f"{rbac}/v1",
            "kind": "RoleBinding",
            "metadata": meta,
            "roleRef": {"apiGroup": rbac, "kind": "Role", "name": "reader"},
            "subjects": [{"kind": "ServiceAccount", **meta}],
        },
    )
    return Path(world.cluster.service_account_kubeconfig(namespace, "reader"))
