"""`victorops`: incidents in Splunk On-Call, formerly VictorOps."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from tocsin.api.meta import KubeModel, SecretKeyRef, SinkURL, Text

CustomField = Annotated[str, StringConstraints(min_length=1, max_length=256)]
RequiredText = Annotated[str, StringConstraints(min_length=1, max_length=8192)]


class VictorOps(KubeModel):
    """Splunk On-Call (VictorOps)."""

    api_key_secret_ref: SecretKeyRef
    """apiKeySecretRef is the key of the REST integration."""
    api_url: SinkURL | None = None
    """apiURL of the service. Default: the provider's own."""
    routing_key: RequiredText
    """routingKey says which team gets the incident."""
    message_type: Text | None = None
    """messageType of the incident: CRITICAL, WARNING or INFO."""
    state_message: Text | None = None
    """stateMessage is the text of the incident."""
    entity_display_name: Text | None = None
    """entityDisplayName is the title of the incident."""
    monitoring_tool: Text | None = None
    """monitoringTool that is shown as the sender."""
    custom_fields: Annotated[dict[CustomField, Text], Field(max_length=64)] = Field(default={})
    """customFields are named texts of the incident."""
