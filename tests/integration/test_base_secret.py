"""
The base Secret: merged within seconds, kept when it is broken or cannot be read.

One operator with `alertmanager.baseSecret`, on a real API server with the rights that the
chart gives for it; what the configuration does is asked of Alertmanager's own code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from tests.integration.conftest import run_operator
from tests.integration.objects import Object, channel, condition, notify, rule, secret
from tests.integration.waiting import wait_for
from tests.integration.world import ALERTMANAGER_SECRET, World
from tests.running import RunningOperator

from tocsin.api.rbac import BASE_SECRET_RULES

MONITORING = ALERTMANAGER_SECRET[0]
NAME = "base-configuration"
TEAM = "existing-team"
CONFIG = {
    "alertmanager": {"baseSecret": {"name": NAME}, "existingNamespaces": [TEAM]},
    "grouping": {"groupWait": "1s", "groupInterval": "2s"},
}
FIRST = """
route:
  receiver: all
  routes: [{match: {team: db}, receiver: db}]
receivers:
- name: all
  webhook_configs:
  - url: http://127.0.0.1:9/all
    http_config:
      basic_auth: {username: x, password_file: /etc/alertmanager/config/hook-password}
- {name: db, webhook_configs: [{url: 'http://127.0.0.1:9/db'}]}
- {name: nobody}
"""


def base(text: str, **files: str) -> Object:
    return secret(MONITORING, NAME, **{"alertmanager.yaml": text, "hook-password": "x", **files})


def rights() -> list[Object]:
    group = "rbac.authorization.k8s.io"
    meta = {"name": "tocsin-base", "namespace": MONITORING}
    subject = {"kind": "ServiceAccount", "name": "tocsin", "namespace": "tocsin-system"}
    rules = [one.to_document(names=[NAME]) for one in BASE_SECRET_RULES]
    ref = {"apiGroup": group, "kind": "Role", "name": "tocsin-base"}
    head = {"apiVersion": f"{group}/v1", "metadata": meta}
    return [
        {**head, "kind": "Role", "rules": rules},
        {**head, "kind": "RoleBinding", "roleRef": ref, "subjects": [subject]},
    ]


@pytest.fixture(scope="module")
def operator(world: World) -> Iterator[RunningOperator]:
    world.apply(*rights(), base(FIRST))
    if world.admin.get("v1", "Namespace", TEAM) is None:
        world.cluster.create_namespace(TEAM)
    with run_operator(world, CONFIG) as running:
        wait_for(lambda: world.told({"team": "db"}), lambda seen: seen == {"db"}, "the base")
        yield running
    for one in [*rights(), base(FIRST)]:
        world.delete(one)
    world.admin.delete("v1", "Namespace", TEAM)


def valid(operator: RunningOperator) -> bool:
    series = r"^tocsin_operator_alertmanager_base_valid (\S+)$"
    found = re.search(series, operator.metrics(), re.MULTILINE)
    assert found is not None
    return float(found[1]) == 1


def wait_valid(operator: RunningOperator, wanted: bool) -> None:
    wait_for(lambda: valid(operator), lambda seen: seen is wanted, f"base_valid {wanted}")


def wait_db(world: World, receiver: str) -> None:
    wait_for(lambda: world.told({"team": "db"}), lambda seen: seen == {receiver}, receiver)


def test_a_base_is_merged_with_its_files_and_edited_again(
    world: World, operator: RunningOperator
) -> None:
    assert world.told({"team": "x"}) == {"all"}
    assert world.secret_data()["hook-password"] == b"x"
    assert valid(operator)
    world.check_configuration()
    world.apply(base(FIRST.replace("team: db", "team: dba")))
    wait_db(world, "all")
    world.apply(base(FIRST))
    wait_db(world, "db")


def test_a_broken_base_keeps_the_last_good_one_and_blocks_nobody(
    world: World, namespace: str, operator: RunningOperator
) -> None:
    world.apply(base(FIRST.replace("webhook_configs", "webhok_configs")))
    wait_valid(operator, wanted=False)
    world.apply_ready(channel(namespace, "new", default={}))
    assert f"{namespace}/new" in world.receiver_names()
    assert world.told({"team": "db"}) == {"db"}
    events = wait_for(
        lambda: [
            one
            for one in world.admin.list("v1", "Event", MONITORING)
            if one["involvedObject"].get("name") == NAME and "webhok" in one["message"]
        ],
        bool,
        "an event on the Secret",
    )
    assert "the last good one stays" in events[0]["message"]
    operator.restart()
    world.apply_ready(channel(namespace, "newer", default={}))
    assert world.told({"team": "db"}) == {"db"}
    assert not valid(operator)
    world.apply(base(FIRST))
    wait_valid(operator, wanted=True)


def test_a_base_that_cannot_be_read_is_not_taken_for_none(
    world: World, namespace: str, operator: RunningOperator
) -> None:
    operator.stop()
    world.delete(rights()[1])
    operator.start()
    world.apply_ready(channel(namespace, "new", default={}))
    assert f"{namespace}/new" in world.receiver_names()
    assert world.told({"team": "db"}) == {"db"}
    assert not valid(operator)
    world.apply(*rights())
    wait_for(lambda: valid(operator), bool, "the base is read again", timeout=60)


def test_a_missing_base_is_said_and_counts_as_none(
    world: World, namespace: str, operator: RunningOperator
) -> None:
    world.apply_ready(channel(namespace, default={}))
    world.delete(base(FIRST))
    wait_for(world.receiver_names, lambda seen: "db" not in seen, "the base is out")
    wait_valid(operator, wanted=False)
    assert "hook-password" not in world.secret_data()
    assert f"{namespace}/chat" in world.receiver_names()
    world.apply(base(FIRST))
    wait_db(world, "db")


@pytest.mark.usefixtures("operator")
def test_a_rule_without_any_channel_goes_by_the_base(world: World, namespace: str) -> None:
    written = rule(namespace, labels={"team_of": "x"}, team="db")
    world.apply(written)
    seen = world.wait_condition(written, "Routed", "True")
    assert "tells db (by the base configuration)" in condition(seen, "Routed")["message"]
    assert world.told_by(written) == {"db"}


@pytest.mark.usefixtures("operator")
def test_existing_channels_are_receivers_of_the_base(world: World, namespace: str) -> None:
    db = channel(TEAM, "db", existing={"receiver": "db"})
    db["spec"].pop("webhook", None)
    lost = channel(TEAM, "lost", existing={"receiver": "nobody"})
    lost["spec"].pop("webhook", None)
    foreign = channel(namespace, "db", existing={"receiver": "db"})
    foreign["spec"].pop("webhook", None)
    world.apply_ready(db)
    written = rule(TEAM, notify=notify("db"))
    world.apply_ready(written)
    world.wait_told(written, "db")
    world.apply(lost, foreign)
    world.wait_condition(lost, "Ready", "False", "ReceiverNotFound")
    world.wait_condition(foreign, "Ready", "False", "ReceiverNotAllowed")
    world.check_configuration()
    # The receiver goes: the channel says so, and no route leads to what is not there.
    world.apply(base(FIRST.replace("db", "dba")))
    world.wait_condition(db, "Ready", "False", "ReceiverNotFound")
    world.wait_condition(written, "Routed", "False", "ChannelNotReady")
    world.check_configuration()
    world.apply(base(FIRST))
    world.wait_condition(db, "Ready", "True")
