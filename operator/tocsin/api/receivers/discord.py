"""`discord`: messages in a Discord channel, through a webhook."""

from __future__ import annotations

from tocsin.api.meta import KubeModel, SecretKeyRef, Text


class Discord(KubeModel):
    """Discord."""

    webhook_url_secret_ref: SecretKeyRef
    """webhookURLSecretRef is the webhook's URL."""
    content: Text | None = None
    """content is plain text above the message."""
    title: Text | None = None
    """title of the message."""
    message: Text | None = None
    """message text."""
    username: Text | None = None
    """username that is shown."""
    avatar_url: Text | None = None
    """avatarURL of the picture that is shown."""
