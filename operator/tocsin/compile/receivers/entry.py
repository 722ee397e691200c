"""
What every receiver's entry is made of: the user's fields in Alertmanager's names.

The models' attributes are Alertmanager's field names, so the translation is the same
for all: a reference `x_secret_ref` becomes `x_file`, a trailing underscore goes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.api.config import OperatorConfig
from tocsin.api.meta import KubeModel, SecretKeyRef, to_field_name
from tocsin.api.notification_channel import NotificationChannelSpec

Entry = dict[str, Any]
Version = tuple[int, int]
"""Major and minor release of Alertmanager."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a receiver's entry needs beside its own member of the spec."""

    spec: NotificationChannelSpec
    config: OperatorConfig
    files: Mapping[str, str]
    """Absolute path in Alertmanager of each secret, by its field in the spec."""


def alertmanager_version(config: OperatorConfig) -> Version:
    """Give the release that the configuration is written for."""
    major, minor = config.alertmanager.version.split(".")[:2]
    return int(major), int(minor)


def field_name(model: KubeModel, attribute: str) -> str:
    """Give the name that users write for an attribute (`apiURLSecretRef`)."""
    alias = type(model).model_fields[attribute].alias
    return alias or to_field_name(attribute)


def translate(
    model: KubeModel, field: str, files: Mapping[str, str], *, without: Collection[str] = ()
) -> Entry:
    """
    Write what the user set, in the order of the model, in Alertmanager's names.

    `field` is the model's own path in the spec, such as `slack`.
    """
    entry: Entry = {}
    given = model.model_fields_set
    for name in type(model).model_fields:
        value = getattr(model, name)
        if name not in given or value is None or name in without:
            continue
        path = f"{field}.{field_name(model, name)}"
        if isinstance(value, SecretKeyRef):
            entry[name.removesuffix("_secret_ref") + "_file"] = files[path]
        else:
            entry[name.rstrip("_")] = _plain(value, path, files)
    return entry


def _plain(value: Any, path: str, files: Mapping[str, str]) -> Any:
    if isinstance(value, KubeModel):
        return translate(value, path, files)
    if isinstance(value, tuple):
        return [_plain(one, f"{path}[{index}]", files) for index, one in enumerate(value)]
    if isinstance(value, dict):
        return dict(sorted(value.items()))
    return value


def opening(around: Surroundings, *, http: bool = True) -> Entry:
    """Begin an entry with what every receiver has: sendResolved and the HTTP client."""
    sends = around.spec.send_resolved
    entry: Entry = {"send_resolved": True if sends is None else sends}
    if http:
        # A redirect would carry the credential, or the alert, to somebody else (S06).
        entry["http_config"] = {"follow_redirects": False}
        if around.spec.http_config is not None:
            entry["http_config"] |= translate(around.spec.http_config, "httpConfig", around.files)
    return entry


def compile_plainly(kind: str, defaults: Mapping[str, Any]) -> Callable[[Any, Surroundings], Entry]:
    """Make the compilation of a receiver that is its own fields over Tocsin's texts."""

    def compile_member(member: KubeModel, around: Surroundings) -> Entry:
        return with_defaults(opening(around) | translate(member, kind, around.files), defaults)

    return compile_member


def with_defaults(entry: Entry, defaults: Mapping[str, Any]) -> Entry:
    """Add Tocsin's texts where the user wrote none; the entry's own fields come first."""
    return entry | {name: value for name, value in defaults.items() if name not in entry}
