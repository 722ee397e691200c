"""`telegram`: messages from a Telegram bot."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tocsin.api.meta import Flag, KubeModel, SecretKeyRef, SinkURL, Text


class Telegram(KubeModel):
    """Telegram; exactly one of chatID and chatIDSecretRef."""

    bot_token_secret_ref: SecretKeyRef
    """botTokenSecretRef is the bot's token."""
    api_url: SinkURL | None = None
    """apiURL of the service. Default: Telegram's own."""
    chat_id: Annotated[int, Field(strict=True, ge=-(2**53), le=2**53)] | None = None
    """chatID of the chat to write to; negative for groups."""
    chat_id_secret_ref: SecretKeyRef | None = None
    """chatIDSecretRef is the chat's number, where it is a secret."""
    message_thread_id: Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)] | None = None
    """messageThreadID of a topic in the chat."""
    message: Text | None = None
    """message text."""
    disable_notifications: Flag = False
    """disableNotifications sends without a sound."""
    parse_mode: Literal["Markdown", "MarkdownV2", "HTML", ""] | None = None
    """parseMode of the message; empty means plain text. Default: HTML."""
