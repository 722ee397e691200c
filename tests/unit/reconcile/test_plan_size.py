"""What fits the Alertmanager Secret: real sizes, and who gives way where room is short."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from tocsin.api.alert_rule import InhibitedBy
from tocsin.api.config import OperatorConfig
from tocsin.api.meta import NOTIFICATION_CHANNEL, ObjectRef
from tocsin.api.notification_channel import NotificationChannelSpec
from tocsin.api.notify import ChannelRef, Notify
from tocsin.api.parse import parse_spec
from tocsin.compile.alertmanager import ChannelInput
from tocsin.compile.channels import secret_uses
from tocsin.compile.inhibitions.block import inhibit_block
from tocsin.compile.notify import route_block
from tocsin.reconcile.budget import size_of
from tocsin.reconcile.entries import ChannelEntry, RuleEntry, SecretValue, pack
from tocsin.reconcile.plan import Plan, Planner
from tocsin.reconcile.queue import WorkQueue
from tocsin.reconcile.snapshot import Snapshot

pytestmark = pytest.mark.slow

KEY = {"name": "credentials-of-the-team", "key": "token"}
HTTP = {"authorization": {"credentialsSecretRef": KEY}}
KINDS: list[dict[str, Any]] = [
    {"slack": {"apiURLSecretRef": KEY, "channel": "#payments-alerts"}},
    {"email": {"to": "payments-oncall@example.org", "smarthost": "smtp.example.org:587",
               "from": "alerts@example.org"}},
    {"pagerduty": {"routingKeySecretRef": KEY}},
    {"opsgenie": {"apiKeySecretRef": KEY}},
    {"webhook": {"urlSecretRef": KEY}},
    {"victorops": {"apiKeySecretRef": KEY, "routingKey": "payments"}},
    {"pushover": {"userKeySecretRef": KEY, "tokenSecretRef": {**KEY, "key": "other"}}},
    {"telegram": {"botTokenSecretRef": KEY, "chatID": -1001234567890}},
    {"discord": {"webhookURLSecretRef": KEY}},
    {"webex": {"roomID": "Y2lzY29zcGFyazovL3VzL1JPT00"}, "httpConfig": HTTP},
    {"msteamsv2": {"webhookURLSecretRef": KEY}},
    {"jira": {"apiURL": "https://jira.example.org", "project": "PAY", "issueType": "Bug"},
     "httpConfig": HTTP},
    {"mattermost": {"webhookURLSecretRef": KEY}},
]  # fmt: skip


class Still:
    """A clock that stands."""

    def monotonic(self) -> float:
        return 0.0

    def now(self) -> str:
        return "2026-11-21T12:00:00Z"


@cache
def spec_of(kind: int) -> NotificationChannelSpec:
    found = parse_spec(ObjectRef(NOTIFICATION_CHANNEL, "x", "x"), {"default": {}, **KINDS[kind]})
    assert isinstance(found, NotificationChannelSpec), found
    return found


class Fleet:
    """Channels and rules as a snapshot holds them."""

    def __init__(self, budget: int) -> None:
        config = {"alertmanager": {"maxSecretBytes": budget}}
        self.snapshot = Snapshot(OperatorConfig.model_validate(config))
        self.queue = WorkQueue(Still())
        self.planner = Planner(Still(), self.snapshot, self.queue)

    def add_channel(self, number: int) -> str:
        spec = spec_of(number % len(KINDS))
        ref = ObjectRef(NOTIFICATION_CHANNEL, f"team-namespace-{number // 5}", f"oncall-{number}")
        values = {use.file: SecretValue(b"x" * 120) for use in secret_uses(ref, spec)}
        created = f"2026-01-01T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}Z"
        entry = ChannelEntry(
            f"{number:036}", 1, 1, created, b"{}", b"{}", effective=spec, values=values
        )
        self.snapshot.channels[ref] = entry
        self.snapshot.set_channel_input(ref, ChannelInput(ref, spec, usable=True))
        return str(ref)

    def add_rule(self, number: int) -> None:
        """Add a rule with a notify block and an inhibitedBy block that no other rule has."""
        space = f"team-namespace-{number % 200}"
        ref = ObjectRef("AlertRule", space, f"rule-{number}")
        self.snapshot.put_rule(ref, RuleEntry(f"r{number}", 1, 1, "", pack({}), b"{}"))
        channels = tuple(ChannelRef(name=f"oncall-{number % 200 * 5 + n}") for n in range(3))
        block = route_block(space, Notify(channels=channels, group_wait=f"{number + 1}s"))
        self.snapshot.set_block(ref, block)
        source = {"kind": "AlertRule", "name": f"source-{number}", "equal": ("cluster",)}
        self.snapshot.inhibitions.put(
            ref, ref.name, inhibit_block(space, [InhibitedBy.model_validate(source)])
        )

    def plan(self) -> Plan:
        plan = self.planner.plan({})
        self.snapshot.secret.record = plan.record
        self.snapshot.secret.data = dict(plan.data)
        return plan


def test_a_thousand_channels_of_mixed_kinds_fit_with_room() -> None:
    """In 200 namespaces with long names; room is left for a hundred blocks that nobody shares."""
    fleet = Fleet(1_000_000)
    for number in range(1_000):
        fleet.add_channel(number)
    plan = fleet.plan()
    assert (plan.refused, plan.faults) == ((), ())
    assert len(plan.channels) == 1_000
    assert size_of(plan.data) < 850_000
    for number in range(100):
        fleet.add_rule(number)
    more = fleet.plan()
    assert (more.refused, more.faults) == ((), ())
    assert len(more.record.routes) == len(more.record.inhibitions) == 100


def test_beyond_the_budget_the_newest_is_refused_and_all_before_stays() -> None:
    fleet = Fleet(90_000)
    names = [fleet.add_channel(number) for number in range(20)]
    before = fleet.plan()
    assert before.refused == ()
    names += [fleet.add_channel(number) for number in range(20, 90)]
    fleet.add_rule(1)
    after = fleet.plan()
    refused = [one.removeprefix("channel:") for one in after.refused if one.startswith("channel:")]
    assert refused
    assert refused == names[-len(refused) :]
    assert set(names) - set(refused) == after.channels
    assert [one.partition(":")[0] for one in after.refused][-2:] == ["route", "inhibit"]
    assert size_of(after.data) <= 90_000
    now = {one["name"]: one for one in after.document["receivers"]}
    assert all(now[one["name"]] == one for one in before.document["receivers"])
