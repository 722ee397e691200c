"""The operator's configuration file: read, validated as a whole, explained when it is wrong."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import ValidationError

from tocsin.api.config import OperatorConfig

_LARGEST = 1 << 20


class ConfigFileError(ValueError):
    """The file cannot be used; the message has one line per mistake, with field and remedy."""


def load_config(path: Path) -> OperatorConfig:
    """
    Read the configuration; an empty file means all defaults.

    Raises ConfigFileError. No line of the file is repeated in it but field names.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise ConfigFileError(f"{path}: is larger than {_LARGEST} bytes; is it the right file?")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigFileError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ConfigFileError(f"{path}: is not UTF-8; save it again as UTF-8") from error
    return parse_config(text, str(path))


def parse_config(text: str, name: str) -> OperatorConfig:
    """Validate the text of a configuration file; `name` stands in error messages."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = "" if mark is None else f", line {mark.line + 1}"
        raise ConfigFileError(f"{name}{where}: is no YAML; check indentation and quotes") from error
    if document is None:
        document = {}
    if not isinstance(document, dict):
        raise ConfigFileError(f"{name}: must be a mapping of settings, such as alertmanager:")
    try:
        return OperatorConfig.model_validate(document, by_alias=True, by_name=False)
    except ValidationError as error:
        # Loaded only for a bad file.
        from tocsin.api.explain import explain  # noqa: PLC0415 see above

        problems = explain(error, OperatorConfig, document, "")
        lines = [f"{name}: {problem}" for problem in problems]
        raise ConfigFileError("\n".join(lines)) from error
