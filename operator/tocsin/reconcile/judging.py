"""
One AlertRule compiled as it is now: its expressions are asked about, then the core decides.

Expressions go to the limited child process, for verdicts and, where the platform
confines tenants, for the text that reads their own namespace alone.
"""

from __future__ import annotations

from tocsin.api.alert_rule import AlertRuleSpec
from tocsin.api.meta import ObjectRef, Resource
from tocsin.api.parse import parse_spec
from tocsin.api.problem import Problem, Reason, Rejection
from tocsin.compile.rules import CompiledRule, compile_alert_rule, expressions_of
from tocsin.compile.tenancy import is_confined
from tocsin.reconcile.entries import RuleEntry, unpack
from tocsin.reconcile.inhibiting import judge_inhibition
from tocsin.reconcile.outside import Outside
from tocsin.reconcile.queue import WorkQueue
from tocsin.reconcile.quota import ByteQuota
from tocsin.reconcile.snapshot import Snapshot


class RuleCompiler:
    """Compiles AlertRules with what the cluster says now; writes nothing."""

    def __init__(self, outside: Outside, snapshot: Snapshot, queue: WorkQueue) -> None:
        self._outside = outside
        self._snapshot = snapshot
        self._quota = ByteQuota(snapshot, queue, self.as_it_is)

    async def compile(
        self, ref: ObjectRef, entry: RuleEntry, spec: object
    ) -> CompiledRule | Rejection:
        """Compile a spec for a rule that exists: its own, or one that was live before."""
        if isinstance(spec, Rejection):
            return spec
        if not isinstance(spec, AlertRuleSpec):
            raise TypeError(f"{ref} is not an AlertRule")
        if self._snapshot.beyond_limit(ref):
            limit = self._snapshot.config.limits.rules_per_namespace
            message = (
                f"namespace {ref.namespace} has more than {limit} AlertRules and this is one of "
                "the newest; delete some, or ask the platform to raise limits.rulesPerNamespace"
            )
            return Rejection(ref, (Problem(Reason.QUOTA_EXCEEDED, "", message),))
        judge, texts = self._outside.judge, expressions_of(spec)
        verdicts = await judge.judge_many(texts)
        confined = None
        if is_confined(ref.namespace, self._snapshot.config):
            confined = await judge.confine_many(texts, ref.namespace)
        compiled = compile_alert_rule(
            Resource(ref, entry.uid, entry.generation, spec),
            verdicts=verdicts,
            namespace_labels=self._snapshot.namespaces.get(ref.namespace, {}),
            config=self._snapshot.config,
            confined=confined,
        )
        return judge_inhibition(self._snapshot, ref, spec, compiled)

    async def compile_own(
        self, ref: ObjectRef, entry: RuleEntry, spec: object
    ) -> CompiledRule | Rejection:
        """Compile a rule's own spec, beside what its namespace takes already."""
        compiled = await self.compile(ref, entry, spec)
        if isinstance(compiled, CompiledRule):
            return await self._quota.judge(ref, compiled)
        self.takes_nothing(ref)
        return compiled

    async def as_it_is(self, ref: ObjectRef) -> CompiledRule | Rejection | None:
        """Compile a rule as it is now; None where it is gone or suspended."""
        entry = self._snapshot.rules.get(ref)
        raw = unpack(entry.spec) if entry is not None else {}
        if entry is None or raw.get("suspend") is True:
            return None
        return await self.compile(ref, entry, parse_spec(ref, raw))

    def takes_nothing(self, ref: ObjectRef) -> None:
        """Note that a rule has no PrometheusRule of its own spec."""
        self._quota.changed(ref, 0)
