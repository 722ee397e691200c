"""`discord`: an embed with Discord's own markup; Alertmanager chooses its colour."""

from __future__ import annotations

from tocsin.api.receivers.discord import Discord
from tocsin.compile.messages import call
from tocsin.compile.receivers.entry import Entry, Surroundings, opening, translate, with_defaults

_MESSAGE = {"title": call("title"), "message": call("discord.text")}


def compile_discord(discord: Discord, around: Surroundings) -> Entry:
    """Write an entry of `discord_configs`."""
    entry = opening(around) | translate(discord, "discord", around.files)
    return with_defaults(entry, _MESSAGE)
