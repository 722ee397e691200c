"""What one namespace's channels may take of the Alertmanager Secret (S14)."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tocsin.api.config import Limits, OperatorConfig
from tocsin.api.meta import NOTIFICATION_CHANNEL, ObjectRef
from tocsin.api.notification_channel import NotificationChannelSpec
from tocsin.api.problem import Reason
from tocsin.compile.channel_quota import Claim, beyond_share, channel_size

CONFIG = OperatorConfig(limits=Limits(channel_bytes_per_namespace=2048))


def ref(name: str, namespace: str = "shop") -> ObjectRef:
    return ObjectRef(NOTIFICATION_CHANNEL, namespace, name)


def size(**spec: Any) -> int:
    webhook = {"webhook": {"url": "http://hooks.example.org"}}
    found = NotificationChannelSpec.model_validate(webhook | spec)
    return channel_size(ref("a"), found, CONFIG)


def test_a_size_holds_receiver_routes_and_record() -> None:
    plain = size()
    text = {"webhook": {"url": "http://hooks.example.org/" + "x" * 500}}
    assert size(**text) >= plain + 2 * 500
    assert size(default={}) > plain + 100
    assert size(suspend=True) < plain  # no receiver, but its record is kept


def test_the_newest_beyond_the_share_is_refused_with_the_numbers() -> None:
    claims = [Claim(ref("a"), 0, 1000), Claim(ref("b"), 0, 1048), Claim(ref("c"), 0, 1)]
    other = Claim(ref("a", "other"), 0, 2048)
    [(refused, problem)] = beyond_share([*claims, other], CONFIG).items()
    assert refused == ref("c")
    assert problem.reason is Reason.QUOTA_EXCEEDED
    for part in ("1 bytes", "2,048 bytes of other", "limits.channelBytesPerNamespace"):
        assert part in problem.message


def test_growth_of_an_old_one_does_not_displace_what_is_live() -> None:
    claims = [Claim(ref("old"), 500, 1500), Claim(ref("new"), 1000, 1000)]
    assert set(beyond_share(claims, CONFIG)) == {ref("old")}


CLAIMS = st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900)), max_size=8)


@given(CLAIMS)
def test_what_fitted_before_fits_after_and_nothing_live_is_refused(
    sizes: list[tuple[int, int]],
) -> None:
    claims = [Claim(ref(f"c{n}"), *one) for n, one in enumerate(sizes)]
    refused = beyond_share(claims, CONFIG)
    assert all(one.wanted > one.live for one in claims if one.ref in refused)
    before = sum(one.live for one in claims)
    after = sum(one.live if one.ref in refused else one.wanted for one in claims)
    assert after <= max(before, 2048)
