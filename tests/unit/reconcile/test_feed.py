"""The feed: what the watches say becomes work only where something may have changed."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tocsin.adapters.clock import SystemClock
from tocsin.api.alert_rule import InhibitedBy
from tocsin.api.config import OperatorConfig
from tocsin.api.meta import ALERT_RULE, API_VERSION, NOTIFICATION_CHANNEL, ObjectRef
from tocsin.api.problem import Reason
from tocsin.compile.inhibitions.block import inhibit_block
from tocsin.compile.names import child_name
from tocsin.reconcile.children import Children
from tocsin.reconcile.entries import ALERTMANAGER, decode_data, pack
from tocsin.reconcile.feed import CHILD, NAMESPACE, SnapshotFeed
from tocsin.reconcile.fingerprint import fingerprint
from tocsin.reconcile.outside import Outside
from tocsin.reconcile.queue import WorkQueue
from tocsin.reconcile.snapshot import Snapshot

RULE = ObjectRef(ALERT_RULE, "shop", "errors")
CHANNEL = ObjectRef(NOTIFICATION_CHANNEL, "shop", "chat")
LABELS = frozenset({"app.kubernetes.io/managed-by"})


class Fed:
    """A feed with its snapshot and queue."""

    def __init__(self) -> None:
        self.snapshot = Snapshot(OperatorConfig())
        self.queue = WorkQueue(SystemClock())
        self.relists = 0
        self.feed = SnapshotFeed(self.snapshot, self.queue, LABELS, self._relisted)

    def _relisted(self) -> None:
        self.relists += 1

    def is_foreign(self) -> bool:
        """Whether the Alertmanager Secret is somebody else's."""
        return self.snapshot.secret.foreign

    async def work(self) -> set[ObjectRef]:
        """Take everything that is queued now."""
        keys = set()
        while self.queue.depth:
            key = await self.queue.get()
            keys.add(key)
            self.queue.done(key)
        return keys


class Applies:
    """An API server that takes whatever is applied."""

    def __init__(self) -> None:
        self.version = 100

    async def apply(self, _resource: Any, document: dict[str, Any]) -> dict[str, Any]:
        self.version += 1
        return {**document, "metadata": {**document["metadata"], "resourceVersion": self.version}}

    def wrote(self, *_what: str) -> None:
        """Count nothing."""


@pytest.fixture
def fed() -> Fed:
    """A feed that has seen nothing."""
    return Fed()


def document(ref: ObjectRef, version: int, **parts: Any) -> dict[str, Any]:
    """Make an object as the API server gives it."""
    metadata = {"namespace": ref.namespace, "name": ref.name, "uid": "u1", "generation": 1}
    return {"metadata": {**metadata, "resourceVersion": str(version)}, "spec": {}, **parts}


def child(version: int, route: str = "") -> dict[str, Any]:
    """Make the rule's PrometheusRule."""
    owner = {"apiVersion": API_VERSION, "kind": ALERT_RULE, "name": "errors", "uid": "u1"}
    rules = [{"alert": "errors", "expr": "up", "labels": {"tocsin_route": route}}]
    made = document(ObjectRef(CHILD, "shop", child_name(RULE)), version)
    made["metadata"] |= {"ownerReferences": [{**owner, "controller": True}]}
    return {**made, "spec": {"groups": [{"name": "errors", "rules": rules}]}}


async def test_a_change_of_the_spec_is_work_and_a_relist_of_the_same_is_not(fed: Fed) -> None:
    fed.feed.seen(ALERT_RULE, "ADDED", document(RULE, 1))
    assert await fed.work() == {RULE}
    fed.snapshot.rules[RULE].judged = True
    fed.feed.seen(ALERT_RULE, None, document(RULE, 1))
    assert await fed.work() == set()
    fed.feed.seen(ALERT_RULE, "MODIFIED", document(RULE, 2, spec={"expr": "up"}))
    assert await fed.work() == {RULE}


async def test_our_own_status_write_is_no_work_before_its_answer_either(fed: Fed) -> None:
    fed.feed.seen(ALERT_RULE, "ADDED", document(RULE, 1))
    await fed.work()
    entry = fed.snapshot.rules[RULE]
    entry.judged, entry.writing = True, pack({"observedGeneration": 1})
    fed.feed.seen(ALERT_RULE, "MODIFIED", document(RULE, 2, status={"observedGeneration": 1}))
    assert await fed.work() == set()
    fed.feed.seen(ALERT_RULE, "MODIFIED", document(RULE, 3, status={"observedGeneration": 7}))
    assert await fed.work() == {RULE}, "somebody else's edit of the status"


async def test_our_own_child_is_no_work_before_its_answer_either(fed: Fed) -> None:
    fed.feed.seen(ALERT_RULE, "ADDED", document(RULE, 1))
    await fed.work()
    at = ("shop", child_name(RULE))
    fed.snapshot.applying[at] = fingerprint(child(5), LABELS)
    fed.feed.seen(CHILD, "ADDED", child(5))
    assert await fed.work() == set()
    assert fed.snapshot.children[at].holds == fed.snapshot.applying[at]
    fed.feed.seen(CHILD, "MODIFIED", child(6, route="theirs"))
    assert RULE in await fed.work()


async def test_a_child_that_moves_on_lets_its_old_route_retire(fed: Fed) -> None:
    fed.feed.seen(CHILD, "ADDED", child(5, route="old"))
    await fed.work()
    fed.feed.seen(CHILD, "MODIFIED", child(6, route="new"))
    assert ALERTMANAGER in await fed.work()


async def test_any_event_of_a_channel_looks_at_its_secrets_again(fed: Fed) -> None:
    fed.feed.seen(NOTIFICATION_CHANNEL, "ADDED", document(CHANNEL, 1))
    fed.feed.seen(ALERT_RULE, "ADDED", document(RULE, 1))
    await fed.work()
    fed.snapshot.channels[CHANNEL].judged = fed.snapshot.rules[RULE].judged = True
    fed.feed.seen(NOTIFICATION_CHANNEL, "MODIFIED", document(CHANNEL, 2))
    fed.feed.seen(ALERT_RULE, "MODIFIED", document(RULE, 2))
    assert await fed.work() == {CHANNEL}


async def test_a_namespaces_new_labels_concern_its_rules_and_every_grant(fed: Fed) -> None:
    shop = ObjectRef(NAMESPACE, "", "shop")
    fed.feed.seen(NAMESPACE, "ADDED", document(shop, 1))
    fed.feed.seen(ALERT_RULE, "ADDED", document(RULE, 1))
    await fed.work()
    changed = document(shop, 2)
    changed["metadata"]["labels"] = {"tenant": "true"}
    fed.feed.seen(NAMESPACE, "MODIFIED", changed)
    assert await fed.work() == {RULE, ALERTMANAGER}


@pytest.mark.parametrize("named", [True, False])
async def test_who_goes_lets_in_whom_a_cycle_kept_out(fed: Fed, named: bool) -> None:
    """The one that is kept out is no neighbour in the graph: nobody else would ask it again."""
    other = ObjectRef(ALERT_RULE, "shop", "other")
    fed.feed.seen(ALERT_RULE, "ADDED", document(RULE, 1))
    fed.feed.seen(ALERT_RULE, "ADDED", document(other, 1))
    if named:
        sources = [InhibitedBy(kind="AlertRule", name="other")]
        fed.snapshot.inhibitions.put(RULE, "errors", inhibit_block("shop", sources))
    fed.snapshot.rules[other].rejected = Reason.INHIBITION_CYCLE
    await fed.work()
    fed.feed.gone(RULE)
    assert (other in await fed.work()) is named


async def test_a_child_of_another_digest_lets_the_old_inhibition_retire(fed: Fed) -> None:
    fed.feed.seen(ALERT_RULE, "ADDED", document(RULE, 1))
    await fed.work()
    entry = fed.snapshot.rules[RULE]
    cluster = Applies()
    outside = Outside(cluster, *[cluster] * 5)  # type: ignore[arg-type] # one stands for all
    children = Children(outside, fed.snapshot, fed.queue, LABELS)
    for mark, retires in (("old", False), ("new", True), ("new", False), ("", True)):
        made = child(0)
        made["spec"]["groups"][0]["rules"][0]["labels"] = {"tocsin_inhibit": mark}
        await children.ensure(RULE, entry, made)
        assert (ALERTMANAGER in await fed.work()) is retires


def secret(text: str, **labels: str) -> dict[str, Any]:
    """Make the Alertmanager Secret."""
    data = {"alertmanager.yaml": base64.b64encode(text.encode()).decode()}
    return {"metadata": {"labels": labels}, "data": data}


async def test_a_secret_of_somebody_else_is_foreign_until_it_goes(fed: Fed) -> None:
    fed.feed.secret_seen(secret("theirs"))
    assert fed.is_foreign()
    fed.feed.secret_seen(secret("theirs, edited"))
    assert fed.is_foreign()
    fed.feed.secret_seen(None)
    assert not fed.is_foreign()
    assert ALERTMANAGER in await fed.work()


async def test_our_secret_stays_ours_when_it_is_replaced(fed: Fed) -> None:
    fed.feed.secret_seen(secret("ours", **{"app.kubernetes.io/managed-by": "tocsin"}))
    await fed.work()
    fed.feed.secret_seen(secret("theirs"))
    assert not fed.is_foreign()
    assert await fed.work() == {ALERTMANAGER}


def test_a_secrets_data_that_is_no_base64_counts_as_empty() -> None:
    assert decode_data({"a": "eA==", "b": "%%", "c": None}) == {"a": b"x", "b": b"", "c": b""}
