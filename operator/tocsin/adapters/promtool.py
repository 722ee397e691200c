"""
promtool, run on the tests of AlertRules: a limited child process, told nothing but files.

It is fed with text of strangers, so it runs in a private folder with an empty
environment and limits of processor time, memory and file size, and ends at a deadline.
Many plans travel in one run (a start costs as much as three tests); where one of them
brings it down, each is run again alone, so that its neighbours are still judged.
Knows nothing of what the tests mean (`tocsin.compile.rule_tests.report`).
"""

from __future__ import annotations

import hashlib
import os
import re
import resource
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from tocsin.compile.rule_tests.answer import Answer
from tocsin.compile.rule_tests.plan import TESTS_FILE, TestPlan

_MIB = 1 << 20
_LARGEST_FILE = 64 * _MIB
_LARGEST_ANSWER = 8 * _MIB
_PATIENCE = 4
"""Seconds by the clock for each of processor time: a crowded node must not condemn a test."""
_KILLED = (-signal.SIGKILL, -signal.SIGTERM)
_ALMOST = 0.9
"""Share of the processor time from which on it was the limit that killed."""
_VERSION = re.compile(r"promtool, version (\d[\w.+-]*)")
_VERSION_SECONDS = 20.0


class PromtoolMissingError(Exception):
    """No promtool that works was found; the text says where it was looked for."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may take."""

    seconds: int = 10
    """Processor time."""
    memory: int = 512 * _MIB
    heap: int = 64 * _MIB
    """What the program collects its garbage at; more is faster."""


def find_promtool(
    asked: str | None, environment: Mapping[str, str] = os.environ, *, cache: Path | None = None
) -> Path:
    """
    Find promtool: as asked, `PROMTOOL`, the search path, then the cache of programs.

    A name without a slash is looked for in the search path. What is named and is not
    there is an error: nothing else is taken in its place.
    """
    for named, source in ((asked, "as asked"), (environment.get("PROMTOOL"), "from PROMTOOL")):
        if named:
            found = shutil.which(named, path=environment.get("PATH"))
            if found is None:
                raise PromtoolMissingError(f"no program {named} ({source})")
            return Path(found).absolute()
    found = shutil.which("promtool", path=environment.get("PATH"))
    if found is not None:
        return Path(found).absolute()
    folder = cache or Path(environment.get("TOCSIN_CACHE") or Path.home() / ".cache" / "tocsin")
    built = [one for one in folder.glob("*/bin/promtool") if os.access(one, os.X_OK)]
    if not built:
        raise PromtoolMissingError(
            f"promtool is neither in PROMTOOL, nor in PATH, nor in {folder}/*/bin"
        )
    return max(built, key=lambda one: one.stat().st_mtime).absolute()


def _prefix() -> str:
    return f"tocsin-promtool-{os.getpid()}-"


def clear_leftovers() -> None:
    """
    Remove what an earlier process of this one's id left when it was killed.

    A container that starts again has the same id and the same temporary folder, which
    is small and in memory.
    """
    for folder in Path(tempfile.gettempdir()).glob(f"{_prefix()}*"):
        shutil.rmtree(folder, ignore_errors=True)


class Promtool:
    """One promtool; blocking, and for any number of threads at once."""

    def __init__(self, path: Path, limits: Limits | None = None) -> None:
        self._path = path
        self._limits = limits or Limits()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    def version(self) -> str:
        """Name the version, by the program's digest where it was built without one."""
        try:
            done = subprocess.run(  # noqa: S603 the platform, or the user of the shell, names it
                [self._path, "--version"],
                capture_output=True,
                text=True,
                check=True,
                env={},
                timeout=_VERSION_SECONDS,
                stdin=subprocess.DEVNULL,
            )
            found = _VERSION.search(done.stdout + done.stderr)
            if found is not None:
                return found[1]
            with self._path.open("rb") as file:
                return f"unversioned-{hashlib.file_digest(file, 'sha256').hexdigest()[:12]}"
        except (OSError, subprocess.SubprocessError) as error:
            raise PromtoolMissingError(f"{self._path} does not run: {_why(error)}") from error

    def run(self, plans: Sequence[TestPlan]) -> list[Answer]:
        """Run the tests of each plan and give the answers in their order; never raises."""
        if not plans:
            return []
        try:
            answers = self._together(plans)
        except OSError as error:
            return [Answer(stopped=f"promtool could not be run: {_why(error)}", again=True)] * len(
                plans
            )
        if len(plans) == 1 or not any(one.stopped for one in answers):
            return answers
        return [
            answer if not answer.stopped else self.run([plan])[0]
            for plan, answer in zip(plans, answers, strict=True)
        ]

    @property
    def running(self) -> int:
        """How many processes run now."""
        return len(self._running)

    def stop(self) -> None:
        """End what runs, from any thread; what is asked later comes to no answer."""
        self._stopped = True
        for process in tuple(self._running):
            process.kill()

    def _together(self, plans: Sequence[TestPlan]) -> list[Answer]:
        with tempfile.TemporaryDirectory(prefix=_prefix()) as name:
            folder = Path(name)
            for number, plan in enumerate(plans):
                (folder / str(number)).mkdir()
                for file, text in plan.files().items():
                    (folder / str(number) / file).write_text(text, encoding="utf-8")
            names = [f"{number}/{TESTS_FILE}" for number in range(len(plans))]
            stopped, again = self._judge(folder, names)
            told = _read(folder / "answer.xml")
        missing = Answer(stopped=stopped or "promtool came to no answer", again=again)
        return [told.get(one, missing) for one in names]

    def _judge(self, folder: Path, names: Sequence[str]) -> tuple[str, bool]:
        """Run promtool to its end; gives why it was ended, and whether another run may help."""
        if self._stopped:
            return "the operator ends", True
        limits, spent = self._limits, _spent()
        with (folder / "errors").open("wb") as errors:
            process = subprocess.Popen(  # noqa: S603 the platform, or the user of the shell, names it
                [self._path, "test", "rules", "--junit=answer.xml", *names],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                cwd=folder,
                env={"TMPDIR": str(folder), "HOME": str(folder), "GOMEMLIMIT": str(limits.heap)},
            )
        self._running.add(process)
        try:
            _restrict(process.pid, limits)
            process.wait(_PATIENCE * limits.seconds)
        except subprocess.TimeoutExpired:
            return f"took more than {_PATIENCE * limits.seconds} s", True
        finally:
            process.kill()
            process.wait()
            self._running.discard(process)
        return self._end(process.returncode, folder / "errors", _spent() - spent)

    def _end(self, status: int, errors: Path, spent: float) -> tuple[str, bool]:
        if status in (0, 1):
            return "", False
        if self._stopped:
            return "the operator ends", True
        limits = self._limits
        if status in _KILLED and spent < _ALMOST * limits.seconds:
            return "promtool was killed by somebody else, for lack of memory perhaps", True
        if status == -signal.SIGKILL:
            return f"took more than {limits.seconds} s of processor time: make it shorter", False
        with errors.open("rb") as file:
            if b"out of memory" in file.read(1 << 16):
                return f"takes more than {limits.memory // _MIB} MiB: make it smaller", False
        return f"promtool ended with status {status}", False


def _spent() -> float:
    """Give the processor time of all children that have ended, in seconds."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _restrict(pid: int, limits: Limits) -> None:
    """Limit a child that has just begun; where the system cannot, the bounds on tests remain."""
    if not hasattr(resource, "prlimit"):
        return
    for kind, value in (
        (resource.RLIMIT_CPU, limits.seconds),
        (resource.RLIMIT_DATA, limits.memory),
        (resource.RLIMIT_FSIZE, _LARGEST_FILE),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ProcessLookupError, PermissionError, ValueError):
            hard = resource.prlimit(pid, kind)[1]
            lowest = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.prlimit(pid, kind, (lowest, lowest))


def _read(path: Path) -> dict[str, Answer]:
    """Read the answers by the names of the files; what is cut off or too large is none."""
    try:
        if path.stat().st_size > _LARGEST_ANSWER:
            return {}
        root = ET.parse(path).getroot()  # noqa: S314 promtool itself has written it
    except (OSError, ET.ParseError):
        return {}
    answers: dict[str, Answer] = {}
    for suite in root.iter("testsuite"):
        error = suite.find("testcase/error")
        cases = tuple(
            tuple(failure.text or "" for failure in case.iter("failure"))
            for case in suite.iter("testcase")
        )
        stopped = "" if error is None else f"promtool does not read the tests: {error.text}"
        answers[suite.get("name", "")] = Answer(cases, stopped)
    return answers


def _why(error: Exception) -> str:
    return error.strerror or type(error).__name__ if isinstance(error, OSError) else str(error)
