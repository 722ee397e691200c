"""`tocsin schema`: prints JSON Schemas of the kinds, for editors and offline validators."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from tocsin.api.json_schema import combined_schema, file_name, json_schema
from tocsin.api.kinds import BY_KIND, KINDS

_DESCRIPTION = """\
Print the JSON Schemas of the kinds, for editors and offline validators.

They come from the models that the operator runs on. Without a kind: one schema for
files that may hold any of them. An unknown field is an error in it. What a schema
cannot say (PromQL, templates, references) is said by `tocsin lint`.
"""
_EPILOG = """\
examples:
  tocsin schema > .tocsin.schema.json        # then, as the first line of a YAML file:
                                             # yaml-language-server: $schema=.tocsin.schema.json
  tocsin schema AlertRule
  tocsin schema --output-dir schemas         # schemas/tocsin.dev/alertrule_v1alpha1.json, ...
  kubeconform -strict -schema-location default \\
    -schema-location 'schemas/{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json' alerts/

exit status: 0, or 2 for wrong usage
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's arguments."""
    parser = subparsers.add_parser(
        "schema",
        help="print JSON Schemas for editors and kubeconform",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "kind", nargs="?", choices=sorted(BY_KIND), metavar="KIND", help="only this kind"
    )
    parser.add_argument(
        "--output-dir", metavar="DIR", type=Path, help="write one file per kind into this folder"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print or write the schemas."""
    kinds = KINDS if args.kind is None else (BY_KIND[args.kind],)
    if args.output_dir is None:
        schema = combined_schema(kinds) if args.kind is None else json_schema(kinds[0])
        print(json.dumps(schema, indent=2))
        return 0
    for kind in kinds:
        path = args.output_dir / file_name(kind)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(json_schema(kind), indent=2) + "\n", encoding="utf-8")
        print(path)
    return 0
