"""`tocsin diff`: what applying files would change in a cluster, judged by a dry run."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tocsin.cli.arguments import add_base, add_sources, add_surroundings

if TYPE_CHECKING:
    from tocsin.adapters.promql_worker import PromqlWorker
    from tocsin.cli.difference import Difference
    from tocsin.cli.offline import Offline
    from tocsin.cli.sources import Object, Unreadable

_DESCRIPTION = """\
Show what applying the files would change in the cluster; nothing is changed.

Tells the PrometheusRules that would be written (by a dry run on the server), the alerts
whose state restarts by it (`for` begins again, and a firing one may be told again), and
for every rule of the cluster who would be told otherwise than today. What is in the
cluster and not in the files is left as it is. No Secret is read.
"""
_EPILOG = """\
examples:
  tocsin diff alerts/ channels.yaml
  kustomize build . | tocsin diff -

needs the rights to list AlertRules, NotificationChannels and Namespaces, to get
PrometheusRules, and for the dry run to patch both; what is missing is said, and done without.

exit status: 0 nothing would change, 1 something would, 2 something is wrong (a rejected
object, wrong usage, no cluster)
"""
WRONG = 2


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's arguments."""
    parser = subparsers.add_parser(
        "diff",
        help="show what applying files would change in a cluster",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_sources(parser)
    add_surroundings(parser)
    add_base(parser)
    parser.add_argument(
        "--kubeconfig",
        metavar="FILE",
        type=Path,
        help="how to reach the cluster (default: KUBECONFIG, then ~/.kube/config)",
    )
    parser.add_argument(
        "--output",
        "-o",
        choices=("text", "json"),
        default="text",
        help="text (the default), or json",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Show the differences, and give the exit status."""
    from tocsin.adapters.promql_worker import PromqlWorker  # noqa: PLC0415 starts before the rest

    with PromqlWorker() as worker:
        return _run(args, worker)


def _run(args: argparse.Namespace, worker: PromqlWorker) -> int:
    from tocsin.adapters.credentials import CredentialsError  # noqa: PLC0415 the child starts
    from tocsin.api.shown import plain  # noqa: PLC0415 as above
    from tocsin.cli.diff_output import print_difference  # noqa: PLC0415 as above
    from tocsin.cli.findings import print_findings  # noqa: PLC0415 as above
    from tocsin.cli.sources import UsageError, objects_in, read_sources  # noqa: PLC0415 as above
    from tocsin.errors import ClusterError  # noqa: PLC0415 as above

    try:
        found = list(objects_in(read_sources(args.sources)))
        changed, files = asyncio.run(_difference(args, worker, found))
    except (UsageError, CredentialsError) as error:
        print(plain(f"tocsin diff: {error}"), file=sys.stderr)
        return WRONG
    except ClusterError as error:
        print(plain(f"tocsin diff: the cluster could not be read: {error}"), file=sys.stderr)
        return WRONG
    print_difference(changed, args.output)
    sys.stdout.flush()
    if print_findings(files) or changed.refused:
        return WRONG
    return 1 if changed.something else 0


async def _difference(
    args: argparse.Namespace, worker: PromqlWorker, found: Sequence[Object | Unreadable]
) -> tuple[Difference, Offline]:
    from tocsin.adapters.kubeconfig import find_credentials  # noqa: PLC0415 only this command
    from tocsin.adapters.transport import Transport  # noqa: PLC0415 as above
    from tocsin.cli.base_file import read_base_file, with_base_named  # noqa: PLC0415 as above
    from tocsin.cli.configuration import read_config  # noqa: PLC0415 as above
    from tocsin.cli.confining import confine_with  # noqa: PLC0415 as above
    from tocsin.cli.diffing import difference  # noqa: PLC0415 as above
    from tocsin.cli.live import LiveCluster  # noqa: PLC0415 as above
    from tocsin.cli.offline import Offline  # noqa: PLC0415 as above
    from tocsin.cli.render import judge_with  # noqa: PLC0415 as above

    config = read_config(args.config)
    base = None if args.base is None else read_base_file(args.base, config)
    config = config if base is None else with_base_named(config)
    transport = Transport(find_credentials(args.kubeconfig))
    try:
        return await difference(
            LiveCluster(transport),
            found,
            lambda: Offline(config, args.namespace, confine=confine_with(worker)),
            lambda offline: offline.compile_rules(lambda texts: judge_with(worker, texts)),
            base,
        )
    finally:
        await transport.aclose()
