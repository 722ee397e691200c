"""`msteams` and `msteamsv2`: messages in Microsoft Teams."""

from __future__ import annotations

from tocsin.api.meta import KubeModel, SecretKeyRef, Text


class MSTeams(KubeModel):
    """Microsoft Teams through an Office 365 connector, which Microsoft retires."""

    webhook_url_secret_ref: SecretKeyRef
    """webhookURLSecretRef is the connector's URL."""
    title: Text | None = None
    """title of the message."""
    summary: Text | None = None
    """summary of the message."""
    text: Text | None = None
    """text of the message."""


class MSTeamsV2(KubeModel):
    """Microsoft Teams through a workflow."""

    webhook_url_secret_ref: SecretKeyRef
    """webhookURLSecretRef is the workflow's URL."""
    title: Text | None = None
    """title of the message."""
    text: Text | None = None
    """text of the message."""
