"""`incidentio`: alerts in incident.io."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tocsin.api.duration import ShortDuration
from tocsin.api.meta import KubeModel, SecretKeyRef, SinkURL


class IncidentIO(KubeModel):
    """incident.io; exactly one of url and urlSecretRef."""

    url: SinkURL | None = None
    """url of the alert source."""
    url_secret_ref: SecretKeyRef | None = None
    """urlSecretRef is the URL of the alert source, where it is a secret."""
    alert_source_token_secret_ref: SecretKeyRef | None = None
    """alertSourceTokenSecretRef is the token; or use httpConfig.authorization."""
    max_alerts: Annotated[int, Field(strict=True, ge=0, le=100_000)] | None = None
    """maxAlerts in one message; more are cut off. Default: 0, no limit."""
    timeout: ShortDuration | None = None
    """timeout of one request. Default: only Alertmanager's own deadline."""
