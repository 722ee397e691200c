"""
What one namespace's PrometheusRules may take together (S14): sizes, and the refusal.

The caller says in which order its rules came; the newest beyond the limit are refused.
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
    record: str = child["metadata"]["annotations"][LAST_GOOD]
    return len(canonical_json(child["spec"]).encode()) + len(record.encode())


def bytes_problem(namespace: str, older: int, size: int, limits: Limits) -> Problem | None:
    """Refuse a PrometheusRule that does not fit beside the older ones of its namespace."""
    if older + size <= limits.bytes_per_namespace:
        return None
    return Problem(
        Reason.QUOTA_EXCEEDED,
        "",
        f"becomes a PrometheusRule of {size:,} bytes beside {older:,} bytes of older ones in "
        f"namespace {namespace}, and {limits.bytes_per_namespace:,} is the limit for all: delete "
        "or shorten some, or ask the platform to raise limits.bytesPerNamespace",
    )
