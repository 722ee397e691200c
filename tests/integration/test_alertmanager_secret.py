"""The Alertmanager Secret: never absent for long, never empty, never anybody else's (F24, I3)."""

from __future__ import annotations

import time

import pytest
from tests.integration.objects import channel, consent, secret, secret_channel
from tests.integration.waiting import wait_for
from tests.integration.world import ALERTMANAGER_SECRET, World, written_secrets
from tests.running import RunningOperator

pytestmark = pytest.mark.usefixtures("operator")
NAMESPACE, NAME = ALERTMANAGER_SECRET


@pytest.fixture
def heard(world: World, namespace: str) -> str:
    """A receiver that must stay, with its Secret value."""
    world.apply(secret(namespace, "chat"), consent(namespace))
    world.apply_ready(secret_channel(namespace, default={}))
    return f"{namespace}/chat"


def content(world: World, heard: str) -> object:
    """Give what the Secret holds for a receiver; nothing where there is no configuration."""
    namespace = heard.partition("/")[0]
    document = world.configuration()
    if "receivers" not in document:
        return None
    parts = [*document["receivers"], *document["route"]["routes"]]
    values = {k: v for k, v in world.secret_data().items() if namespace in k}
    return [one for one in parts if namespace in str(one)], values


def test_a_deleted_secret_is_restored_at_once(world: World, heard: str) -> None:
    before = content(world, heard)
    world.admin.delete("v1", "Secret", NAME, NAMESPACE)
    began = time.monotonic()
    after = wait_for(lambda: content(world, heard), bool, "the Secret is back", timeout=10)
    assert time.monotonic() - began < 2
    assert after == before
    assert heard in world.receiver_names()


def test_an_emptied_secret_is_restored_at_once(world: World, heard: str) -> None:
    before = content(world, heard)
    world.admin.merge_patch("v1", "Secret", NAME, {"data": None}, NAMESPACE)
    assert wait_for(lambda: content(world, heard), bool, "the data are back", timeout=10) == before


def test_a_hand_edit_is_repaired_and_foreign_keys_stay(world: World, heard: str) -> None:
    before = content(world, heard)
    edit = {"alertmanager.yaml": "route: {}\n", "mine.tmpl": "theirs", "tocsin-stray": "x"}
    world.admin.merge_patch("v1", "Secret", NAME, {"stringData": edit}, NAMESPACE)
    after = wait_for(
        world.secret_data,
        lambda seen: len(seen["alertmanager.yaml"]) > 20 and "tocsin-stray" not in seen,
        "the repair",
    )
    assert content(world, heard) == before
    assert after["mine.tmpl"] == b"theirs"
    world.check_configuration()
    world.admin.merge_patch("v1", "Secret", NAME, {"data": {"mine.tmpl": None}}, NAMESPACE)


def test_a_secret_replaced_whole_is_restored(world: World, heard: str) -> None:
    before = content(world, heard)
    found = world.admin.get("v1", "Secret", NAME, NAMESPACE) or {}
    theirs = {
        **secret(NAMESPACE, NAME, **{"alertmanager.yaml": "route: {receiver: x}\n"}),
        "metadata": {"name": NAME, "namespace": NAMESPACE, "uid": found["metadata"]["uid"]},
    }
    world.admin.request("PUT", world.admin.path_of(theirs), theirs)
    wait_for(lambda: content(world, heard), lambda seen: seen == before, "the repair")
    world.check_configuration()


def test_a_damaged_record_costs_nothing_that_is_live(
    world: World, heard: str, operator: RunningOperator
) -> None:
    edit = {"tocsin-state.json.gz": "garbage"}
    operator.stop()
    world.admin.merge_patch("v1", "Secret", NAME, {"stringData": edit}, NAMESPACE)
    operator.start()
    wait_for(
        world.secret_data,
        lambda seen: seen["tocsin-state.json.gz"] != b"garbage",
        "a new record",
    )
    assert heard in world.receiver_names()
    world.check_configuration()


def test_the_secret_has_no_owner_and_our_label(world: World, heard: str) -> None:
    found = world.admin.get("v1", "Secret", NAME, NAMESPACE) or {}
    assert "ownerReferences" not in found["metadata"]
    assert "finalizers" not in found["metadata"]
    assert found["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "tocsin"


def test_quick_changes_are_one_write(world: World, namespace: str, heard: str) -> None:
    before = len(written_secrets(world.operator_writes()))
    for index in range(10):
        world.apply(channel(namespace, f"burst-{index}"))
    wait_for(world.receiver_names, lambda seen: f"{namespace}/burst-9" in seen, "the last one")
    assert {f"{namespace}/burst-{index}" for index in range(10)} <= world.receiver_names()
    assert len(written_secrets(world.operator_writes())) - before <= 2


def test_no_version_ever_lost_the_receiver(world: World, heard: str) -> None:
    world.apply_ready(channel(heard.split("/", maxsplit=1)[0], "another"))
    wait_for(world.receiver_names, lambda seen: heard.replace("chat", "another") in seen, "it")
    held = [
        f"name: {heard}\n".encode() in data["alertmanager.yaml"]
        for data in written_secrets(world.operator_writes())
    ]
    assert all(held[held.index(True) :])
