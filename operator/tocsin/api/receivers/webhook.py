"""`webhook`: Alertmanager's JSON, posted to a URL."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tocsin.api.duration import ShortDuration
from tocsin.api.meta import KubeModel, SecretKeyRef, SinkURL


class Webhook(KubeModel):
    """A generic webhook; exactly one of url and urlSecretRef."""

    url: SinkURL | None = None
    """url to post to, where it is no secret."""
    url_secret_ref: SecretKeyRef | None = None
    """urlSecretRef is the URL to post to."""
    max_alerts: Annotated[int, Field(strict=True, ge=0, le=100_000)] | None = None
    """maxAlerts in one message; more are cut off. Default: 0, no limit."""
    timeout: ShortDuration | None = None
    """timeout of one request. Default: only Alertmanager's own deadline."""
