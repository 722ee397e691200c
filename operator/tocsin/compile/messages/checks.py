"""
Templates of users in Alertmanager's messages, judged in place.

Alertmanager reads such a template when the alert fires: one that fails then loses the
notification, so it is refused when it is written.
"""

from __future__ import annotations

from functools import lru_cache

from tocsin.api.notification_channel import NotificationChannelSpec
from tocsin.api.problem import Problem, Reason
from tocsin.compile.messages.use import MessageUse
from tocsin.promql.templates import check_growth, check_template

_TRUSTS_CONTENT = frozenset({"safeHtml", "safeUrl"})
_NOTHING: frozenset[str] = frozenset()


def html_fields(spec: NotificationChannelSpec) -> frozenset[str]:
    """Name the fields that Alertmanager renders as pages."""
    found = {"spec.email.html"}
    if spec.telegram is not None and spec.telegram.parse_mode in {None, "HTML"}:
        found.add("spec.telegram.message")
    if spec.pushover is not None and spec.pushover.html:
        found.add("spec.pushover.message")
    return frozenset(found)


def message_template_problem(field: str, text: str, use: MessageUse) -> Problem | None:
    """
    Refuse a message's template that Alertmanager would fail on when it notifies.

    `safeHtml` and `safeUrl` would let an alert's content act as markup (S09).
    """
    message, _ = _message_problem(text, use)
    return Problem(Reason.INVALID_TEMPLATE, field, message) if message else None


def message_template_cost(text: str, use: MessageUse) -> int:
    """Give what judging the template cost: a hundred million is about a second."""
    return _message_problem(text, use)[1]


@lru_cache(maxsize=512)
def _message_problem(text: str, use: MessageUse) -> tuple[str, int]:
    """Say what is wrong and what finding it cost; many channels have the same text."""
    forbidden = _NOTHING if use.trusted else _TRUSTS_CONTENT
    found = check_template(text, product="alertmanager", forbidden=forbidden, version=use.version)
    if found is None and not use.trusted:
        found = check_growth(text, "alertmanager")
    if found is not None:
        return found.message, 0
    # Few channels have a template of their own, and what renders it takes a while to load.
    from tocsin.compile.messages.rendering import rendered_problem  # noqa: PLC0415 see above

    return rendered_problem(text, use)


__all__ = ["MessageUse", "html_fields", "message_template_cost", "message_template_problem"]
