"""
`noData`: the alert for when no series feeds the query.

Its condition is derived (`promql.feeds`), or refused with what to write instead: an
alert that fires while all is well, or never, is worse than none. Its value and labels
are not those of the query, so it has words of its own.
"""

from __future__ import annotations

from collections.abc import Mapping

from tocsin.api.meta import ObjectRef
from tocsin.api.problem import Problem, Reason

NO_DATA = "noData"
"""The `tocsin_instance` of the alert: it is no series', and mutes and is muted by none."""


def no_data_condition(query: str) -> str | Problem:
    """Give the condition "no series feeds the query", or why there is none."""
    # The syntax tree costs start-up time, and few rules need it.
    from tocsin.promql.feeds import absence_of  # noqa: PLC0415 see above

    condition, reason = absence_of(query)
    if condition:
        return condition
    return Problem(
        Reason.INVALID_SPEC,
        "spec.noData",
        f"cannot be derived from spec.expr: {reason}; leave noData out and write a second "
        "AlertRule with absent(...) of a series that is always there, such as "
        'absent(up{job="checkout"})',
    )


def no_data_annotations(ref: ObjectRef, annotations: Mapping[str, str]) -> dict[str, str]:
    """Give the alert's words: a summary of its own, and of the rule's what holds no template."""
    kept = {
        name: text
        for name, text in annotations.items()
        if "{{" not in text and name not in {"summary", "description"}
    }
    said = (
        f"{ref.name} in {ref.namespace} has no data: no series feeds its query, so it cannot say "
        "whether all is well"
    )
    return {"summary": said} | kept
