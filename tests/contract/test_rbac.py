"""What the shipped rules allow, read from `manifests/install.yaml` as a cluster would."""

from __future__ import annotations

from typing import Any

import yaml
from tests.contract.repository import ROOT

from tocsin.api import rbac
from tocsin.api.kinds import KINDS

WRITES = {"create", "update", "patch", "delete", "deletecollection"}


def _objects(kind: str) -> dict[str, dict[str, Any]]:
    documents = yaml.safe_load_all((ROOT / "manifests/install.yaml").read_text())
    return {d["metadata"]["name"]: d for d in documents if d and d["kind"] == kind}


def _about(rules: list[dict[str, Any]], resource: str) -> list[dict[str, Any]]:
    return [rule for rule in rules if {resource, "*"} & set(rule["resources"])]


def test_the_cluster_role_has_no_verb_on_secrets_and_no_wildcard() -> None:
    rules = _objects("ClusterRole")["tocsin"]["rules"]
    assert _about(rules, "secrets") == []
    assert [rule for rule in rules if "*" in rule["verbs"] + rule["apiGroups"]] == []


def test_no_verb_that_widens_ones_own_rights() -> None:
    roles = [*_objects("ClusterRole").values(), *_objects("Role").values()]
    verbs = {verb for role in roles for rule in role["rules"] for verb in rule["verbs"]}
    assert verbs & {"escalate", "bind", "impersonate"} == set()


def test_the_one_secret_is_named_in_every_rule_about_it() -> None:
    role = _objects("Role")["tocsin-alertmanager"]
    assert role["metadata"]["namespace"] == "monitoring"
    assert [rule["resourceNames"] for rule in role["rules"]] == [["alertmanager-tocsin"]]


def test_reading_a_namespaces_secrets_is_get_alone_and_bound_to_nobody() -> None:
    reader = _objects("ClusterRole")[rbac.SECRET_READER]
    assert [rule["verbs"] for rule in reader["rules"]] == [["get"]]
    bindings = [*_objects("ClusterRoleBinding").values(), *_objects("RoleBinding").values()]
    assert rbac.SECRET_READER not in {binding["roleRef"]["name"] for binding in bindings}


def test_of_our_kinds_only_the_status_is_written() -> None:
    rules = _objects("ClusterRole")["tocsin"]["rules"]
    ours = [rule for rule in rules if rule["apiGroups"] == ["tocsin.dev"]]
    written = {r for rule in ours if WRITES & set(rule["verbs"]) for r in rule["resources"]}
    assert written == {f"{kind.plural}/status" for kind in KINDS}


def test_the_manifest_holds_the_table() -> None:
    expected = [rule.to_document() for rule in rbac.CLUSTER_RULES]
    assert _objects("ClusterRole")["tocsin"]["rules"] == expected
    named = [r.to_document(names=["alertmanager-tocsin"]) for r in rbac.ALERTMANAGER_SECRET_RULES]
    assert _objects("Role")["tocsin-alertmanager"]["rules"] == named
