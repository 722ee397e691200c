"""The real Alertmanager, alone, on a configuration that was compiled from channels."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
from tests.cluster import ProgramsUnavailable
from tests.cluster.ports import Ports
from tests.cluster.processes import Processes
from tests.cluster.programs import ensure_programs

from tocsin.api.config import OperatorConfig
from tocsin.api.meta import ObjectRef, Resource
from tocsin.api.notification_channel import NotificationChannelSpec
from tocsin.api.parse import parse_resource
from tocsin.compile.alertmanager import AlertmanagerInputs, ChannelInput, compile_alertmanager
from tocsin.compile.channels import check_channel, check_secret_value, secret_uses

NAMESPACE = "shop"
_AWS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}


def programs_with(*names: str) -> Path:
    """Give the folder of the real programs, or skip with the reason why there are none."""
    try:
        return ensure_programs(list(names))
    except ProgramsUnavailable as reason:
        pytest.skip(f"the real programs cannot be had: {reason}")


@dataclass(frozen=True)
class Channel:
    """A channel as users write it, and the values of its secrets by `NAME/KEY`."""

    name: str
    spec: dict[str, Any]
    secrets: dict[str, str] = field(default_factory=dict)


def write_alertmanager(
    channels: Iterable[Channel], config: Mapping[str, Any], folder: Path
) -> Path:
    """Compile channels of one namespace and write everything that Alertmanager reads."""
    settings = {"alertmanager": {"secretFilesPath": str(folder)}, **config}
    parsed = OperatorConfig.model_validate(settings)
    inputs = {}
    for channel in channels:
        resource = _parsed(channel)
        assert check_channel(resource.ref, resource.spec, parsed) == ()
        inputs[resource.ref.namespace, resource.ref.name] = ChannelInput(
            resource.ref, resource.spec, usable=True
        )
        write_secrets(resource.ref, resource.spec, channel.secrets, folder)
    output = compile_alertmanager(AlertmanagerInputs(inputs, {}, {NAMESPACE: {}}, parsed))
    for name, text in output.files.items():
        (folder / name).write_text(text)
    file = folder / "alertmanager.yaml"
    file.write_text(output.text)
    return file


def write_secrets(
    ref: ObjectRef, spec: NotificationChannelSpec, secrets: Mapping[str, str], folder: Path
) -> None:
    """Write the values of a channel's secrets as Kubernetes would mount them."""
    for use in secret_uses(ref, spec):
        value = secrets[f"{use.ref.name}/{use.ref.key}"]
        assert check_secret_value(use, spec, value.encode()) is None
        (folder / use.file).write_text(value)


def _parsed(channel: Channel) -> Resource[NotificationChannelSpec]:
    document = {
        "apiVersion": "tocsin.dev/v1alpha1",
        "kind": "NotificationChannel",
        "metadata": {"name": channel.name, "namespace": NAMESPACE},
        "spec": {"default": {}} | channel.spec,
    }
    resource = parse_resource(document)
    assert isinstance(resource, Resource), resource
    assert isinstance(resource.spec, NotificationChannelSpec)
    return Resource(resource.ref, "", 0, resource.spec)


class Alertmanager:
    """Use with `with`; it runs on the loopback address and talks to no other."""

    def __init__(self, config: Path, folder: Path) -> None:
        self._ports = Ports()
        self._processes = Processes(folder / "logs")
        port = self._ports.take()
        self.url = f"http://127.0.0.1:{port}"
        self._command: list[str | Path] = [
            programs_with("alertmanager") / "alertmanager",
            f"--config.file={config}",
            f"--storage.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--cluster.listen-address=",
            "--log.level=debug",
        ]

    @property
    def log(self) -> str:
        """What it wrote so far."""
        return self._processes.log("alertmanager").read_text(errors="replace")

    def send(self, *alerts: Mapping[str, Any]) -> None:
        """Post alerts, as Prometheus does."""
        body = json.dumps(alerts).encode()
        self._call("/api/v2/alerts", body)

    def reload(self) -> str:
        """Load the configuration again; give the reason where it is refused."""
        try:
            self._call("/-/reload", b"")
        except urllib.error.HTTPError as refused:
            return refused.read().decode()
        return ""

    def _call(self, path: str, body: bytes | None = None) -> bytes:
        request = urllib.request.Request(
            self.url + path, body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return bytes(answer.read())

    def _ready(self) -> bool:
        try:
            self._call("/-/ready")
        except OSError:
            return False
        return True

    def __enter__(self) -> Self:
        self._processes.start("alertmanager", self._command, env=_AWS)
        self._processes.await_ready("alertmanager", self._ready)
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._processes.close()
        self._ports.close()
