"""`telegram`: HTML, escaped by html/template and always shorter than Telegram's limit."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.api.problem import Problem
from tocsin.api.receivers.telegram import Telegram
from tocsin.compile.messages.texts import call
from tocsin.compile.receivers.entry import Entry, Surroundings, opening, translate, with_defaults
from tocsin.compile.refusals import invalid


def check_telegram(telegram: Telegram, around: Surroundings) -> Iterator[Problem]:
    """Refuse Markdown without a message: Telegram refuses what an alert's content breaks in it."""
    del around
    if telegram.message is None and telegram.parse_mode in {"Markdown", "MarkdownV2"}:
        yield invalid(
            "spec.telegram.parseMode",
            f"{telegram.parse_mode} needs a message of your own: write spec.telegram.message, or "
            "leave parseMode out for Tocsin's message in HTML",
        )


def compile_telegram(telegram: Telegram, around: Surroundings) -> Entry:
    """Write an entry of `telegram_configs`."""
    entry = opening(around) | translate(telegram, "telegram", around.files)
    is_html = telegram.parse_mode in {None, "HTML"}
    defaults = {"message": call("telegram.html" if is_html else "plain.text")}
    return with_defaults(entry, defaults | {"parse_mode": "HTML"})
