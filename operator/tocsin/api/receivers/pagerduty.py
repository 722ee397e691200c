"""`pagerduty`: incidents in PagerDuty, through the Events API."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from tocsin.api.duration import ShortDuration
from tocsin.api.meta import KubeModel, SecretKeyRef, SinkURL, Text

DetailName = Annotated[str, StringConstraints(min_length=1, max_length=256)]


class PagerDutyImage(KubeModel):
    """A picture in the incident."""

    src: Text
    """src is where the picture is."""
    alt: Text | None = None
    """alt text of the picture."""
    href: Text | None = None
    """href is where the picture leads."""


class PagerDutyLink(KubeModel):
    """A link in the incident."""

    href: Text
    """href is where the link leads."""
    text: Text | None = None
    """text of the link."""


class PagerDuty(KubeModel):
    """PagerDuty; exactly one of routingKeySecretRef and serviceKeySecretRef."""

    routing_key_secret_ref: SecretKeyRef | None = None
    """routingKeySecretRef is the integration key of the Events API v2."""
    service_key_secret_ref: SecretKeyRef | None = None
    """serviceKeySecretRef is the integration key of the Events API v1."""
    url: SinkURL | None = None
    """url of the API. Default: PagerDuty's own."""
    client: Text | None = None
    """client that is shown as the sender."""
    client_url: Text | None = None
    """clientURL is where the sender's name leads."""
    description: Text | None = None
    """description of the incident."""
    details: Annotated[dict[DetailName, Text], Field(max_length=64)] = Field(default={})
    """details are named texts of the incident."""
    images: Annotated[tuple[PagerDutyImage, ...], Field(max_length=16)] = ()
    """images in the incident."""
    links: Annotated[tuple[PagerDutyLink, ...], Field(max_length=16)] = ()
    """links in the incident."""
    source: Text | None = None
    """source that is affected. Default: the client."""
    severity: Text | None = None
    """severity in PagerDuty's words: critical, error, warning or info."""
    class_: Annotated[Text | None, Field(alias="class")] = None
    """class of the event."""
    component: Text | None = None
    """component that is affected."""
    group: Text | None = None
    """group of components that is affected."""
    timeout: ShortDuration | None = None
    """timeout of one request. Default: only Alertmanager's own deadline."""
