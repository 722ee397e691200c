"""Children: repaired, restored, never taken from somebody else (F23, S17, R11)."""

from __future__ import annotations

import pytest
from tests.integration.objects import (
    GOOD_EXPR,
    Object,
    alerts,
    channel,
    condition,
    prometheus_rule,
    rule,
)
from tests.integration.waiting import wait_for
from tests.integration.world import RULES, World, about, summary

from tocsin.api.meta import ObjectRef
from tocsin.compile.names import child_name

pytestmark = pytest.mark.usefixtures("operator")

NOBODY: Object = {"channels": []}


def edit(world: World, child: Object, patch: Object) -> None:
    """Change a child as another writer would."""
    meta = child["metadata"]
    world.admin.merge_patch(RULES, "PrometheusRule", meta["name"], patch, meta["namespace"])


def ready(world: World, namespace: str) -> tuple[Object, Object]:
    """Make a rule that is live; gives it and its child."""
    document = rule(namespace, notify=NOBODY, labels={"service": "a"})
    world.apply_ready(document)
    child = world.child(document)
    assert child is not None
    return document, child


def foreign_group() -> Object:
    """Make a rule group of somebody else."""
    return {"name": "other", "rules": [{"alert": "X", "expr": "vector(1)"}]}


@pytest.mark.parametrize("what", ["spec", "group", "owner", "record", "label"])
def test_a_child_edited_by_hand_is_repaired(world: World, namespace: str, what: str) -> None:
    document, child = ready(world, namespace)
    groups = child["spec"]["groups"]
    changed = [{**groups[0], "rules": [{**groups[0]["rules"][0], "expr": "vector(0)"}]}]
    changes: dict[str, Object] = {
        "spec": {"spec": {"groups": changed}},
        "group": {"spec": {"groups": [*groups, foreign_group()]}},
        "owner": {"metadata": {"ownerReferences": None}},
        "record": {"metadata": {"annotations": {"tocsin.dev/last-good": "{}"}}},
        "label": {"metadata": {"labels": {"app.kubernetes.io/managed-by": "me"}}},
    }
    edit(world, child, changes[what])

    def same(seen: Object | None) -> bool:
        return seen is not None and _parts(seen) == _parts(child)

    seen = world.wait_child(document, same, "the repair")
    assert seen["metadata"]["uid"] == child["metadata"]["uid"]
    assert seen["metadata"]["resourceVersion"] != child["metadata"]["resourceVersion"]
    assert condition(world.get(document), "Ready")["status"] == "True"


def _parts(child: Object) -> Object:
    meta = child["metadata"]
    return {
        "labels": meta["labels"],
        "annotations": meta["annotations"],
        "owners": meta.get("ownerReferences"),
        "spec": child["spec"],
    }


def test_labels_and_annotations_of_others_stay(world: World, namespace: str) -> None:
    document, child = ready(world, namespace)
    mine = {"labels": {"example.org/team": "x"}, "annotations": {"example.org/note": "y"}}
    edit(world, child, {"metadata": mine})
    world.apply_ready(rule(namespace, notify=NOBODY, expr="up == 1"))
    seen = world.wait_child(document, lambda c: c and alerts(c)[0]["expr"] == "up == 1")
    assert seen["metadata"]["labels"]["example.org/team"] == "x"
    assert seen["metadata"]["annotations"]["example.org/note"] == "y"


def test_a_deleted_child_is_restored(world: World, namespace: str) -> None:
    document, child = ready(world, namespace)
    world.delete(child)
    seen = world.wait_child(
        document,
        lambda c: c and c["metadata"]["uid"] != child["metadata"]["uid"],
        "a new child",
    )
    assert seen["spec"] == child["spec"]


def test_a_foreign_object_of_that_name_is_left_alone(world: World, namespace: str) -> None:
    document = rule(namespace, notify=NOBODY)
    name = child_name(ObjectRef("AlertRule", namespace, "errors"))
    foreign = world.apply(
        prometheus_rule(namespace, name, labels={"app.kubernetes.io/managed-by": "tocsin"})
    )
    world.apply(document)
    seen = world.wait_condition(document, "Ready", "False", "NameTaken")
    assert name in condition(seen, "Ready")["message"]
    assert condition(seen, "Stalled")["status"] == "True"
    assert seen["status"]["liveGeneration"] == 0
    now = world.child(document)
    assert now is not None
    assert now["metadata"]["resourceVersion"] == foreign["metadata"]["resourceVersion"]

    world.delete(document)
    world.fence(namespace)
    now = world.child(document)
    assert now is not None
    assert now["metadata"]["resourceVersion"] == foreign["metadata"]["resourceVersion"]
    world.apply(document)
    world.wait_condition(document, "Ready", "False", "NameTaken")
    world.delete(foreign)
    world.wait_condition(document)


def test_a_child_that_another_controller_took_is_not_taken_back(
    world: World, namespace: str
) -> None:
    document, child = ready(world, namespace)
    other = world.apply_ready(channel(namespace, "other"))
    owner = {
        "apiVersion": other["apiVersion"],
        "kind": other["kind"],
        "name": "other",
        "uid": other["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": False,
    }
    edit(world, child, {"metadata": {"ownerReferences": [owner]}})
    world.wait_condition(document, "Ready", "False", "NameTaken")
    world.delete(other)  # Kubernetes collects the child with its new owner, and ours is made again
    world.wait_condition(document)
    seen = world.wait_child(document)
    assert seen["metadata"]["uid"] != child["metadata"]["uid"]


def test_a_fight_is_said_and_left(world: World, namespace: str) -> None:
    document, child = ready(world, namespace)
    groups = [{"name": "errors", "rules": [{"alert": "theirs", "expr": "vector(0)"}]}]
    for _ in range(6):
        edit(world, child, {"spec": {"groups": groups}})
        seen = wait_for(
            lambda: (world.get(document) or {}, world.child(document) or {}),
            lambda seen: (
                condition(seen[0], "Ready")["status"] == "False"
                or alerts(seen[1])[0]["expr"] == GOOD_EXPR
            ),
            "a repair, or the word that there is a fight",
        )
        if condition(seen[0], "Ready")["status"] == "False":
            break
    assert condition(seen[0], "Ready")["reason"] == "OwnershipConflict"
    assert condition(seen[0], "Stalled")["status"] == "True"
    repairs = [
        one
        for one in summary(about(world.operator_writes(), namespace))
        if one == f"patch prometheusrules {child['metadata']['name']}"
    ]
    assert len(repairs) <= 1 + 2 * 3  # the creation, and at most three repairs of two requests
    edit(world, child, {"spec": {"groups": [*groups, foreign_group()]}})
    world.fence(namespace)
    assert len(alerts(world.child(document) or {})) == 2


def test_a_deleted_rule_costs_the_operator_no_write(world: World, namespace: str) -> None:
    document, _ = ready(world, namespace)
    before = len(about(world.operator_writes(), namespace))
    world.delete(document)
    wait_for(lambda: world.child(document), lambda seen: seen is None, "the garbage collection")
    writes = about(world.operator_writes(), namespace)
    assert summary(writes[before:]) == []


def test_a_rule_made_again_under_its_name_gets_a_child_of_its_own(
    world: World, namespace: str
) -> None:
    document, child = ready(world, namespace)
    world.delete(document)
    again = world.apply(document)
    seen = world.wait_child(
        document,
        lambda c: c and c["metadata"]["ownerReferences"][0]["uid"] == again["metadata"]["uid"],
        "a child of the new rule",
    )
    assert seen["metadata"]["uid"] != child["metadata"]["uid"]
    world.wait_condition(document)
