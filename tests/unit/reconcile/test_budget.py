"""The Secret's budget: old things stay, the newest growth is refused."""

from hypothesis import given
from hypothesis import strategies as st

from tocsin.reconcile.budget import fit, size_of

SIZES = st.lists(st.integers(1, 50), max_size=12)


@given(st.integers(0, 100), SIZES, st.integers(0, 300))
def test_the_oldest_growth_is_taken_and_only_what_does_not_fit_is_passed_over(base, sizes, budget):
    growth = [f"g{index:02}" for index in range(len(sizes))]
    cost = dict(zip(growth, sizes, strict=True))

    def build(left_out):
        return {"": b"x" * (base + sum(cost[one] for one in growth if one not in left_out))}

    data, refused = fit(growth, build, lambda built: size_of(built) <= budget)
    assert list(refused) == sorted(refused)
    if base > budget:
        assert list(refused) == growth
        return
    assert size_of(data) == base + sum(cost.values()) - sum(cost[one] for one in refused)
    assert size_of(data) <= budget
    # The first eight that are passed over did not fit beside what is older.
    for one in refused[:8]:
        older = [cost[other] for other in growth if other < one and other not in refused]
        assert base + sum(older) + cost[one] > budget
    if len(refused) < 8:
        assert all(size_of(data) + cost[one] > budget for one in refused)


def test_one_that_fits_nowhere_stands_in_nobodys_way():
    """A tenant's channel of a megabyte refused everybody's younger growth (S14)."""
    cost = {"huge": 2_000, **{f"g{number:03}": 1 for number in range(500)}}
    builds = []

    def build(left_out):
        builds.append(left_out)
        return {"k": b"x" * sum(cost[one] for one in cost if one not in left_out)}

    data, refused = fit(list(cost), build, lambda built: size_of(built) <= 1_000)
    assert refused == ("huge",)
    assert len(data["k"]) == 500
    assert len(builds) < 20


def test_nothing_is_refused_within_the_budget():
    _, refused = fit(["a"], lambda left_out: {"k": b"12345"}, lambda data: size_of(data) <= 6)
    assert refused == ()
