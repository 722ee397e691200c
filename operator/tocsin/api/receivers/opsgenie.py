"""`opsgenie`: alerts in Opsgenie."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from tocsin.api.meta import Flag, KubeModel, SecretKeyRef, SinkURL, Text

DetailName = Annotated[str, StringConstraints(min_length=1, max_length=256)]


class OpsgenieResponder(KubeModel):
    """Who is called; it needs id, name or username."""

    type: Literal["team", "teams", "user", "escalation", "schedule"]
    """type of the responder."""
    id: Text | None = None
    """id of the responder."""
    name: Text | None = None
    """name of the responder."""
    username: Text | None = None
    """username of the responder."""


class Opsgenie(KubeModel):
    """Opsgenie."""

    api_key_secret_ref: SecretKeyRef
    """apiKeySecretRef is the key of the API integration."""
    api_url: SinkURL | None = None
    """apiURL of the service. Default: Opsgenie's own."""
    message: Text | None = None
    """message of the alert."""
    description: Text | None = None
    """description of the alert."""
    source: Text | None = None
    """source of the alert."""
    details: Annotated[dict[DetailName, Text], Field(max_length=64)] = Field(default={})
    """details are named texts of the alert."""
    entity: Text | None = None
    """entity that is affected."""
    responders: Annotated[tuple[OpsgenieResponder, ...], Field(max_length=50)] = ()
    """responders who are called."""
    actions: Text | None = None
    """actions that are offered, separated by commas."""
    tags: Text | None = None
    """tags of the alert, separated by commas."""
    note: Text | None = None
    """note added to the alert."""
    priority: Text | None = None
    """priority of the alert: P1 to P5."""
    update_alerts: Flag = False
    """updateAlerts changes message and description of an alert that is open."""
