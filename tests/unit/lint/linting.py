"""Runs `tocsin lint` over texts, with the real parser in its child process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tocsin.adapters.promql_worker import PromqlWorker
from tocsin.api.config import OperatorConfig
from tocsin.cli.configuration import read_config
from tocsin.cli.lint_report import Reported
from tocsin.cli.lint_run import Lint
from tocsin.cli.sources import Source
from tocsin.compile.base.configuration import BaseConfiguration
from tocsin.lint.rule import Settings


class Linter:
    """Lints texts; one child process for many."""

    def __init__(self, worker: PromqlWorker) -> None:
        self._worker = worker

    def __call__(
        self,
        text: str | Mapping[str, str],
        config: OperatorConfig | None = None,
        base: BaseConfiguration | None = None,
    ) -> list[Reported]:
        files = {"rules.yaml": text} if isinstance(text, str) else text
        sources = [Source(name, data.encode()) for name, data in files.items()]
        settings = Settings(config or read_config(None))
        return Lint(settings, "shop", self._worker.judge_many, base=base).run(sources)


@contextmanager
def linter() -> Iterator[Linter]:
    """Start the child process and end it."""
    with PromqlWorker() as worker:
        yield Linter(worker)
