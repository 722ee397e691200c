"""
The API server's audit log: who asked for what. Tests count writes with it.

Writes are recorded with their request and response, reads with their metadata alone.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

WRITES = ("create", "update", "patch", "delete", "deletecollection")
LEVELS = ("RequestResponse", "Request", "Metadata")

Event = dict[str, Any]


def policy(level: str = "RequestResponse") -> str:
    """The text of an audit policy: ``level`` for writes, Metadata for reads, health checks out."""
    if level not in LEVELS:
        raise ValueError(f"audit level {level!r} is none of {', '.join(LEVELS)}")
    document = {
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["RequestReceived", "ResponseStarted"],
        "rules": [
            {"level": "None", "nonResourceURLs": ["/readyz*", "/livez*", "/healthz*"]},
            {"level": level, "verbs": list(WRITES)},
            {"level": "Metadata"},
        ],
    }
    return json.dumps(document, indent=2)


def read(path: Path) -> list[Event]:
    """Every whole event of the log, oldest first."""
    with path.open("rb") as log:
        # the last line may be half written
        return [json.loads(line) for line in log if line.endswith(b"\n")]


class Log:
    """A log that is read on from where the last look ended; ``events`` has all of them so far."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self.events: list[Event] = []

    def read_on(self) -> list[Event]:
        """The whole events since the last look."""
        with self._path.open("rb") as log:
            log.seek(self._offset)
            new = []
            for line in log:
                if not line.endswith(b"\n"):
                    break  # half written
                new.append(json.loads(line))
                self._offset += len(line)
        self.events += new
        return new


def select(
    events: list[Event], *, user: str | None = None, verbs: tuple[str, ...] = WRITES
) -> list[Event]:
    """
    The events of these verbs, of a user where one is named.

    ``user`` is the whole user name; a request by impersonation belongs to the impersonated user.
    """
    return [event for event in events if event["verb"] in verbs and user in (None, user_of(event))]


def user_of(event: Event) -> str:
    """Who asked."""
    return str((event.get("impersonatedUser") or event["user"]).get("username", ""))
