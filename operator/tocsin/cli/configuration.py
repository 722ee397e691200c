"""The operator's configuration file, for the offline commands."""

from __future__ import annotations

from pathlib import Path

from tocsin.adapters.config_file import ConfigFileError, load_config
from tocsin.api.config import OperatorConfig
from tocsin.cli.sources import UsageError


def read_config(name: str | None) -> OperatorConfig:
    """Read the file, or give the built-in configuration; UsageError says what is wrong."""
    if name is None:
        return OperatorConfig()
    try:
        return load_config(Path(name))
    except ConfigFileError as error:
        raise UsageError(str(error)) from error
