"""
Fuzz with atheris: `python -m tests.fuzz [--seconds 600] [TARGET …]`, one after the other.

A finding is written to build/fuzz/TARGET-…; give its path as TARGET=PATH to try it again.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

_OUT = Path("build/fuzz")
_HOW = "make fuzz needs atheris: .venv/bin/python -m pip install --only-binary :all: atheris"


def main() -> int:
    """Run every target in a process of its own; 1 if one of them found something."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    parser.add_argument("--seconds", type=int, default=600, help="for each target")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if importlib.util.find_spec("atheris") is None:
        print(_HOW, file=sys.stderr)
        return 2
    if arguments.one:
        _fuzz(arguments.one, arguments.seconds)
    from tests.fuzz.targets import TARGETS

    found = 0
    for wanted in arguments.targets or TARGETS:
        name, _, path = wanted.partition("=")
        if path:
            TARGETS[name].run(Path(path).read_bytes())
            continue
        print(f"{name}: {arguments.seconds} s ...", flush=True)
        command = [sys.executable, "-m", "tests.fuzz", "--one", name]
        rc = subprocess.run([*command, f"--seconds={arguments.seconds}"], check=False).returncode
        print(
            f"{name}: {'nothing found' if rc == 0 else f'found something, exit {rc}'}", flush=True
        )
        found |= rc != 0
    return found


def _fuzz(name: str, seconds: int) -> None:
    import atheris

    with atheris.instrument_imports(include=["tocsin.promql", "tocsin.cli"]):
        from tests.fuzz.targets import TARGETS
    target = TARGETS[name]
    _OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        for number, text in enumerate(target.seeds()):
            (corpus / str(number)).write_text(text)
        words = Path(folder) / "words"
        words.write_text("".join(f"{_quoted(word)}\n" for word in target.words))
        atheris.Setup(
            [
                "fuzz",
                str(corpus),
                f"-max_total_time={seconds}",
                "-max_len=2048",
                "-timeout=15",
                "-rss_limit_mb=2048",
                "-print_final_stats=1",
                "-verbosity=0",
                f"-dict={words}",
                f"-artifact_prefix={_OUT}/{name}-",
            ],
            target.run,
        )
        atheris.Fuzz()


def _quoted(word: str) -> str:
    return '"' + "".join(f"\\x{code:02x}" for code in word.encode()) + '"'


if __name__ == "__main__":
    sys.exit(main())
