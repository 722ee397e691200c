"""A namespace's share of the Alertmanager Secret, as a snapshot holds it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import pytest

from tocsin.api.config import OperatorConfig
from tocsin.api.meta import NOTIFICATION_CHANNEL, ObjectRef
from tocsin.api.notification_channel import NotificationChannelSpec
from tocsin.compile.alertmanager import ChannelInput
from tocsin.compile.channels import secret_uses
from tocsin.reconcile.entries import ChannelEntry, SecretValue
from tocsin.reconcile.plan import Plan, Planner
from tocsin.reconcile.queue import WorkQueue
from tocsin.reconcile.snapshot import Snapshot


class Still:
    """A clock that stands."""

    def monotonic(self) -> float:
        return 0.0

    def now(self) -> str:
        return "2026-11-21T12:00:00Z"


class Tenants:
    """Channels of two namespaces, and the Secret that they share."""

    def __init__(self, share: int) -> None:
        config = {"limits": {"channelBytesPerNamespace": share}}
        self.snapshot = Snapshot(OperatorConfig.model_validate(config))
        self.planner = Planner(Still(), self.snapshot, WorkQueue(Still()))

    def put(self, name: str, age: int, *, value: int = 10, text: int = 0, **spec: bool) -> None:
        """See a channel: its secret's value and its text have so many bytes."""
        pagerduty = {
            "routingKeySecretRef": {"name": "s", "key": "k"},
            "details": {"text": "x" * text},
        }
        found = NotificationChannelSpec.model_validate({"pagerduty": pagerduty, **spec})
        namespace, _, short = name.partition("/")
        ref = ObjectRef(NOTIFICATION_CHANNEL, namespace, short)
        values = {use.file: SecretValue(b"v" * value) for use in secret_uses(ref, found)}
        self.snapshot.channels[ref] = ChannelEntry(
            name, 1, 1, f"2026-01-01T00:00:{age:02}Z", b"{}", b"{}", effective=found, values=values
        )
        self.snapshot.set_channel_input(ref, ChannelInput(ref, found, usable=True))

    def plan(self) -> Plan:
        plan = self.planner.plan({})
        self.snapshot.secret.record, self.snapshot.secret.data = plan.record, dict(plan.data)
        return plan


def value_of(plan: Plan, name: str) -> Iterable[int]:
    prefix = f"tocsin-{name.replace('/', '_')}_"
    return [len(value) for key, value in plan.data.items() if key.startswith(prefix)]


@pytest.mark.parametrize("order", [*itertools.permutations(range(3))])
def test_the_newest_is_refused_in_whatever_order_they_are_seen(order: tuple[int, ...]) -> None:
    tenants = Tenants(6_000)
    for number in order:
        tenants.put(f"shop/c{number}", number, value=2_000)
    tenants.put("other/c", 9, value=2_000)
    plan = tenants.plan()
    assert set(plan.beyond_share) == {"shop/c2"}
    assert plan.channels == {"shop/c0", "shop/c1", "other/c"}
    assert plan.refused == ()


def test_an_old_one_that_grows_keeps_its_last_good() -> None:
    tenants = Tenants(6_000)
    tenants.put("shop/old", 1, value=2_000)
    tenants.put("shop/new", 2, value=2_000)
    before = tenants.plan()
    tenants.put("shop/old", 1, value=2_000, text=1_500)
    after = tenants.plan()
    assert set(after.beyond_share) == {"shop/old"}
    assert after.channels == {"shop/old", "shop/new"}
    assert after.record.channels == before.record.channels
    tenants.put("shop/old", 1, value=4_000)  # a secret that grows is growth as well
    after = tenants.plan()
    assert set(after.beyond_share) == {"shop/old"}
    assert value_of(after, "shop/old") == [2_000]
    tenants.snapshot.secret.data = None  # the Secret is deleted: what was live is put back
    assert tenants.plan().channels == {"shop/old", "shop/new"}


def test_it_follows_when_there_is_room() -> None:
    tenants = Tenants(6_000)
    tenants.put("shop/old", 1, value=4_000)
    tenants.put("shop/new", 2, value=4_000)
    assert set(tenants.plan().beyond_share) == {"shop/new"}
    tenants.put("shop/old", 1, value=4_000, suspend=True)
    after = tenants.plan()
    assert not after.beyond_share
    assert after.channels == {"shop/new"}


def test_what_is_stopped_stops_though_the_edit_is_too_large() -> None:
    tenants = Tenants(2_000)
    tenants.put("shop/one", 1)
    assert tenants.plan().channels == {"shop/one"}
    tenants.put("shop/one", 1, text=4_000, suspend=True)
    after = tenants.plan()
    assert set(after.beyond_share) == {"shop/one"}
    assert not after.channels
