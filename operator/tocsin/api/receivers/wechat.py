"""`wechat`: messages in WeCom, formerly WeChat Work."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from tocsin.api.meta import KubeModel, SecretKeyRef, SinkURL, Text


class WeChat(KubeModel):
    """WeCom (WeChat Work)."""

    api_secret_secret_ref: SecretKeyRef
    """apiSecretSecretRef is the application's secret."""
    corp_id: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    """corpID of the company."""
    api_url: SinkURL | None = None
    """apiURL of the service. Default: the provider's own."""
    message: Text | None = None
    """message text."""
    to_user: Text | None = None
    """toUser names users, separated by |."""
    to_party: Text | None = None
    """toParty names departments, separated by |."""
    to_tag: Text | None = None
    """toTag names tags, separated by |."""
    agent_id: Text | None = None
    """agentID of the application."""
    message_type: Literal["text", "markdown"] | None = None
    """messageType is text or markdown. Default: text."""
