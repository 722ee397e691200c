"""
`cli.md`: the command line, from its own parsers.

The page is written from the parsers' arguments, not from `--help`, whose layout differs between
versions of Python.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from importlib import import_module

from tests.generate.markdown import code, table

from tocsin.cli.main import COMMANDS, Command

_TEXT = """# The command line

`tocsin COMMAND --help` says the same. In this repository the command is `.venv/bin/tocsin`, made by
any `make` target; `pip install .` installs it elsewhere.

{commands}"""


def commands_page() -> str:
    """Give the page."""
    return _TEXT.format(commands="\n".join(_section(command) for command in COMMANDS))


def _section(command: Command) -> str:
    """Give one command's part: what it does, its arguments, and what else its help says."""
    subparsers = argparse.ArgumentParser(prog="tocsin").add_subparsers()
    import_module(command.module).add_parser(subparsers)
    parser = subparsers.choices[command.name]
    said = (parser.description or "").removeprefix(f"`tocsin {command.name}`: ").strip()
    description = said if said.endswith(".") else f"{command.summary}."
    parts = [
        f"## tocsin {command.name}\n",
        f"{description[:1].upper()}{description[1:]}\n",
        table(("Argument", "What it does"), _rows(parser)),
    ]
    if parser.epilog:
        parts.append(f"```text\n{parser.epilog.strip()}\n```\n")
    return "\n".join(parts)


def _rows(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    for action in parser._actions:
        if isinstance(action, argparse._HelpAction):
            continue
        names = ", ".join(action.option_strings)
        values = _values(action)
        text = (action.help or "") % {"default": action.default, "prog": parser.prog}
        yield code(f"{names} {values}".strip()), text


def _values(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    if action.choices is not None:
        return "{" + ",".join(map(str, action.choices)) + "}"
    metavar = action.metavar or action.dest.upper()
    return metavar if isinstance(metavar, str) else " ".join(metavar)
