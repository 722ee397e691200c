"""
The real programs: found in the cache, or built once from their pinned Go modules.

``ensure_programs()`` returns the folder that holds them. Cache: ``TOCSIN_CACHE``, else
``~/.cache/tocsin``; the programs of a family lie in ``store/FAMILY-DIGEST`` and are linked into
``DIGEST/bin``, so that a change to one family's pins builds that family alone.

From the command line: ``python -m tests.cluster.programs [NAME ...]``.
"""

from __future__ import annotations

import fcntl
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.cluster.build import Builder
from tests.cluster.pins import FAMILIES, Family, digest, names
from tests.cluster.toolchain import ProgramsUnavailable, find_go

__all__ = ["ProgramsUnavailable", "crds_folder", "ensure_programs"]

Progress = Callable[[str], None]


def cache_folder() -> Path:
    """Where everything that may be built again is kept."""
    chosen = os.environ.get("TOCSIN_CACHE")
    return Path(chosen).expanduser() if chosen else Path.home() / ".cache" / "tocsin"


def ensure_programs(wanted: Iterable[str] | None = None, progress: Progress | None = None) -> Path:
    """
    Build what is missing of the named programs; returns the folder with them.

    None means all but those of a real node (``tests.cluster.node``), which are built by name.

    ``progress`` gets one line a program; by default it goes to standard error. Raises
    ``ProgramsUnavailable`` where they cannot be had, ``KeyError`` for a name that does not exist.
    """
    chosen = list(names() if wanted is None else wanted)
    unknown = set(chosen) - set(names(node=True))
    if unknown:
        raise KeyError(f"no such program: {', '.join(sorted(unknown))}; see tests/cluster/pins.py")
    cache = cache_folder()
    missing = [
        f for f in FAMILIES if any(n in chosen and not stored(f, n).exists() for n in names_of(f))
    ]
    if missing:
        with _lock(cache / "lock"):
            _build(missing, chosen, cache, progress or _print)
    return _link(cache, chosen)


def names_of(family: Family) -> list[str]:
    """The family's programs."""
    return list(family.programs)


def stored(family: Family, name: str) -> Path:
    """Where a program, or a folder of assets, of a family is kept."""
    return cache_folder() / "store" / f"{family.name}-{family.digest()}" / name


def crds_folder() -> Path:
    """prometheus-operator's own CRDs, of the version that is built."""
    family = next(f for f in FAMILIES if f.name == "prometheus-operator")
    ensure_programs(["prometheus-operator"])
    return stored(family, "crds")


def _build(families: list[Family], chosen: list[str], cache: Path, progress: Progress) -> None:
    with closing(Builder(find_go(cache, progress), cache)) as builder:
        for family in families:
            for name in family.programs:
                # another run may have built it while we waited for the lock
                if name in chosen and not stored(family, name).exists():
                    _build_one(builder, family, name, progress)


def _build_one(builder: Builder, family: Family, name: str, progress: Progress) -> None:
    start = time.monotonic()
    label = f"{name} {family.version}" if family.pin else name
    progress(f"building {label} ...")
    with _ticking(f"building {name}", start):
        builder.build(family, name, stored(family, name).parent)
    progress(f"built {label} in {time.monotonic() - start:.0f} s")


def _link(cache: Path, chosen: list[str]) -> Path:
    folder = cache / digest() / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    for family in FAMILIES:
        for name in family.programs:
            link, target = folder / name, stored(family, name)
            if name in chosen and (not link.is_symlink() or link.readlink() != target):
                fresh = folder / f".{name}.{os.getpid()}.{threading.get_ident()}"
                fresh.symlink_to(target)
                fresh.replace(link)
    return folder


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # the system gives it back, whatever happens to us
        yield


@contextmanager
def _ticking(what: str, start: float) -> Iterator[None]:
    """On a terminal, show the time that passes; elsewhere nothing."""
    over = threading.Event()

    def tick() -> None:
        while not over.wait(1):
            print(f"\r{what} ... {time.monotonic() - start:.0f} s ", end="", file=sys.stderr)
            sys.stderr.flush()
        print("\r\033[K", end="", file=sys.stderr, flush=True)

    if not sys.stderr.isatty():
        yield
        return
    thread = threading.Thread(target=tick, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _print(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main(arguments: list[str]) -> int:
    """Build the named programs, or all, and print the folder."""
    try:
        print(ensure_programs(arguments or None))
    except (ProgramsUnavailable, KeyError) as error:
        print(error.args[0], file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
