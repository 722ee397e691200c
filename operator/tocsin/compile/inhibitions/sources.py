"""
What a rule's author should know about the sources in its `inhibitedBy`.

Warnings, never refusals: a source may be applied a moment later, and a slow one
still mutes, only late.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tocsin.api.alert_rule import AlertRuleSpec
from tocsin.api.duration import milliseconds, write_duration
from tocsin.api.meta import KubeModel, ObjectRef
from tocsin.api.problem import Problem, Reason
from tocsin.compile.inhibitions.block import InhibitBlock

Lookup = Callable[[ObjectRef], KubeModel | None]
"""Gives the spec of an object that exists, None where there is none."""

_INTERVAL = "1m"
"""Prometheus' own default; what the platform sets is not known here."""
_CHECK_INTERVAL, _CHECK_FAILURES = "30s", 3


def source_warnings(
    ref: ObjectRef, spec: AlertRuleSpec, block: InhibitBlock | None, lookup: Lookup
) -> Iterator[Problem]:
    """Warn of sources that are not there, and of those that fire later than the rule itself."""
    own = _soonest(spec)
    for source in () if block is None else block.sources:
        if source.ref is None:
            continue
        found = lookup(source.ref)
        if found is None:
            yield Problem(
                Reason.SOURCE_NOT_FOUND,
                "spec.inhibitedBy",
                f"there is no {source.kind} {source.ref}, so it mutes nothing: create it, or "
                "correct the name",
            )
            continue
        late = _soonest(found)
        if late > own:
            yield Problem(
                Reason.SOURCE_TOO_SLOW,
                "spec.inhibitedBy",
                f"{source.kind} {source.ref} fires {write_duration(late - own)} later than "
                f"{ref.name} at the soonest, which is told meanwhile: give this rule a longer "
                "for, or that one a shorter",
            )


def _soonest(spec: KubeModel) -> int:
    """Give the milliseconds from the fault to the first alert, evaluation included."""
    if isinstance(spec, AlertRuleSpec):
        lasts = [one.for_ for one in spec.levels] or [spec.for_]
        held = min(milliseconds(one or "0s") for one in lasts)
        return held + milliseconds(spec.interval or _INTERVAL)
    interval = getattr(spec, "interval", None) or _CHECK_INTERVAL
    failures = getattr(spec, "failure_threshold", None) or _CHECK_FAILURES
    return int(milliseconds(interval)) * int(failures)
