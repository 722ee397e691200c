"""
`tocsin render`: what the operator would write, without a cluster.

Start-up counts, so the parser's child process is started before anything heavy is
imported, and what only some runs need is imported by them.
"""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tocsin.cli.arguments import (
    add_alertmanager_version,
    add_base,
    add_sources,
    add_surroundings,
)

if TYPE_CHECKING:
    from tocsin.adapters.promql_worker import PromqlWorker
    from tocsin.api.config import OperatorConfig
    from tocsin.api.meta import ObjectRef
    from tocsin.cli.offline import Offline
    from tocsin.compile.base.configuration import BaseConfiguration
    from tocsin.compile.rules import CompiledRule
    from tocsin.promql.verdict import Verdict

_DESCRIPTION = """\
Show what AlertRules and NotificationChannels compile to, without a cluster.

Prints the PrometheusRule objects as the operator would write them. Objects that are
wrong are named on standard error with file, line, field, reason and remedy; the
others are still printed. Objects of other kinds are passed over and counted.
"""
_EPILOG = """\
examples:
  tocsin render rules.yaml
  tocsin render alerts/ channels.yaml --alertmanager-config
  helm template . | tocsin render -

exit status: 0 all objects are good, 1 something was rejected, 2 wrong usage, or a
file or document that could not be read (the others were rendered all the same)
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's arguments."""
    parser = subparsers.add_parser(
        "render",
        help="show what files compile to, without a cluster",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_sources(parser)
    parser.add_argument(
        "--alertmanager-config",
        action="store_true",
        help="also print the Alertmanager configuration, as the Secret that holds it; "
        "values of other Secrets are shown as <secret>",
    )
    add_surroundings(parser)
    add_alertmanager_version(parser)
    add_base(parser)
    parser.add_argument(
        "--output",
        "-o",
        choices=("yaml", "json"),
        default="yaml",
        help="yaml: one document an object (the default); json: one List",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Render, and give the exit status."""
    from tocsin.adapters.promql_worker import PromqlWorker  # noqa: PLC0415 starts before the rest

    gc.disable()  # a short run: collecting cycles would cost a tenth of it and free nothing
    with PromqlWorker() as worker:
        return _run(args, worker)


def _run(args: argparse.Namespace, worker: PromqlWorker) -> int:
    from tocsin.api.shown import plain  # noqa: PLC0415 the child starts meanwhile
    from tocsin.cli.base_file import read_base_file, with_base_named  # noqa: PLC0415 as above
    from tocsin.cli.configuration import read_config  # noqa: PLC0415 the child starts meanwhile
    from tocsin.cli.confining import confine_with  # noqa: PLC0415 the child starts meanwhile
    from tocsin.cli.findings import print_findings  # noqa: PLC0415 the child starts meanwhile
    from tocsin.cli.offline import Offline  # noqa: PLC0415 the child starts meanwhile
    from tocsin.cli.sources import UsageError, objects_in, read_sources  # noqa: PLC0415 as above

    try:
        config = read_config(args.config, args.alertmanager_version)
        base = None if args.base is None else read_base_file(args.base, config)
        config = config if base is None else with_base_named(config)
        sources = read_sources(args.sources)
    except UsageError as error:
        print(plain(f"tocsin render: {error}"), file=sys.stderr)
        return 2
    offline = Offline(config, args.namespace, confine=confine_with(worker))
    for found in objects_in(sources):
        offline.take(found)
    compiled = offline.compile_rules(lambda texts: judge_with(worker, texts))
    channels = offline.check_channels()
    objects = [one.child for one in compiled.values()]
    if args.alertmanager_config:
        objects.append(_alertmanager_secret(offline, compiled, channels, base))
    _print_objects(objects, args.output)
    sys.stdout.flush()
    return print_findings(offline)


def judge_with(worker: PromqlWorker, texts: Sequence[str]) -> Mapping[str, Verdict]:
    """Judge in the child process; where none can be started, every verdict says so."""
    from tocsin.adapters.promql_worker import ParserUnavailableError  # noqa: PLC0415 is loaded
    from tocsin.promql.verdict import Outcome, Verdict  # noqa: PLC0415 is loaded

    try:
        return worker.judge_many(texts)
    except ParserUnavailableError as error:
        return dict.fromkeys(texts, Verdict(Outcome.UNVERIFIABLE, str(error)))


def _alertmanager_secret(
    offline: Offline,
    compiled: Mapping[ObjectRef, CompiledRule],
    channels: Sequence[ObjectRef],
    base: BaseConfiguration | None,
) -> dict[str, Any]:
    """Give the Alertmanager Secret as the operator would write it, without any secret."""
    from tocsin.cli.offline_inputs import (  # noqa: PLC0415 as above
        alertmanager_inputs,
        labels_of,
    )
    from tocsin.compile.alertmanager import (  # noqa: PLC0415 only where it is asked for
        compile_alertmanager,
    )
    from tocsin.compile.channels import secret_uses, smtp_secret_use  # noqa: PLC0415 as above
    from tocsin.compile.routing import routing_of  # noqa: PLC0415 as above

    specs = {ref: offline.channels[ref][1].spec for ref in channels}
    inputs = alertmanager_inputs(offline, compiled, channels, base)
    for ref, one in compiled.items():
        labels = labels_of(one.child)
        offline.warn(ref, routing_of(ref, one.block, one.severities, inputs, labels).problems)
    output = compile_alertmanager(inputs)
    uses = [use for ref, spec in specs.items() for use in secret_uses(ref, spec)]
    smtp = smtp_secret_use(offline.config)
    files = sorted(use.file for use in ([smtp] if smtp is not None else []) + uses)
    files += sorted(base.files) if base is not None else []
    return _secret(offline.config, output.text, output.files, files)


def _secret(
    config: OperatorConfig, text: str, files: Mapping[str, str], secrets: Sequence[str]
) -> dict[str, Any]:
    where = config.alertmanager.secret
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": where.name, "namespace": where.namespace},
        "stringData": {"alertmanager.yaml": text}
        | dict(files)
        | dict.fromkeys(secrets, "<secret>"),
    }


def _print_objects(objects: Sequence[Mapping[str, Any]], output: str) -> None:
    if output == "json":
        import json  # noqa: PLC0415 only where it is asked for

        document = {"apiVersion": "v1", "kind": "List", "items": objects}
        print(json.dumps(document, indent=2, ensure_ascii=False))
        return
    from tocsin.compile.yaml_text import write_documents  # noqa: PLC0415 only where it is asked for

    sys.stdout.write(write_documents(objects) if objects else "")
