"""Sentences that several checks share, and the checks of plain values they stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv6Address

from tocsin.api.config import OperatorConfig
from tocsin.api.duration import milliseconds
from tocsin.api.problem import Problem, Reason

_LONGEST = (2**63 - 1) // 1_000_000
"""Milliseconds in the longest duration that Prometheus and Alertmanager can hold, 292 years."""

_SHORTEST = 1_000
"""Milliseconds between two evaluations, or two messages, at least."""

_URL = re.compile(
    r"https?://(?:[A-Za-z0-9._-]+|\[([0-9A-Fa-f:]+)\])(?::[0-9]{1,5})?"
    r"(?:[/?#](?:[^\s%\x00-\x1f\x7f]|%[0-9A-Fa-f]{2})*)?"
)
"""What Go's net/url takes for sure; it refuses the whole configuration for one bad address."""

_REPLACED = re.compile(r"\$\([a-zA-Z_0-9]+\)")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_CONTROL_IN_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def not_yet(field: str, meanwhile: str, *, part: str = "") -> Problem:
    """Refuse a field of the promised API, or a part of it, that this release does not compile."""
    what = f"{part} in it is" if part else "is"
    return Problem(
        Reason.NOT_YET_SUPPORTED, field, f"{what} not supported by this release yet: {meanwhile}"
    )


def invalid(field: str, message: str) -> Problem:
    """Refuse a value whose form or combination means nothing."""
    return Problem(Reason.INVALID_SPEC, field, message)


def duration_problem(field: str, duration: str | None) -> Problem | None:
    """Refuse a duration that is too long for Prometheus and Alertmanager to hold."""
    if duration is None or milliseconds(duration) <= _LONGEST:
        return None
    return invalid(field, f"{duration} is longer than 292 years: write a shorter duration")


def brief_problem(field: str, interval: str | None, shortest: str = "1s") -> Problem | None:
    """
    Refuse an interval that is too long to hold, or so short that it is work without end.

    Prometheus and Alertmanager are shared: a group evaluated each millisecond takes a
    processor from everybody (S14). `shortest` is what the platform allows here.
    """
    if interval is None:
        return None
    length = milliseconds(interval)
    if length < _SHORTEST:
        return invalid(field, f"{interval} is shorter than a second: write {shortest} or more")
    if length < milliseconds(shortest):
        return invalid(
            field,
            f"{interval} is shorter than the platform allows (limits.minInterval): write "
            f"{shortest} or more",
        )
    return duration_problem(field, interval)


def shortest_interval(namespace: str, config: OperatorConfig) -> str:
    """Give the shortest interval for objects of a namespace; trusted ones are not bound."""
    return "1s" if namespace in config.trusted_namespaces else config.limits.min_interval


def is_request_url(text: str) -> bool:
    """Tell whether Alertmanager loads an address that it will send requests to."""
    found = _URL.fullmatch(text)
    if found is None:
        return False
    try:
        address = IPv6Address(found[1] or "::1")
    except ValueError:
        return False
    return address.ipv4_mapped is None  # Go takes no IPv4 address in brackets


def control_problem(field: str, value: str, *, lines: bool = False) -> Problem | None:
    """Refuse control characters; with `lines`, newline and tab are fine."""
    found = (_CONTROL_IN_TEXT if lines else _CONTROL).search(value)
    if found is None:
        return None
    code = f"U+{ord(found.group()):04X}"
    return invalid(field, f"holds the control character {code} at {found.start() + 1}: remove it")


def variable_problem(field: str, text: str) -> Problem | None:
    """Refuse what the reloader of Alertmanager's configuration takes for its environment's."""
    found = _REPLACED.search(text) if "$(" in text else None
    if found is None:
        return None
    return invalid(
        field,
        f"holds {found.group()}, which the reloader of Alertmanager's configuration would "
        "replace: write it without the brackets",
    )


def severity_problem(field: str, severity: str | None, known: tuple[str, ...]) -> Problem | None:
    """Refuse a severity that the operator's configuration does not order."""
    if severity is None or severity in known:
        return None
    return Problem(
        Reason.SEVERITY_NOT_ALLOWED,
        field,
        f"{severity!r} is no severity here: choose one of {', '.join(known)}",
    )


def present(problems: Iterable[Problem | None]) -> list[Problem]:
    """Keep the problems that there are."""
    return [problem for problem in problems if problem is not None]
