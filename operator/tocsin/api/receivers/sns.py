"""`sns`: messages to an AWS SNS topic, endpoint or telephone number."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from tocsin.api.meta import KubeModel, ShortText, SinkURL, Text

AttributeName = Annotated[str, StringConstraints(min_length=1, max_length=256)]
ARN = Annotated[str, StringConstraints(min_length=1, max_length=2048)]


class SigV4(KubeModel):
    """How requests are signed: with the role of Alertmanager's own pod, never with keys."""

    region: ShortText | None = None
    """region of AWS. Default: that of Alertmanager's pod."""
    role_arn: ShortText | None = None
    """roleARN of a role that is assumed."""
    external_id: ShortText | None = None
    """externalID that is given when the role is assumed."""


class SNS(KubeModel):
    """AWS SNS; exactly one of topicARN, targetARN and phoneNumber."""

    api_url: SinkURL | None = None
    """apiURL of the service. Default: that of the region."""
    sigv4: SigV4 | None = None
    """sigv4 says how requests are signed."""
    topic_arn: ARN | None = None
    """topicARN to publish to."""
    target_arn: ARN | None = None
    """targetARN is the endpoint to publish to."""
    phone_number: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None
    """phoneNumber to send a text message to, such as +15550100."""
    subject: Text | None = None
    """subject of the message."""
    message: Text | None = None
    """message text."""
    attributes: Annotated[dict[AttributeName, Text], Field(max_length=10)] = Field(default={})
    """attributes of the message."""
