"""
Whatever passes our checks, Alertmanager loads: one bad receiver would stop everybody.

`amtool check-config` reads the configuration; only the running Alertmanager also makes
the receivers of it, so each random set of channels is loaded by both.
"""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.integration.alone import NAMESPACE, Alertmanager, programs_with
from tests.unit.compile.random_channels import HTTP, SMALL, channels

from tocsin.api.config import OperatorConfig
from tocsin.api.meta import ObjectRef
from tocsin.api.notification_channel import NotificationChannelSpec
from tocsin.api.parse import parse_spec
from tocsin.compile.alertmanager import AlertmanagerInputs, ChannelInput, compile_alertmanager
from tocsin.compile.channels import check_channel, secret_uses

pytestmark = pytest.mark.programs


@dataclass
class Loader:
    """The running Alertmanager, and which kinds of channels it was given."""

    folder: Path
    alertmanager: Alertmanager
    amtool: Path
    given: Counter[str] = field(default_factory=Counter)

    @property
    def config(self) -> OperatorConfig:
        """Every channel's secrets lie in the test's own folder."""
        return OperatorConfig.model_validate(
            {"alertmanager": {"secretFilesPath": str(self.folder)}}
        )

    def load(self, specs: list[dict[str, Any]]) -> None:
        """Load the channels that pass our checks; fails where Alertmanager refuses them."""
        inputs = {}
        for number, spec in enumerate(specs):
            ref = ObjectRef("NotificationChannel", NAMESPACE, f"c{number}")
            parsed = parse_spec(ref, spec)
            if not isinstance(parsed, NotificationChannelSpec):
                continue
            if check_channel(ref, parsed, self.config):
                continue
            self.given[parsed.type] += 1
            inputs[ref.namespace, ref.name] = ChannelInput(ref, parsed, usable=True)
            for use in secret_uses(ref, parsed):
                (self.folder / use.file).write_text("https://h.example.org/x")
        output = compile_alertmanager(AlertmanagerInputs(inputs, {}, {}, self.config))
        for name, text in output.files.items():
            (self.folder / name).write_text(text)
        self.write(output.text)
        done = subprocess.run(
            [self.amtool, "check-config", self.folder / "alertmanager.yaml"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert self.alertmanager.reload() == ""

    def write(self, text: str) -> None:
        """Write the configuration where Alertmanager reads it."""
        (self.folder / "alertmanager.yaml").write_text(text)


@pytest.fixture(scope="module")
def loader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loader]:
    folder = tmp_path_factory.mktemp("loader")
    file = folder / "alertmanager.yaml"
    file.write_text("route: {receiver: r}\nreceivers: [{name: r}]\n")
    amtool = programs_with("alertmanager", "amtool") / "amtool"
    with Alertmanager(file, folder) as alertmanager:
        yield Loader(folder, alertmanager, amtool)


def test_what_passes_our_checks_is_loaded(loader: Loader) -> None:
    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(st.lists(channels(), min_size=1, max_size=16))
    def law(specs: list[dict[str, Any]]) -> None:
        loader.load(specs)

    law()
    assert loader.given.total() >= 50  # many that chance makes are refused


def test_every_small_channel_is_loaded(loader: Loader) -> None:
    """They are what the random ones grow from."""
    before = loader.given.copy()
    loader.load([{kind: member} | HTTP.get(kind, {}) for kind, member in SMALL.items()])
    assert set(loader.given - before) == set(SMALL)


@pytest.mark.parametrize(
    "spec",
    [
        {"email": SMALL["email"] | {"threading": {"enabled": True}}},
        {"jira": SMALL["jira"] | {"summary": {"template": "~"}}},
        {"jira": SMALL["jira"] | {"description": {"template": "null"}}},
    ],
)
def test_what_once_stopped_every_configuration_is_loaded(
    loader: Loader, spec: dict[str, Any]
) -> None:
    before = loader.given.total()
    loader.load([spec])
    assert loader.given.total() == before + 1


@pytest.mark.parametrize(
    "receiver",
    [
        "incidentio_configs: [{url: 'https://h', alert_source_token_file: /no/such}]",
        "rocketchat_configs: [{token_file: /no/such, token_id_file: /no/such}]",
        "webhook_configs: [{url: 'https://h', http_config: {tls_config: {ca_file: /no/such}}}]",
    ],
)
def test_the_loader_sees_what_amtool_does_not(loader: Loader, receiver: str) -> None:
    """These read their files while they load: a secret that is missing would stop all."""
    loader.write(f"route: {{receiver: r}}\nreceivers:\n- name: r\n  {receiver}\n")
    assert "no such file" in loader.alertmanager.reload()
