"""`tocsin crds`: prints the CustomResourceDefinitions, or writes one file per kind."""

from __future__ import annotations

import argparse
from pathlib import Path

import yaml

from tocsin.api.crd import crd_document
from tocsin.api.kinds import KINDS, Kind

HEADER = "# Generated from operator/tocsin/api by `tocsin crds`; do not edit.\n"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's arguments."""
    parser = subparsers.add_parser(
        "crds", help="print the CustomResourceDefinitions", description=__doc__
    )
    parser.add_argument(
        "--output-dir", metavar="DIR", type=Path, help="write one file per kind into this folder"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print or write the CRDs."""
    texts = {file_name(kind): crd_text(kind) for kind in KINDS}
    if args.output_dir is None:
        print("---\n".join(texts.values()), end="")
        return 0
    args.output_dir.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (args.output_dir / name).write_text(text, encoding="utf-8")
        print(args.output_dir / name)
    return 0


def file_name(kind: Kind) -> str:
    """Give the name of a kind's file, such as `tocsin.dev_alertrules.yaml`."""
    return f"{kind.group}_{kind.plural}.yaml"


def crd_text(kind: Kind) -> str:
    """Give a kind's CRD as YAML, always the same bytes for the same models."""
    # Leaves in one line each: half the size, and a field is read at a glance.
    return HEADER + yaml.dump(
        crd_document(kind),
        Dumper=_PlainDumper,
        sort_keys=False,
        default_flow_style=None,
        width=120,
        allow_unicode=True,
    )


class _PlainDumper(yaml.SafeDumper):
    """Writes shared parts out: anchors would tie distant fields together."""

    def ignore_aliases(self, _: object) -> bool:
        return True
