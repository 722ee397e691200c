"""Conditions: a transition's time moves only when a status flips."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tocsin.api.condition import Condition, Status, merge_conditions
from tocsin.api.problem import Reason

STATUSES: tuple[Status, ...] = ("True", "False", "Unknown")
CONDITIONS = st.lists(
    st.builds(
        Condition,
        type=st.sampled_from(["Ready", "Valid", "Routed"]),
        status=st.sampled_from(STATUSES),
        reason=st.sampled_from(list(Reason)),
        message=st.text(max_size=5),
    ),
    unique_by=lambda one: one.type,
    max_size=3,
)


@given(CONDITIONS)
def test_a_second_pass_changes_nothing(conditions: list[Condition]) -> None:
    first = merge_conditions([], conditions, generation=1, now="2026-01-01T00:00:00Z")
    second = merge_conditions(first, conditions, generation=1, now="2026-01-02T00:00:00Z")
    assert second == first


@given(CONDITIONS, CONDITIONS)
def test_time_moves_with_the_status_alone(old: list[Condition], new: list[Condition]) -> None:
    before = merge_conditions([], old, generation=1, now="then")
    after = merge_conditions(before, new, generation=2, now="now")
    held = {condition.type: condition.status for condition in old}
    assert [one["type"] for one in after] == [condition.type for condition in new]
    for one in after:
        assert one["observedGeneration"] == 2
        assert one["lastTransitionTime"] == (
            "then" if held.get(one["type"]) == one["status"] else "now"
        )
