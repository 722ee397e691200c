"""`tocsin route`: who would be told of an alert, when, and by which route, without a cluster."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from tocsin.cli.arguments import add_base, add_sources, add_surroundings

if TYPE_CHECKING:
    from tocsin.adapters.promql_worker import PromqlWorker

_DESCRIPTION = """\
Show who would be told of alerts, when, and by which route, without a cluster.

Without --labels: of every alert of the rules in the files. With --labels alone: of one
alert with exactly these labels, a foreign one for example. With --rule as well: of that
rule's alerts, where the labels are those of the series. What the channels say is taken
from the files too; Secrets are assumed to be there.
"""
_EPILOG = """\
examples:
  tocsin route alerts/ channels.yaml
  tocsin route . --rule shop/checkout-errors --labels route=/pay
  tocsin route . --labels alertname=KubePodCrashLooping,namespace=shop,severity=warning
  tocsin route . --output wide

columns: FIRST is how long the first message waits for others (of an escalation step: how
long the alert goes on before it is told), NEWS how long news of a group wait, AGAIN when a
still firing alert is told again, WHEN the hours in which messages are sent.

exit status: 0 all objects are good, 1 something was rejected, 2 wrong usage, or a
file or document that could not be read (the others were shown all the same)
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's arguments."""
    parser = subparsers.add_parser(
        "route",
        help="show who would be told, when, and by which route",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_sources(parser)
    parser.add_argument(
        "--labels",
        metavar="NAME=VALUE,…",
        action="append",
        default=[],
        help="labels of the alert, or with --rule of the series; a value with a comma in quotes",
    )
    parser.add_argument(
        "--rule", metavar="[NAMESPACE/]NAME", help="only the alerts of this AlertRule"
    )
    add_surroundings(parser)
    add_base(parser)
    parser.add_argument(
        "--output",
        "-o",
        choices=("table", "wide", "json"),
        default="table",
        help="table (the default); wide: with the routes' matchers; json",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Show the routes, and give the exit status."""
    from tocsin.adapters.promql_worker import PromqlWorker  # noqa: PLC0415 starts before the rest

    with PromqlWorker() as worker:
        return _run(args, worker)


def _run(args: argparse.Namespace, worker: PromqlWorker) -> int:
    from tocsin.api.shown import plain  # noqa: PLC0415 the child starts meanwhile
    from tocsin.cli.base_file import read_base_file, with_base_named  # noqa: PLC0415 as above
    from tocsin.cli.configuration import read_config  # noqa: PLC0415 as above
    from tocsin.cli.confining import confine_with  # noqa: PLC0415 as above
    from tocsin.cli.findings import print_findings  # noqa: PLC0415 as above
    from tocsin.cli.offline import Offline  # noqa: PLC0415 as above
    from tocsin.cli.render import judge_with  # noqa: PLC0415 as above
    from tocsin.cli.route_output import print_routes  # noqa: PLC0415 as above
    from tocsin.cli.routes import (  # noqa: PLC0415 as above
        configuration_of,
        read_labels,
        routes_of,
    )
    from tocsin.cli.sources import UsageError, objects_in, read_sources  # noqa: PLC0415 as above

    try:
        labels = read_labels(args.labels)
        config = read_config(args.config)
        base = None if args.base is None else read_base_file(args.base, config)
        config = config if base is None else with_base_named(config)
        offline = Offline(config, args.namespace, confine=confine_with(worker))
        for found in objects_in(read_sources(args.sources)):
            offline.take(found)
        compiled = offline.compile_rules(lambda texts: judge_with(worker, texts))
        configuration = configuration_of(offline, compiled, base)
        routes = routes_of(offline, compiled, configuration, labels, rule=args.rule)
    except UsageError as error:
        print(plain(f"tocsin route: {error}"), file=sys.stderr)
        return 2
    print_routes(routes, args.output)
    sys.stdout.flush()
    return print_findings(offline)
