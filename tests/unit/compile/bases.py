"""Base configurations of the tests, and what they become beside a golden case."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.unit.compile import cases

from tocsin.compile.alertmanager import AlertmanagerOutput, compile_alertmanager
from tocsin.compile.base.configuration import BaseConfiguration
from tocsin.compile.base.reading import read_base

FOLDER = "/etc/alertmanager/config"
GOOD = sorted((cases.TESTDATA / "base" / "good").glob("*.yaml"))
BAD = sorted((cases.TESTDATA / "base" / "bad").glob("*.yaml"))
FILES = {
    "smtp-password": b"secret",
    "slack-token": b"secret",
    "pagerduty": b"secret",
    "base-a.tmpl": b'{{ define "base.a" }}a{{ end }}',
    "unused": b"not named by anybody",
    "alertmanager.yaml": b"the configuration itself",
}


def read(path: Path) -> BaseConfiguration:
    found = read_base(path.read_bytes(), FILES, folder=FOLDER)
    assert isinstance(found, BaseConfiguration), found
    return found


def merged(base: BaseConfiguration, case: str = "notify-blocks") -> AlertmanagerOutput:
    """Compile a golden case of the Alertmanager configuration with a base."""
    inputs = cases.load(cases.TESTDATA / "alertmanager" / f"{case}.in.yaml").inputs
    return compile_alertmanager(replace(inputs, base=base))
