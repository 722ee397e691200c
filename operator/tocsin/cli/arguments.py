"""Arguments that several commands share, so that they mean the same everywhere."""

from __future__ import annotations

import argparse


def add_sources(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say what is read."""
    parser.add_argument(
        "sources",
        nargs="+",
        metavar="FILE|DIR|-",
        help="YAML or JSON files, folders of them, or - for standard input",
    )


def add_surroundings(parser: argparse.ArgumentParser) -> None:
    """Add what the files do not say: the operator's configuration and the namespace."""
    parser.add_argument(
        "--config",
        metavar="FILE",
        help="the operator's configuration (severities, default channels, limits); "
        "default: the built-in one",
    )
    parser.add_argument(
        "--namespace",
        "-n",
        metavar="NAME",
        default="default",
        help="namespace of objects that name none (default: default)",
    )


def add_base(parser: argparse.ArgumentParser) -> None:
    """Add the configuration that an installation had before."""
    parser.add_argument(
        "--base",
        metavar="FILE",
        help="the existing Alertmanager configuration that is kept (alertmanager.baseSecret), as "
        "a file; files that it names are taken to be there",
    )


def add_alertmanager_version(parser: argparse.ArgumentParser) -> None:
    """Add the version that the channels are judged for."""
    parser.add_argument(
        "--alertmanager-version",
        metavar="VERSION",
        help="refuse what this Alertmanager does not know; default: the configuration's",
    )
