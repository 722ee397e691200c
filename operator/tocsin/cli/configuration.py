"""The operator's configuration file, for the offline commands."""

from __future__ import annotations

import re
from pathlib import Path

from tocsin.adapters.config_file import ConfigFileError, load_config
from tocsin.api.config import OperatorConfig, SMTPSettings
from tocsin.cli.sources import UsageError

_UNSEEN_RELAY = SMTPSettings(smarthost="relay-of-the-platform.invalid:25", from_="platform@invalid")
"""
Stands for the platform's relay where its configuration is not at hand.

An e-mail channel without a relay of its own is good then: whether the platform has one,
only its configuration says.
"""
_VERSION = re.compile(r"0\.[0-9]{1,4}(\.[0-9]{1,4})?")


def read_config(name: str | None, alertmanager_version: str | None = None) -> OperatorConfig:
    """
    Read the file, or give the built-in configuration; UsageError says what is wrong.

    A version that is named is taken instead of the configuration's.
    """
    config = _read(name)
    if alertmanager_version is None:
        return config
    version = alertmanager_version.removeprefix("v")
    if not _VERSION.fullmatch(version):
        raise UsageError(
            f"--alertmanager-version {alertmanager_version}: is no release of Alertmanager; "
            "write for example 0.34.2"
        )
    alertmanager = config.alertmanager.model_copy(update={"version": version})
    return config.model_copy(update={"alertmanager": alertmanager})


def _read(name: str | None) -> OperatorConfig:
    if name is None:
        return OperatorConfig(smtp=_UNSEEN_RELAY)
    try:
        return load_config(Path(name))
    except ConfigFileError as error:
        raise UsageError(str(error)) from error
