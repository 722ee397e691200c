"""
Parts every kind is made of: the model base, references and bounded strings.

Every string, list and map of the API carries a bound here or beside its field:
the CRD generator refuses one without (CEL's cost budget needs them), and so a
tenant's object has a largest size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Generic, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue, Strict, StringConstraints

GROUP = "tocsin.dev"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"

ALERT_RULE = "AlertRule"
HEALTH_CHECK = "HealthCheck"
NOTIFICATION_CHANNEL = "NotificationChannel"

# Initialisms are written in capitals, as in Kubernetes' own API (`apiURL`, not `apiUrl`).
_INITIALISMS = {
    "url": "URL",
    "api": "API",
    "id": "ID",
    "ids": "IDs",
    "html": "HTML",
    "tls": "TLS",
    "ca": "CA",
    "ip": "IP",
    "dns": "DNS",
    "http": "HTTP",
    "http2": "HTTP2",
    "arn": "ARN",
    "ttl": "TTL",
    "utc": "UTC",
    "json": "JSON",
    "sql": "SQL",
}

MAP_BY_NAME: dict[str, JsonValue] = {
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["name"],
}
"""Schema of a list whose entries are told apart by their name."""
MAP_BY_SEVERITY: dict[str, JsonValue] = {
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["severity"],
}
"""Schema of a list with one entry a severity."""
INT_OR_STRING: dict[str, JsonValue] = {"x-kubernetes-int-or-string": True}
"""Schema of a value that is a whole number or a string."""
SET: dict[str, JsonValue] = {"x-kubernetes-list-type": "set"}
"""Schema of a list without doubles."""


def to_field_name(name: str) -> str:
    """Turn a Python attribute (`api_url_secret_ref`) into the API's field (`apiURLSecretRef`)."""
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(_INITIALISMS.get(part, part.capitalize()) for part in rest)


class KubeModel(BaseModel):
    """
    One object of the API: camelCase outside, frozen, and closed.

    Unknown fields are refused, so that a typo is an error and not silence.
    Attribute docstrings become the CRD's descriptions (`tocsin.api.crd`).
    """

    model_config = ConfigDict(
        alias_generator=to_field_name,
        populate_by_name=True,
        extra="forbid",
        frozen=True,
        defer_build=True,
        hide_input_in_errors=True,
    )


class ObjectRef(NamedTuple):
    """Which object: its kind, namespace and name."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        """Write the reference as users type it: `shop/errors`."""
        return f"{self.namespace}/{self.name}"


SpecT = TypeVar("SpecT")
SpecT_co = TypeVar("SpecT_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Resource(Generic[SpecT_co]):
    """A parsed object: who it is, which generation, and what it asks for."""

    ref: ObjectRef
    uid: str
    generation: int
    spec: SpecT_co


Name = Annotated[
    str,
    StringConstraints(
        min_length=1,
        max_length=253,
        pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    ),
]
"""A Kubernetes object name (DNS subdomain)."""

NamespaceName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=63, pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"),
]
"""A namespace name (DNS label)."""

LabelName = Annotated[
    str, StringConstraints(min_length=1, max_length=256, pattern=r"^[a-zA-Z_][a-zA-Z0-9_]*$")
]
"""A Prometheus label name in the classic alphabet, which every Alertmanager takes."""

AnnotationName = Annotated[
    str, StringConstraints(min_length=1, max_length=256, pattern=r"^[a-zA-Z_][a-zA-Z0-9_]*$")
]
"""An annotation's name; Prometheus asks the same alphabet of it as of labels."""

Flag = Annotated[bool, Strict()]
"""A boolean; "yes" in quotes is none, as for the API server."""

ShortText = Annotated[str, StringConstraints(max_length=256)]
LabelValue = Annotated[str, StringConstraints(max_length=2048)]
Text = Annotated[str, StringConstraints(max_length=8192)]
"""Free text or a template; 8 KiB is the limit that templates are parsed within."""

Severity = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=63, pattern=r"^[a-zA-Z0-9]([-_.a-zA-Z0-9]*[a-zA-Z0-9])?$"
    ),
]
"""One of the severities that the operator's configuration orders."""

Team = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=63, pattern=r"^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$"
    ),
]
"""A team, as a Kubernetes label holds it; it may become part of a mail address."""

URL = Annotated[
    str, StringConstraints(min_length=1, max_length=2048, pattern=r"^https?://[^\s/?#]+[^\s]*$")
]
"""An absolute http or https URL without blanks."""

SinkURL = Annotated[
    str,
    StringConstraints(
        min_length=1,
        max_length=2048,
        pattern=(
            r"^https?://[^\s/?#@{}%\\]+"
            r"([/?#]([^\s{}%]|%([0-689A-Fa-f][0-9A-Fa-f]|7[0-9AaC-Fc-f]))*)?$"
        ),
    ),
]
"""
Where a notification is sent: a URL without a template, a password or blanks.

Alertmanager renders URLs as templates and does not check the result, so braces
are refused, written plainly or as `%7B`; a password belongs into a Secret.
"""

PromQL = Annotated[str, StringConstraints(min_length=1, max_length=16384)]
"""A PromQL expression; 16,384 characters is the guard's limit (`tocsin.promql.guard`)."""


SecretKey = Annotated[
    str, StringConstraints(min_length=1, max_length=253, pattern=r"^[-._a-zA-Z0-9]+$")
]
"""A key of a Secret's data."""


class SecretKeyRef(KubeModel):
    """One key of a Secret in the namespace of the object that refers to it."""

    name: Name
    """name of the Secret, in this object's own namespace."""
    key: SecretKey
    """key within the Secret's data."""
