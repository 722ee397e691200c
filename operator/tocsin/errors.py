"""
Errors that cross a layer: what an adapter raises and a use case understands.

Every foreign exception becomes one of these at the adapter, chained as its
cause; their texts carry no request body, no URL with a secret and no credential.
"""

from __future__ import annotations


class ClusterError(Exception):
    """
    The API server refused or could not be reached.

    `status` is the HTTP status, 0 where there was no answer; `reason` is the
    API's own word (`Forbidden`, `NotFound`, `Conflict`, …); `message` carries no
    request body and no credential. `retry_after` is in seconds, or None.
    """

    def __init__(
        self, status: int, reason: str, message: str, retry_after: float | None = None
    ) -> None:
        super().__init__(f"{status} {reason}: {message}")
        self.status = status
        self.reason = reason
        self.message = message
        self.retry_after = retry_after
