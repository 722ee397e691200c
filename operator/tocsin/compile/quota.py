"""
What one namespace's PrometheusRules may take together (S14): sizes, and the refusal.

What is live was accepted before and comes first; growth follows, the oldest first. The
caller says in which order the objects came, and what each has live.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tocsin.api.config import Limits
from tocsin.api.problem import Problem, Reason
from tocsin.compile.names import canonical_json
from tocsin.compile.rules import LAST_GOOD


def may_pass(rules: int, limits: Limits) -> bool:
    """Tell whether so many rules could pass the limit at all; measuring costs a little."""
    return rules * limits.rule_bytes > limits.bytes_per_namespace


def size_of(child: Mapping[str, Any]) -> int:
    """
    Give the size of a PrometheusRule in bytes, as compact JSON.

    Its rules and the record of its spec; what differs between a file and a cluster
    (the owner's uid) does not count.
    """
    annotations = child["metadata"].get("annotations") or {}
    record = str(annotations.get(LAST_GOOD, ""))
    spec = canonical_json(child.get("spec") or {})
    return len(spec.encode("utf-8", "surrogatepass")) + len(record.encode("utf-8", "surrogatepass"))


def grown(total: int, live: int, wanted: int, limit: int) -> int:
    """
    Give what all take once one of them asked for `wanted` bytes instead of its `live` ones.

    Growth that does not fit leaves it as it is. What shrinks counts as it is until it
    has shrunk: an edit that never goes live makes no room.
    """
    more = max(wanted - live, 0)
    return total + more if total + more <= limit else total


def bytes_problem(namespace: str, others: int, size: int, limits: Limits) -> Problem | None:
    """Refuse a PrometheusRule that does not fit beside the others of its namespace."""
    if others + size <= limits.bytes_per_namespace:
        return None
    return Problem(
        Reason.QUOTA_EXCEEDED,
        "",
        f"becomes a PrometheusRule of {size:,} bytes beside {others:,} bytes of others in "
        f"namespace {namespace}, and {limits.bytes_per_namespace:,} is the limit for all: delete "
        "or shorten some, or ask the platform to raise limits.bytesPerNamespace",
    )
