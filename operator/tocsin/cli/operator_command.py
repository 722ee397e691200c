"""`tocsin operator`: hands over to the operator's own entry point."""

from __future__ import annotations

import argparse


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's arguments; only here is the operator loaded."""
    from tocsin.handlers.main import DESCRIPTION, add_arguments, run  # noqa: PLC0415 loads kopf

    parser = subparsers.add_parser("operator", help=DESCRIPTION, description=DESCRIPTION)
    add_arguments(parser)
    parser.set_defaults(run=run)
