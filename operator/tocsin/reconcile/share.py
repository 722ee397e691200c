"""
Each namespace's share of the Alertmanager Secret: which channels ask for too much.

Judged where the Secret is planned, when everything was looked at: of the record, ages,
specs and values, so that the order in which channels are reconciled decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tocsin.api.meta import ObjectRef
from tocsin.api.notification_channel import NotificationChannelSpec
from tocsin.api.parse import parse_spec
from tocsin.api.problem import Problem
from tocsin.compile.alertmanager import ChannelInput
from tocsin.compile.channel_quota import Claim, beyond_share, channel_size
from tocsin.compile.channels import secret_uses
from tocsin.reconcile.entries import ChannelEntry
from tocsin.reconcile.record import spec_document
from tocsin.reconcile.snapshot import Snapshot


def beyond_shares(
    snapshot: Snapshot, oldest_first: Sequence[ChannelInput]
) -> dict[ObjectRef, Problem]:
    """
    Give the channels that stay as they are on record, and why.

    A channel that is not usable takes nothing, and what was live of it goes at once.
    """
    entries = ((one, snapshot.channels.get(one.ref)) for one in oldest_first if one.usable)
    claims = [_claim(snapshot, one, entry) for one, entry in entries if entry is not None]
    return beyond_share(claims, snapshot.config)


def _claim(snapshot: Snapshot, given: ChannelInput, entry: ChannelEntry) -> Claim:
    """Compare what a channel has in the Secret with what it is to have."""
    ref, spec, config = given.ref, given.spec, snapshot.config
    if entry.sized is None or entry.sized[0] is not spec:
        entry.sized = (spec, channel_size(ref, spec, config))
    size = entry.sized[1]
    values = {file: value.reveal() for file, value in entry.values.items()}
    wanted = size + _values_size(ref, spec, values)
    record = snapshot.secret.record.channels.get(str(ref))
    if record is None or record.uid != entry.uid:
        return Claim(ref, 0, wanted)
    data = snapshot.secret.data
    held = values if data is None else data  # a Secret that vanished is put back as it was
    if record.spec == spec_document(spec):
        return Claim(ref, size + _values_size(ref, spec, held), wanted)
    before = parse_spec(ref, record.spec)
    if not isinstance(before, NotificationChannelSpec):
        return Claim(ref, 0, wanted)
    live = channel_size(ref, before, config) + _values_size(ref, before, held)
    return Claim(ref, live, wanted)


def _values_size(ref: ObjectRef, spec: NotificationChannelSpec, values: Mapping[str, bytes]) -> int:
    """Give the bytes of a channel's secrets in the Secret: names and values."""
    if spec.suspend:
        return 0
    files = {use.file for use in secret_uses(ref, spec)}
    return sum(len(file) + len(values[file]) for file in files if file in values)
