"""`webhook`: Alertmanager's own JSON, which has everything a message template could add."""

from __future__ import annotations

from tocsin.api.receivers.webhook import Webhook
from tocsin.compile.receivers.entry import Entry, Surroundings, opening, translate


def compile_webhook(webhook: Webhook, around: Surroundings) -> Entry:
    """Write an entry of `webhook_configs`."""
    return opening(around) | translate(webhook, "webhook", around.files)
