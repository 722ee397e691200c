"""
The command `tocsin`: finds the one command that is asked for, and loads only that.

Each command is a module with `add_parser(subparsers)`, which sets `run` as a default
of its parser: a function of the arguments that gives the exit status.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module

from tocsin import __version__

USAGE_ERROR = 2


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its name, what it does in a line, and the module that does it."""

    name: str
    summary: str
    module: str


COMMANDS = (
    Command("render", "show what files compile to, without a cluster", "tocsin.cli.render"),
    Command("crds", "print the CustomResourceDefinitions", "tocsin.cli.crds"),
    Command("operator", "run the operator", "tocsin.cli.operator_command"),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    args = _parser(words).parse_args(words)
    try:
        status = int(args.run(args))
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has gone (`tocsin render | head`): no fault, and nothing left to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        # The output's disk is full, say; what was printed is not whole.
        print(f"tocsin: could not finish: {error.strerror}", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    except KeyboardInterrupt:
        return 130
    return status


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """Make the parser; only the command that is asked for is imported."""
    parser = argparse.ArgumentParser(
        prog="tocsin",
        description="Tocsin: monitoring as custom resources.",
        epilog="`tocsin COMMAND --help` says more about one command.",
    )
    parser.add_argument("--version", action="version", version=f"tocsin {__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    asked = next((word for word in words if not word.startswith("-")), "")
    for command in COMMANDS:
        if command.name == asked:
            import_module(command.module).add_parser(subparsers)
        else:
            subparsers.add_parser(command.name, help=command.summary)
    return parser
