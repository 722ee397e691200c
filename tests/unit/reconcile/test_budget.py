"""The Secret's budget: old things stay, the newest growth is refused."""

from hypothesis import given
from hypothesis import strategies as st

from tocsin.reconcile.budget import fit, size_of

SIZES = st.lists(st.integers(1, 50), max_size=12)


@given(st.integers(0, 100), SIZES, st.integers(0, 300))
def test_a_prefix_of_the_growth_is_taken_and_it_is_the_longest_that_fits(base, sizes, budget):
    growth = [f"g{index:02}" for index in range(len(sizes))]
    cost = dict(zip(growth, sizes, strict=True))

    def build(left_out):
        return {"": b"x" * (base + sum(cost[one] for one in growth if one not in left_out))}

    data, refused = fit(growth, build, lambda built: size_of(built) <= budget)
    taken = len(growth) - len(refused)
    assert refused == tuple(growth[taken:])
    if base <= budget:
        assert size_of(data) <= budget
        if refused:
            assert size_of(data) + cost[growth[taken]] > budget
    else:
        assert taken == 0


def test_nothing_is_refused_within_the_budget():
    _, refused = fit(["a"], lambda left_out: {"k": b"12345"}, lambda data: size_of(data) <= 6)
    assert refused == ()
