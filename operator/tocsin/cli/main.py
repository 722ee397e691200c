"""
The command `tocsin`: finds the one command that is asked for, and loads only that.

Each command is a module with `add_parser(subparsers)`, which sets `run` as a default
of its parser: a function of the arguments that gives the exit status.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Container, Sequence
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
    Command("lint", "check files for mistakes, without a cluster", "tocsin.cli.lint_command"),
    Command("explain", "say what a check or a reason means", "tocsin.cli.explain_command"),
    Command("render", "show what files compile to, without a cluster", "tocsin.cli.render"),
    Command("test", "run the tests of AlertRules", "tocsin.cli.test_command"),
    Command("route", "show who would be told, and when", "tocsin.cli.route_command"),
    Command("diff", "show what applying files would change", "tocsin.cli.diff_command"),
    Command("schema", "print JSON Schemas for editors", "tocsin.cli.schema_command"),
    Command("crds", "print the CustomResourceDefinitions", "tocsin.cli.crds"),
    Command("completion", "print a shell's completion script", "tocsin.cli.completion_command"),
    Command("operator", "run the operator", "tocsin.cli.operator_command"),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    # Looking for plug-ins of others reads every installed package's metadata: 15 ms.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    asked = next((word for word in words if not word.startswith("-")), "")
    args = parser_of([asked]).parse_args(words)
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


def parser_of(loaded: Container[str]) -> argparse.ArgumentParser:
    """Make the parser; only the commands named are imported, the others are just listed."""
    parser = argparse.ArgumentParser(
        prog="tocsin",
        description="Tocsin: monitoring as custom resources.",
        epilog="`tocsin COMMAND --help` says more about one command.",
    )
    parser.add_argument("--version", action="version", version=f"tocsin {__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in COMMANDS:
        if command.name in loaded:
            import_module(command.module).add_parser(subparsers)
        else:
            subparsers.add_parser(command.name, help=command.summary)
    return parser
