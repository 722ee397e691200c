"""One HealthCheck: accepted by the API, not compiled in this release, and it says so."""

from __future__ import annotations

from tocsin.api.meta import ObjectRef
from tocsin.api.parse import parse_spec
from tocsin.api.problem import Problem, Reason, Rejection
from tocsin.reconcile.entries import unpack
from tocsin.reconcile.outside import Outside, publish_status
from tocsin.reconcile.snapshot import Snapshot
from tocsin.reconcile.status import broken, conclude, good, plain_status

NOT_YET = Problem(
    Reason.NOT_YET_SUPPORTED,
    "spec",
    "HealthChecks are not compiled in this release, so nothing is probed; write a Probe of "
    "prometheus-operator and an AlertRule on probe_success meanwhile",
)


class CheckReconciler:
    """Refuses HealthChecks, so that nobody believes in one that does not run."""

    def __init__(self, outside: Outside, snapshot: Snapshot) -> None:
        self._outside = outside
        self._snapshot = snapshot

    async def reconcile(self, ref: ObjectRef) -> str:
        """Write the refusal; gives the result for the metric."""
        entry = self._snapshot.checks.get(ref)
        if entry is None:
            return "success"
        spec = parse_spec(ref, unpack(entry.spec))
        problems = spec.problems if isinstance(spec, Rejection) else (NOT_YET,)
        entry.judged, entry.rejected = True, problems[0].reason
        status = plain_status(
            unpack(entry.status),
            conclude([broken("Valid", problems)], good("Ready")),
            generation=entry.generation,
            now=self._outside.clock.now(),
        )
        await publish_status(self._outside, ref, entry, status)
        return "stalled"
