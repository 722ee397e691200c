"""
One AlertRule: bring its PrometheusRule and its status to what the spec asks.

The order matters in one place: a route that the rule's alerts will carry is
loaded by Alertmanager before the PrometheusRule changes, or the first alert
would reach nobody.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tocsin.api.condition import Condition
from tocsin.api.meta import NOTIFICATION_CHANNEL, ObjectRef
from tocsin.api.parse import parse_spec
from tocsin.api.problem import Problem, Reason, Rejection
from tocsin.compile.names import child_name
from tocsin.compile.rule_tests.plan import TestPlan
from tocsin.compile.rules import CompiledRule
from tocsin.reconcile.awaiting import LOAD_DEADLINE
from tocsin.reconcile.children import Children
from tocsin.reconcile.entries import ALERTMANAGER, RuleEntry, unpack
from tocsin.reconcile.fingerprint import LAST_GOOD
from tocsin.reconcile.inhibiting import note_inhibition
from tocsin.reconcile.judging import RuleCompiler
from tocsin.reconcile.outside import PROMETHEUS_RULES, Outside, publish_status
from tocsin.reconcile.queue import Urgency, WorkQueue
from tocsin.reconcile.routed import ROUTE_DEADLINE, RouteConclusion
from tocsin.reconcile.rule_tests import CONDITION as TESTS_PASSED
from tocsin.reconcile.rule_tests import NO_TESTS, RuleTests, Tested, record_for, with_record
from tocsin.reconcile.snapshot import Snapshot
from tocsin.reconcile.status import (
    APPLIED,
    broken,
    conclude,
    condition_of,
    good,
    rule_status,
)

LOG = logging.getLogger("tocsin.reconcile")

_ROUTE_NEWS = 5.0
_FIRST_NEWS = 2.5
_RETRY_AT_LEAST = 5.0
_JUDGE_AGAIN = 30.0


@dataclass(frozen=True, slots=True)
class _Turn:
    """
    One rule as it was when its turn began.

    The feed may change the entry while a request is under way; what is concluded
    here is about this generation, and the change brings a turn of its own.
    """

    ref: ObjectRef
    entry: RuleEntry
    generation: int
    status: Mapping[str, Any]

    @property
    def was_live(self) -> int:
        """The generation whose output was live when the turn began; 0 for none."""
        return int(self.status.get("liveGeneration") or 0)


@dataclass(frozen=True, slots=True)
class _Live:
    """What came of the child: which generation is live, and what stood in the way."""

    generation: int
    problem: Problem | None = None
    suspended: bool = False
    outweighs: bool = False
    """Whether the problem is worse than an invalid spec, and gives `Ready` its reason."""


class RuleReconciler:
    """Reconciles AlertRules, one at a time."""

    def __init__(
        self, outside: Outside, snapshot: Snapshot, queue: WorkQueue, children: Children
    ) -> None:
        self._outside = outside
        self._snapshot = snapshot
        self._queue = queue
        self._children = children
        self._routing = RouteConclusion(outside, snapshot)
        self.tests = RuleTests(outside, queue, self._plan)
        self._compiler = RuleCompiler(outside, snapshot, queue)

    async def reconcile(self, ref: ObjectRef) -> str:
        """Reconcile one rule; gives the result for the metric."""
        entry = self._snapshot.rules.get(ref)
        if entry is None:
            self._children.forget(ref)
            self.tests.forget(ref)
            return "success"
        turn = _Turn(ref, entry, entry.generation, unpack(entry.status))
        raw = unpack(entry.spec)
        spec = parse_spec(ref, raw)
        if raw.get("suspend") is True:  # acts at once, whatever else is wrong
            return await self._suspended(turn, spec)
        compiled = await self._compiler.compile_own(ref, entry, spec)
        if self._snapshot.rules.get(ref) is not entry:
            return "success"  # went away, or was made anew, while we compiled
        if isinstance(compiled, Rejection):
            entry.rejected = compiled.reason
            return await self._rejected(turn, compiled)
        return await self._valid(turn, compiled)

    # -- compile -----------------------------------------------------------

    async def _plan(self, ref: ObjectRef) -> TestPlan | None:
        """Give a rule's tests as they are now; None where it has none, or is wrong."""
        compiled = await self._compiler.as_it_is(ref)
        return compiled.tests if isinstance(compiled, CompiledRule) else None

    def _tests_record(self, ref: ObjectRef, entry: RuleEntry) -> str:
        """Give the annotation of the rule's own PrometheusRule that says which tests passed."""
        child = self._snapshot.children.get((ref.namespace, child_name(ref)))
        return child.tests_passed if child is not None and child.owner_uid == entry.uid else ""

    async def _last_good(self, ref: ObjectRef, entry: RuleEntry) -> CompiledRule | None:
        """Compile what the child says was last good; None where there is nothing of the kind."""
        name = child_name(ref)
        child = self._snapshot.children.get((ref.namespace, name))
        if child is None or child.owner_uid != entry.uid:
            return None
        document = await self._outside.cluster.read(PROMETHEUS_RULES, ref.namespace, name)
        if document is None:
            return None
        text = (document["metadata"].get("annotations") or {}).get(LAST_GOOD, "")
        try:
            raw = json.loads(text)
        except (ValueError, RecursionError):
            return None
        if not isinstance(raw, dict):
            return None
        compiled = await self._compiler.compile(ref, entry, parse_spec(ref, raw))
        if isinstance(compiled, Rejection):
            if any(one.reason is Reason.NOT_CONFINED for one in compiled.problems):
                # Last good never overrides a permission: it would go on reading others' series.
                await self._children.remove(ref, entry, name)
            return None
        record = record_for(compiled.tests, child.tests_passed)
        return replace(compiled, child=with_record(compiled.child, record))

    def _note(self, ref: ObjectRef, entry: RuleEntry, compiled: CompiledRule | None) -> None:
        """Tell the routing tree what this rule asks of it now."""
        if self._snapshot.rules.get(ref) is not entry:
            return  # went away, or was made anew, while we compiled
        entry.judged = True  # from here on the tree may be written without forgetting this rule
        entry.severities = compiled.severities if compiled else ()
        if self._snapshot.set_block(ref, compiled.block if compiled else None):
            self._queue.add(ALERTMANAGER)
        note_inhibition(self._snapshot, self._queue, ref, compiled)

    # -- the three outcomes ------------------------------------------------

    async def _suspended(self, turn: _Turn, spec: object) -> str:
        turn.entry.rejected = spec.reason if isinstance(spec, Rejection) else None
        turn.entry.waiting_since = None
        self.tests.forget(turn.ref)
        self._compiler.takes_nothing(turn.ref)
        valid = broken("Valid", spec.problems) if isinstance(spec, Rejection) else good("Valid")
        self._note(turn.ref, turn.entry, None)
        await self._children.remove(turn.ref, turn.entry, child_name(turn.ref))
        await self._publish(turn, _Live(turn.generation, suspended=True), valid)
        return "success"

    async def _rejected(self, turn: _Turn, why: Rejection) -> str:
        """Keep what was last good, and say what is wrong with the edit."""
        self.tests.forget(turn.ref)
        result = await self._kept(turn, broken("Valid", why.problems), why)
        if any(one.reason == Reason.UNVERIFIABLE_EXPRESSION for one in why.problems):
            self._queue.add_after(turn.ref, _JUDGE_AGAIN)  # the parser may only have been busy
        return result

    async def _valid(self, turn: _Turn, compiled: CompiledRule) -> str:
        """Let a rule go live once its tests have passed."""
        record = self._tests_record(turn.ref, turn.entry)
        tested = self.tests.judge(turn.ref, compiled.tests, record)
        turn.entry.rejected = tested.problems[0].reason if tested.problems else None
        if tested.waited is not None:
            return await self._testing(turn, compiled, tested, tested.waited)
        if tested.problems:
            why = Rejection(turn.ref, tested.problems)
            return await self._kept(turn, _is_valid(compiled), why, tested)
        return await self._live(turn, compiled, tested)

    async def _testing(
        self, turn: _Turn, compiled: CompiledRule, tested: Tested, waited: float
    ) -> str:
        """Leave everything as it is while the tests run; after a few seconds the status says so."""
        turn.entry.waiting_since = None
        if not turn.entry.judged:  # the start-up waits for every rule to say what it routes by
            self._note(turn.ref, turn.entry, await self._last_good(turn.ref, turn.entry))
        told = condition_of(turn.status, TESTS_PASSED).get("observedGeneration")
        if waited < _ROUTE_NEWS:
            self._queue.add_after(turn.ref, _ROUTE_NEWS - waited)
        elif told != turn.generation:
            await self._publish(turn, _Live(turn.was_live, _TESTING), _is_valid(compiled), tested)
        return "waiting"

    async def _kept(
        self, turn: _Turn, valid: Condition, why: Rejection, tested: Tested = NO_TESTS
    ) -> str:
        """Keep what was last good, and say why this is not it."""
        ref, entry = turn.ref, turn.entry
        entry.waiting_since = None
        last_good = await self._last_good(ref, entry)
        if last_good is None and entry.judged and self._snapshot.has_child(ref, entry):
            LOG.debug("%s: the last good spec does not compile now; its child stays", ref)
        else:
            self._note(ref, entry, last_good)
        live = _Live(turn.was_live)
        if last_good is not None:
            live = _Live(turn.was_live, await self._children.ensure(ref, entry, last_good.child))
        elif turn.status.get("state") == "Suspended":
            live = _Live(turn.was_live, suspended=True)
        elif self._is_lost(turn):
            live = _Live(0, _lost(ref, why), outweighs=True)
        if await self._publish(turn, live, valid, tested):
            self._queue.spent(ref)  # a client that writes nonsense in a loop has its budget too
        return "stalled"

    def _is_lost(self, turn: _Turn) -> bool:
        """Tell whether something was live once, and its PrometheusRule is gone."""
        if self._snapshot.has_child(turn.ref, turn.entry):
            return False
        said = condition_of(turn.status, "Ready").get("reason") == str(Reason.LAST_GOOD_LOST)
        return turn.was_live > 0 or said

    async def _live(self, turn: _Turn, compiled: CompiledRule, tested: Tested) -> str:
        ref, entry = turn.ref, turn.entry
        self._note(ref, entry, compiled)
        if self._routing.must_wait(ref, entry, compiled.block):
            return await self._waiting(turn, _is_valid(compiled), tested)
        entry.waiting_since = None
        child = with_record(compiled.child, tested.record)
        problem = await self._children.ensure(ref, entry, child)
        live = _Live(turn.was_live if problem else turn.generation, problem)
        await self._publish(turn, live, _is_valid(compiled), tested)
        if problem is not None and problem.reason in {Reason.APPLY_FAILED, Reason.CRD_MISSING}:
            self._queue.retry(ref, _RETRY_AT_LEAST)
            return "waiting"
        return "success"

    async def _waiting(self, turn: _Turn, valid: Condition, tested: Tested) -> str:
        """Wait for the route; after a few seconds the status says so."""
        waited = self._outside.clock.monotonic() - (turn.entry.waiting_since or 0.0)
        look_again = _ROUTE_NEWS if waited < _ROUTE_NEWS else ROUTE_DEADLINE
        self._queue.add_after(turn.ref, look_again - waited)
        if waited >= _ROUTE_NEWS:
            await self._publish(turn, _Live(turn.was_live, _PENDING), valid, tested)
        return "waiting"

    # -- status ------------------------------------------------------------

    def _show_use(self, channels: tuple[str, ...]) -> None:
        """Let a channel that shows no user yet count again; later changes wait their time."""
        for channel in channels:
            namespace, _, name = channel.partition("/")
            used = self._snapshot.channels.get(ObjectRef(NOTIFICATION_CHANNEL, namespace, name))
            if used is not None and used.shown_use == 0:
                used.shown_use = -1
                self._queue.add(ObjectRef(NOTIFICATION_CHANNEL, namespace, name), Urgency.REPAIR)

    def _may_load(self, turn: _Turn, live: _Live, valid: Condition, routed: Condition) -> bool:
        """Tell whether to wait a moment with saying that Alertmanager has yet to load the way."""
        now = self._outside.clock.monotonic()
        waited = self._snapshot.awaited.waited(turn.ref, now)
        if waited is None or waited >= LOAD_DEADLINE:
            return False
        moment = waited < _ROUTE_NEWS
        self._queue.add_after(turn.ref, (_ROUTE_NEWS if moment else LOAD_DEADLINE) - waited)
        news = live.problem is not None or valid.status != "True" or routed.status == "True"
        return moment and not news

    def _may_settle(self, turn: _Turn, routed: Condition) -> bool:
        """
        Tell whether to wait a moment with a new rule's first status.

        A rule and its channel are applied together and arrive one after the other;
        that nobody hears is news only if it lasts.
        """
        if routed.status != "False" or "conditions" in turn.status:
            return False
        now = self._outside.clock.monotonic()
        if turn.entry.first_judged is None:
            turn.entry.first_judged = now
        left = turn.entry.first_judged + _FIRST_NEWS - now
        if left > 0:
            self._queue.add_after(turn.ref, left)
        return left > 0

    async def _publish(
        self, turn: _Turn, live: _Live, valid: Condition, tested: Tested = NO_TESTS
    ) -> bool:
        if self._snapshot.rules.get(turn.ref) is not turn.entry:
            return False
        child = self._snapshot.has_child(turn.ref, turn.entry)
        routed, channels = self._routing.conclude(turn.ref, turn.entry)
        ready = good("Ready", "live")
        if live.suspended:
            routed, channels = good("Routed", "nothing fires", Reason.SUSPENDED), ()
            ready = good("Ready", "no PrometheusRule, as the spec asks", Reason.SUSPENDED)
            self._snapshot.awaited.pop(turn.ref)
        elif not child and (valid.status == "False" or tested.holds_back):
            why = tested.condition.reason if tested.condition is not None else valid.reason
            routed, channels = Condition("Routed", "Unknown", why, _UNJUDGED), ()
            self._snapshot.awaited.pop(turn.ref)
        elif self._may_load(turn, live, valid, routed) or self._may_settle(turn, routed):
            return False
        self._show_use(channels)
        chain = [valid, *([tested.condition] if tested.condition is not None else ()), routed]
        if live.problem is not None:
            position = 0 if live.outweighs else len(chain) - 1
            chain.insert(position, broken(APPLIED, (live.problem,)))
        elif (routed.status, routed.reason) == ("Unknown", Reason.ROUTE_PENDING):
            chain.append(broken(APPLIED, (Problem(Reason.ROUTE_PENDING, "", routed.message),)))
        conditions = conclude(chain, ready)
        if child and live.generation:
            conditions = _with_last_good(conditions, live.generation)
        status = rule_status(
            turn.status,
            conditions,
            generation=turn.generation,
            live_generation=live.generation,
            channels=channels,
            child=child_name(turn.ref) if child else "",
            suspended=live.suspended,
            now=self._outside.clock.now(),
            tests=(tested.passed, tested.failed),
        )
        return await publish_status(self._outside, turn.ref, turn.entry, status)


def _is_valid(compiled: CompiledRule) -> Condition:
    return good("Valid", "; ".join(str(one) for one in compiled.warnings))


_UNJUDGED = "who would hear is judged once the spec is valid and its tests pass"

_TESTING = Problem(
    Reason.TESTS_RUNNING,
    "spec.tests",
    "the tests are being run; the PrometheusRule follows if they pass",
)

_PENDING = Problem(
    Reason.ROUTE_PENDING,
    "spec.notify",
    "waiting for Alertmanager to load the route of this notify block; the PrometheusRule follows "
    "then, or after a minute at the latest",
)


def _with_last_good(conditions: list[Condition], generation: int) -> list[Condition]:
    """Say beside `Valid` that an earlier generation lives on; events stay the same news."""
    note = f"; generation {generation} stays live"
    return [
        replace(one, message=one.message + note)
        if one.type in {"Valid", TESTS_PASSED} and one.status == "False"
        else one
        for one in conditions
    ]


def _lost(ref: ObjectRef, why: Rejection) -> Problem:
    return Problem(
        Reason.LAST_GOOD_LOST,
        "",
        f"PrometheusRule {child_name(ref)} was deleted while this AlertRule is invalid, so nothing "
        f"is live; mend the spec: {why.message}",
    )
