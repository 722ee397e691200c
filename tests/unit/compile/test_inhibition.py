"""What mutes a rule: laws of the block and of the graph."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tocsin.api.alert_rule import AlertRuleSpec, InhibitedBy
from tocsin.api.meta import ObjectRef
from tocsin.api.problem import Reason
from tocsin.compile.inhibitions.block import (
    InhibitBlock,
    check_inhibited_by,
    inhibit_block,
    inhibit_rules_of,
)
from tocsin.compile.inhibitions.graph import InhibitionGraph, cycle_problem
from tocsin.compile.inhibitions.sources import source_warnings

NAMES = st.sampled_from(["a", "b", "c", "d"])
SPACES = st.sampled_from(["shop", "other"])
LABELS = st.lists(st.sampled_from(["cluster", "region", "zone"]), unique=True)
ENTRIES = st.one_of(
    st.builds(
        lambda name, space, equal: InhibitedBy(
            kind="AlertRule", name=name, namespace=space, equal=tuple(equal)
        ),
        NAMES,
        st.none() | SPACES,
        LABELS,
    ),
    st.builds(lambda name, equal: InhibitedBy(alert_name=name, equal=tuple(equal)), NAMES, LABELS),
)
ENTRY_LISTS = st.lists(ENTRIES, min_size=1, max_size=6)


def ref(name: str, space: str = "shop") -> ObjectRef:
    return ObjectRef("AlertRule", space, name)


def block(*names: str, space: str = "shop") -> InhibitBlock:
    made = inhibit_block(space, [InhibitedBy(kind="AlertRule", name=name) for name in names])
    assert made is not None
    return made


@given(ENTRY_LISTS, st.randoms())
def test_the_order_of_entries_and_labels_moves_no_alert(
    entries: list[InhibitedBy], source: Random
) -> None:
    shuffled = [one.model_copy(update={"equal": one.equal[::-1]}) for one in entries]
    source.shuffle(shuffled)
    assert inhibit_block("shop", entries) == inhibit_block("shop", shuffled)


@given(ENTRY_LISTS)
def test_a_record_gives_the_block_again(entries: list[InhibitedBy]) -> None:
    made = inhibit_block("shop", entries)
    assert made is not None
    assert InhibitBlock.from_record(made.to_record()) == made


@given(ENTRY_LISTS, ENTRY_LISTS)
def test_only_equal_blocks_of_one_namespace_share_a_digest(
    one: list[InhibitedBy], other: list[InhibitedBy]
) -> None:
    first, second = inhibit_block("shop", one), inhibit_block("shop", other)
    assert first is not None
    assert second is not None
    assert (first.digest == second.digest) == (first.sources == second.sources)
    elsewhere = inhibit_block("other", one)
    assert elsewhere is not None
    assert elsewhere.digest != first.digest


@given(SPACES, ENTRY_LISTS)
def test_the_muted_side_is_always_fenced_by_digest_and_namespace(
    space: str, entries: list[InhibitedBy]
) -> None:
    made = inhibit_block(space, entries)
    assert made is not None
    for rule in inhibit_rules_of([made]):
        assert rule["target_matchers"] == [
            f'tocsin_inhibit="{made.digest}"',
            f'tocsin_namespace="{space}"',
        ]
        assert rule["source_matchers"]


@given(st.lists(st.tuples(NAMES, st.lists(NAMES, min_size=1, max_size=3)), max_size=8))
def test_what_was_accepted_never_holds_a_cycle(edits: list[tuple[str, list[str]]]) -> None:
    """Edits come one after the other; each is taken in only where no cycle is told."""
    graph = InhibitionGraph()
    edges: dict[str, set[str]] = {}
    for name, sources in edits:
        wanted = block(*sources)
        told = graph.cycle(ref(name), name, wanted)
        closes = _reaches(edges | {name: set(sources)}, name)
        assert (told is not None) == closes
        if told is None:
            graph.put(ref(name), name, wanted)
            edges[name] = set(sources)
        else:
            assert told[0] == told[-1] == ref(name)


def _reaches(edges: dict[str, set[str]], start: str) -> bool:
    seen: set[str] = set()
    waiting = list(edges[start])
    while waiting:
        one = waiting.pop()
        if one == start:
            return True
        if one not in seen:
            seen.add(one)
            waiting += edges.get(one, ())
    return False


def test_an_alert_name_closes_a_cycle_too_and_the_message_names_all() -> None:
    graph = InhibitionGraph()
    graph.put(ref("b", "other"), "Down", block("a", space="shop"))
    made = inhibit_block("shop", [InhibitedBy(alert_name="Down")])
    assert made is not None
    cycle = graph.cycle(ref("a"), "a", made)
    assert cycle == (ref("a"), ref("b", "other"), ref("a"))
    problem = cycle_problem(cycle)
    assert problem.reason is Reason.INHIBITION_CYCLE
    said = "AlertRule shop/a is muted by AlertRule other/b is muted by AlertRule shop/a"
    assert said in problem.message


def test_a_rule_that_is_let_go_is_in_no_cycle() -> None:
    graph = InhibitionGraph()
    graph.put(ref("a"), "a", block("b"))
    assert graph.naming(ref("b")) == {ref("a")}
    graph.put(ref("a"), "a", None)
    assert graph.naming(ref("b")) == frozenset()
    assert graph.cycle(ref("b"), "b", block("a")) is None


def test_sources_that_are_absent_or_slow_are_told() -> None:
    rule = AlertRuleSpec(expr="up == 0", for_="5m")
    slow = AlertRuleSpec(expr="up == 0", for_="5m", interval="2m")
    known = {ref("b"): rule, ref("c"): slow}
    found = list(source_warnings(ref("a"), rule, block("b", "c", "d"), known.get))
    assert [(one.reason, one.field) for one in found] == [
        (Reason.SOURCE_TOO_SLOW, "spec.inhibitedBy"),
        (Reason.SOURCE_NOT_FOUND, "spec.inhibitedBy"),
    ]
    assert "AlertRule shop/c fires 1m later than a" in found[0].message


def test_a_name_that_the_reloader_would_replace_is_refused() -> None:
    """It was found only in the document, where it refused everybody's younger growth."""
    entries = [InhibitedBy.model_validate({"alertName": "x$(HOME)"})]
    [problem] = check_inhibited_by(ref("a"), "a", entries)
    assert problem.field == "spec.inhibitedBy[0].alertName"
    assert "$(HOME)" in problem.message
