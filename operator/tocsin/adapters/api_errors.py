"""
From what the API server or the network said to `ClusterError`.

The API's message may repeat field values, so for Secrets only its reason is kept;
no message carries a body, a header or a line break.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from tocsin.errors import ClusterError

MESSAGE_LIMIT = 512
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
_RETRY_LIMIT = 300.0


def refused(
    status: int, headers: Mapping[str, str], body: bytes, *, secret: bool = False
) -> ClusterError:
    """
    Turn an answer of 400 or more into an error.

    `secret` says that the request was about a Secret.
    """
    answer = status_document(body)
    reason = str(answer.get("reason") or "") or _phrase(status)
    if secret:
        message = "the API server refused a request about a Secret"
    elif answer:
        message = one_line(str(answer.get("message") or "no message"))
    else:
        message = "the answer came from no API server, or the resource's CRD is not installed"
    return ClusterError(status, one_line(reason), message, retry_after(headers, answer))


def status_document(body: bytes) -> dict[str, Any]:
    """Give the `Status` object of a body; empty where it is none."""
    try:
        answer = json.loads(body)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) and answer.get("kind") == "Status" else {}


def retry_after(headers: Mapping[str, str], answer: Mapping[str, Any]) -> float | None:
    """Give the seconds that the server asks us to wait, at most 300."""
    details = answer.get("details")
    wanted = headers.get("Retry-After") or (
        details.get("retryAfterSeconds") if isinstance(details, dict) else None
    )
    try:
        seconds = float(wanted or 0)
    except (TypeError, ValueError):
        return None  # an HTTP date: nobody sends one here
    return min(seconds, _RETRY_LIMIT) if seconds > 0 else None


def one_line(text: str, limit: int = MESSAGE_LIMIT) -> str:
    """Fold a message into one line of at most `limit` characters."""
    folded = _CONTROL.sub(" ", text).strip()
    return folded if len(folded) <= limit else folded[: limit - 1] + "…"


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase.replace(" ", "")
    except ValueError:
        return "Unknown"
