"""
What is wrong with an object, as a value: reason, field, and a sentence with the remedy.

The reasons are a closed set, because users, dashboards and alerts match on them.
`docs/reference/reasons.md` is generated from this enumeration.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from tocsin.api.meta import ObjectRef


class Reason(StrEnum):
    """Why a condition has its status; one CamelCase word, as Kubernetes asks."""

    SUCCEEDED = "Succeeded"
    SUSPENDED = "Suspended"
    NOBODY_ON_PURPOSE = "NobodyOnPurpose"
    INVALID_SPEC = "InvalidSpec"
    INVALID_EXPRESSION = "InvalidExpression"
    UNVERIFIABLE_EXPRESSION = "UnverifiableExpression"
    INVALID_TEMPLATE = "InvalidTemplate"
    TESTS_FAILED = "TestsFailed"
    TESTS_RUNNING = "TestsRunning"
    NO_PROMTOOL = "NoPromtool"
    NOT_CONFINED = "NotConfined"
    RESERVED_LABEL = "ReservedLabel"
    POLICY_VIOLATED = "PolicyViolated"
    SEVERITY_NOT_ALLOWED = "SeverityNotAllowed"
    NOT_YET_SUPPORTED = "NotYetSupported"
    SIZE_LIMIT = "SizeLimit"
    QUOTA_EXCEEDED = "QuotaExceeded"
    CHANNEL_NOT_FOUND = "ChannelNotFound"
    CHANNEL_NOT_ALLOWED = "ChannelNotAllowed"
    CHANNEL_NOT_READY = "ChannelNotReady"
    CHANNEL_SUSPENDED = "ChannelSuspended"
    CHANNEL_NEVER_HEARS = "ChannelNeverHears"
    NO_RECEIVER = "NoReceiver"
    INHIBITION_CYCLE = "InhibitionCycle"
    SOURCE_NOT_FOUND = "SourceNotFound"
    SOURCE_TOO_SLOW = "SourceTooSlow"
    RECEIVER_NOT_FOUND = "ReceiverNotFound"
    RECEIVER_NOT_ALLOWED = "ReceiverNotAllowed"
    ROUTE_PENDING = "RoutePending"
    ROUTE_NOT_LOADED = "RouteNotLoaded"
    ROUTE_NOT_OBSERVED = "RouteNotObserved"
    SECRET_NOT_FOUND = "SecretNotFound"  # noqa: S105 the name of a reason
    SECRET_KEY_NOT_FOUND = "SecretKeyNotFound"  # noqa: S105 the name of a reason
    SECRET_MALFORMED = "SecretMalformed"  # noqa: S105 the name of a reason
    FORBIDDEN = "Forbidden"
    SMTP_NOT_CONFIGURED = "SMTPNotConfigured"
    LAST_GOOD_LOST = "LastGoodLost"
    NAME_TAKEN = "NameTaken"
    OWNERSHIP_CONFLICT = "OwnershipConflict"
    APPLY_FAILED = "ApplyFailed"
    CRD_MISSING = "CRDMissing"
    RECONCILING = "Reconciling"
    INTERNAL_ERROR = "InternalError"


@dataclass(frozen=True, slots=True)
class Problem:
    """
    One thing that is wrong, said so that a newcomer can mend it.

    `field` is the path in the object (`spec.levels[0].above`); `message` names
    the value, the reason and the remedy.
    """

    reason: Reason
    field: str
    message: str

    def __str__(self) -> str:
        """Write the problem as one line."""
        return f"{self.field}: {self.message}" if self.field else self.message


@dataclass(frozen=True, slots=True)
class Rejection:
    """An object that could not be compiled, and every problem that was found in it."""

    ref: ObjectRef
    problems: tuple[Problem, ...]

    @property
    def reason(self) -> Reason:
        """The first problem's reason; it becomes the condition's reason."""
        return self.problems[0].reason

    @property
    def message(self) -> str:
        """All problems in one sentence each, at most 2,000 characters."""
        return join_problems(self.problems)


def join_problems(problems: Iterable[Problem], limit: int = 2000) -> str:
    """Join problems for a condition's message, cut at `limit` characters."""
    text = "; ".join(str(problem) for problem in problems)
    return text if len(text) <= limit else text[: limit - 1] + "…"
