"""Status: the first broken link is named, and a second pass changes nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.api.condition import Condition
from tocsin.api.problem import Problem, Reason
from tocsin.reconcile.entries import pack
from tocsin.reconcile.status import broken, conclude, good, rule_status, summarise

INVALID = Problem(Reason.INVALID_SPEC, "spec.for", "'5' is not a duration; write 5m")
MISSING = Problem(Reason.CHANNEL_NOT_FOUND, "spec.notify.channels[0]", "no channel x")


def by_type(conditions):
    return {condition.type: condition for condition in conditions}


def status(old, conditions, now="2026-01-01T00:00:00Z"):
    return rule_status(
        old,
        conditions,
        generation=2,
        live_generation=1,
        channels=["shop/a", "ops/b"],
        child="x",
        suspended=False,
        now=now,
    )


def test_the_first_broken_link_gives_ready_its_reason():
    found = by_type(
        conclude([broken("Valid", (INVALID,)), broken("Routed", (MISSING,))], good("Ready", "live"))
    )
    assert found["Ready"].reason is Reason.INVALID_SPEC
    assert found["Stalled"].status == "True"
    assert "Reconciling" not in found


def test_waiting_for_another_object_is_reconciling():
    found = by_type(conclude([good("Valid"), broken("Routed", (MISSING,))], good("Ready", "live")))
    assert found["Ready"].status == "False"
    assert found["Reconciling"].reason is Reason.CHANNEL_NOT_FOUND
    assert "Stalled" not in found


@pytest.mark.parametrize(
    "reason", [Reason.NOT_CONFINED, Reason.POLICY_VIOLATED, Reason.RECEIVER_NOT_ALLOWED]
)
def test_what_the_platform_forbids_is_stalled(reason):
    """A deployment that waits for `Ready` is told at once that only an edit helps."""
    found = by_type(
        conclude([broken("Valid", (Problem(reason, "spec", "not so"),))], good("Ready"))
    )
    assert found["Stalled"].reason is reason


def test_an_unknown_link_does_not_block():
    unknown = Condition("Routed", "Unknown", Reason.ROUTE_NOT_OBSERVED, "not seen")
    found = by_type(conclude([good("Valid"), unknown], good("Ready", "live")))
    assert found["Ready"].status == "True"
    assert not {"Stalled", "Reconciling"} & found.keys()


CONDITIONS = st.lists(
    st.builds(
        Condition,
        st.sampled_from(["Ready", "Valid", "Routed"]),
        st.sampled_from(["True", "False", "Unknown"]),
        st.sampled_from(list(Reason)),
        st.text(max_size=20),
    ),
    max_size=3,
    unique_by=lambda condition: condition.type,
)


@given(CONDITIONS)
def test_a_second_pass_writes_the_same_bytes(conditions):
    first = status({}, conditions)
    assert pack(status(first, conditions, now="2027-01-01T00:00:00Z")) == pack(first)


@given(CONDITIONS, CONDITIONS)
def test_the_clock_moves_only_with_the_status(before, after):
    old = status({}, before)
    new = status(old, after, now="2027-01-01T00:00:00Z")
    was = {one["type"]: one for one in old["conditions"]}
    for one in new["conditions"]:
        moved = one["lastTransitionTime"] != "2026-01-01T00:00:00Z"
        flipped = one["type"] not in was or was[one["type"]]["status"] != one["status"]
        assert moved == flipped


def test_the_column_names_one_channel_and_counts_the_rest():
    assert summarise([]) == ""
    assert summarise(["shop/payments-slack"]) == "payments-slack"
    assert summarise(["shop/payments-slack", "ops/pager"]) == "payments-slack, +1"
