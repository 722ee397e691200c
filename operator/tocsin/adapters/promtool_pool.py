"""promtool for the operator: some runs at a time, beside the event loop; `RuleTester` there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from tocsin.adapters.promtool import (
    Limits,
    Promtool,
    PromtoolMissingError,
    clear_leftovers,
    find_promtool,
)
from tocsin.api.config import PromtoolSettings
from tocsin.api.duration import milliseconds
from tocsin.compile.rule_tests.answer import Answer
from tocsin.compile.rule_tests.plan import TestPlan

LOG = logging.getLogger("tocsin")


class PromtoolPool:
    """Runs tests for the controller; satisfies its port `RuleTester`."""

    def __init__(self, settings: PromtoolSettings) -> None:
        self._settings = settings
        self._promtool: Promtool | None = None
        self._threads = ThreadPoolExecutor(settings.processes, thread_name_prefix="promtool")
        self.version = ""
        """The program's version, empty where there is none."""

    @property
    def processes(self) -> int:
        """How many runs there may be at once."""
        return self._settings.processes

    async def start(self) -> None:
        """Find the program and its version; without one, tests are not run."""
        if not self._settings.path:
            LOG.info("promtool.path is empty: tests of AlertRules are not run")
            return
        try:
            await asyncio.to_thread(self._find)
        except PromtoolMissingError as error:
            LOG.warning("tests of AlertRules are not run: %s", error)
        else:
            LOG.info("tests of AlertRules are run by promtool %s", self.version)

    def _find(self) -> None:
        clear_leftovers()
        path = find_promtool(self._settings.path)
        seconds = max(1, milliseconds(self._settings.timeout) // 1000)
        promtool = Promtool(path, Limits(seconds=seconds))
        self.version = promtool.version()
        self._promtool = promtool

    async def run(self, plans: Sequence[TestPlan]) -> list[Answer]:
        """Run the tests of each plan and give the answers in their order; never raises."""
        if self._promtool is None:
            return [Answer(stopped="there is no promtool", again=True) for _ in plans]
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._promtool.run, plans)

    async def aclose(self) -> None:
        """End what runs, and the threads."""
        if self._promtool is not None:
            self._promtool.stop()
        await asyncio.to_thread(self._threads.shutdown)
