"""
Bytes of the files that a command line names, and nothing that could hang or fill memory.

In a folder only plain files are read: what looks like YAML and is a pipe, a device or a
link to nowhere is told. What the user names himself may be a pipe (`<(helm template .)`).
Links to folders are not followed, so that a loop of them has no end to reach.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator

from tocsin.cli.yaml_bounds import MAX_BYTES, MalformedError, too_large

SUFFIXES = (".yaml", ".yml", ".json")
STANDARD_INPUT = "-"
MAX_FILES = 100_000
"""In one folder; more is a mistake, such as the root of the file system."""
MAX_TOTAL = 8 * MAX_BYTES
"""Bytes of all files of a run."""

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class UsageError(Exception):
    """The command line asks for nothing that could be done; exit status 2."""


def files_of(argument: str) -> Iterator[tuple[str, MalformedError | None]]:
    """
    Give a file as it is, or the YAML and JSON files below a folder by name.

    What cannot be looked into comes with the reason.
    """
    if not os.path.isdir(argument):  # noqa: PTH112 a path that is too long is no exception here
        yield argument, None
        return
    count = 0
    for path, problem in _walk(argument):
        count += 1
        if count > MAX_FILES:
            raise UsageError(f"{argument}: more than {MAX_FILES:,} files: name a smaller folder")
        yield path, problem
    if not count:
        raise UsageError(f"{argument}: no .yaml, .yml or .json file in this folder")


def _walk(folder: str) -> Iterator[tuple[str, MalformedError | None]]:
    """Go through a folder and those in it, by name, but not through hidden ones."""
    problems: list[OSError] = []
    for root, folders, names in os.walk(folder, onerror=problems.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.endswith(SUFFIXES) and not name.startswith("."):
                yield os.path.join(root, name), None  # noqa: PTH118 a Path costs more than the read
    for problem in problems:
        yield str(problem.filename), MalformedError(f"cannot be read: {problem.strerror}")


def read_file(path: str, *, named: bool) -> bytes | MalformedError:
    """Read a file; `named` says that the user named it, so that it may be a pipe."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | (0 if named else os.O_NONBLOCK))
        with open(descriptor, "rb") as file:  # noqa: PTH123 opened above without waiting
            found = os.fstat(descriptor)
            if not (stat.S_ISREG(found.st_mode) or named):
                return MalformedError(f"is {_kind(found.st_mode)}, and no plain file: move it away")
            if found.st_size > MAX_BYTES:
                return too_large()
            # One byte more than is allowed tells that there is more.
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return MalformedError(f"cannot be read: {reason}")


def read_standard_input() -> bytes | MalformedError:
    """Read standard input to its end, or to one byte more than is allowed."""
    try:
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    except OSError as error:
        return MalformedError(f"cannot be read: {error.strerror}")


def _kind(mode: int) -> str:
    return next((words for test, words in _KINDS if test(mode)), "no file")
