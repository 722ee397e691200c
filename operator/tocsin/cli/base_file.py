"""`--base FILE`: the existing configuration that is kept, from a file instead of its Secret."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tocsin.api.config import BaseSecret, OperatorConfig
from tocsin.cli.sources import UsageError

if TYPE_CHECKING:
    from tocsin.compile.base.configuration import BaseConfiguration


class _Assumed(dict[str, bytes]):
    """Stands for the Secret's other keys: whatever the configuration names is there."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> bytes:
        return b"<file>"


def read_base_file(name: str, config: OperatorConfig) -> BaseConfiguration:
    """Read and judge the file; UsageError names every reason not to take it."""
    from tocsin.compile.base.reading import read_base  # noqa: PLC0415 few have a base

    try:
        text = Path(name).read_bytes()
    except OSError as error:
        raise UsageError(f"{name}: cannot be read: {error.strerror or error}") from error
    found = read_base(text, _Assumed(), folder=config.alertmanager.secret_files_path)
    if isinstance(found, tuple):
        raise UsageError("\n".join(f"{name}: {reason}" for reason in found))
    return found


def with_base_named(config: OperatorConfig) -> OperatorConfig:
    """Give a configuration that names a base Secret, for `existing` to be judged by."""
    settings = config.alertmanager
    if settings.base_secret is not None:
        return config
    named = settings.model_copy(update={"base_secret": BaseSecret(name="base")})
    return config.model_copy(update={"alertmanager": named})
