"""`discord`: an embed with Discord's own markup; Alertmanager chooses its colour."""

from __future__ import annotations

from tocsin.compile.messages.texts import call
from tocsin.compile.receivers.entry import compile_plainly

compile_discord = compile_plainly(
    "discord", {"title": call("markdown.title"), "message": call("discord.text")}
)
"""Write an entry of `discord_configs`."""
