"""The repository's own files, those that git tracks and those that it would, and its pages."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@cache
def files(*suffixes: str) -> tuple[Path, ...]:
    """Give the files whose names end so (none given: all), as absolute paths, sorted."""
    done = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = (ROOT / name for name in sorted(set(done.stdout.split("\0"))) if name)
    return tuple(p for p in paths if p.is_file() and (not suffixes or p.name.endswith(suffixes)))


@cache
def text(path: Path) -> str:
    """Give a file's text; nothing for one that is none."""
    try:
        return path.read_text()
    except UnicodeDecodeError:
        return ""


def name(path: Path) -> str:
    """Give a path as a reader of the repository knows it."""
    return path.relative_to(ROOT).as_posix()


PAGES = files(".md")
"""The documents, in Markdown."""


def yaml_blocks(page: Path) -> list[str]:
    """Give the blocks of a page that are marked as YAML, in their order."""
    return [body for language, body in _BLOCK.findall(text(page)) if language == "yaml"]
