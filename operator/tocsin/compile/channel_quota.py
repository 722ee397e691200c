"""
What one namespace's NotificationChannels may take of the Alertmanager Secret (S14).

All tenants share that Secret of a megabyte. What is live comes first, growth follows,
the oldest first: who is refused depends on that, on ages and on specs alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from tocsin.api.config import OperatorConfig
from tocsin.api.meta import ObjectRef
from tocsin.api.notification_channel import NotificationChannelSpec
from tocsin.api.problem import Problem, Reason
from tocsin.compile.alertmanager import AlertmanagerInputs, ChannelInput, receiver_of
from tocsin.compile.names import canonical_json
from tocsin.compile.quota import grown
from tocsin.compile.tree import compile_tree
from tocsin.compile.yaml_text import write_yaml


@dataclass(frozen=True, slots=True)
class Claim:
    """The bytes that a channel has in the Secret (0 for a new one), and those that it asks for."""

    ref: ObjectRef
    live: int
    wanted: int


def channel_size(ref: ObjectRef, spec: NotificationChannelSpec, config: OperatorConfig) -> int:
    """
    Give what a channel that passed `check_channel` adds to the Secret, in bytes.

    Its receiver, its own routes and its record, each as text, the record before it is
    compressed. Secrets' values come on top; notify blocks are their rules'.
    """
    record = canonical_json(spec.model_dump(mode="json", by_alias=True, exclude_unset=True))
    size = len(record.encode())
    if spec.suspend:
        return size  # only the record stays
    channel = ChannelInput(ref, spec, usable=True)
    alone = AlertmanagerInputs({(ref.namespace, ref.name): channel}, {}, {}, config)
    without = AlertmanagerInputs({}, {}, {}, config)
    tree, common = compile_tree(alone), compile_tree(without).route["routes"]
    added = {
        "routes": [route for route in tree.route["routes"] if route not in common],
        "receivers": [receiver_of(channel, alone)],
        "time_intervals": tree.time_intervals,
    }
    return size + len(write_yaml(added).encode())


def beyond_share(claims: Iterable[Claim], config: OperatorConfig) -> dict[ObjectRef, Problem]:
    """Give the channels whose growth does not fit their namespace's share; the oldest first."""
    claims = list(claims)
    limit = config.limits.channel_bytes_per_namespace
    used: Counter[str] = Counter()
    for one in claims:
        used[one.ref.namespace] += min(one.live, one.wanted)  # a smaller one is written at once
    problems: dict[ObjectRef, Problem] = {}
    for one in claims:
        total, live = used[one.ref.namespace], min(one.live, one.wanted)
        used[one.ref.namespace] = grown(total, live, one.wanted, limit)
        if used[one.ref.namespace] - total < one.wanted - live:
            problems[one.ref] = _problem(one, total - live, limit)
    return problems


def _problem(claim: Claim, others: int, limit: int) -> Problem:
    return Problem(
        Reason.QUOTA_EXCEEDED,
        "",
        f"takes {claim.wanted:,} bytes of the Alertmanager Secret beside {others:,} bytes of "
        f"other channels in namespace {claim.ref.namespace}, and {limit:,} is the limit for all: "
        "delete or shorten some, or ask the platform to raise limits.channelBytesPerNamespace",
    )
