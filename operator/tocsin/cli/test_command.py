"""
`tocsin test`: runs the `spec.tests` of AlertRules in files through promtool.

Start-up counts, so the parser's child process is started before anything heavy is
imported.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from typing import TYPE_CHECKING

from tocsin.cli.arguments import add_sources, add_surroundings

if TYPE_CHECKING:
    from tocsin.adapters.promql_worker import PromqlWorker

_DESCRIPTION = """\
Run the tests of AlertRules (spec.tests) with the real promtool, without a cluster.

Each test runs on the very rules that the AlertRule compiles to, as the operator would
run it before the rule goes live. A failure says which test, at which time, what was
expected to fire and what fired. Inhibition is Alertmanager's: a lower level fires
beside a higher one here.

promtool is found by --promtool, the variable PROMTOOL, PATH, then the programs that
were built for the development of Tocsin. It comes with every release of Prometheus:
https://prometheus.io/download
"""
_EPILOG = """\
examples:
  tocsin test alerts/
  tocsin test alerts/ --watch
  tocsin test alerts/ --filter checkout
  helm template . | tocsin test - -o junit > tests.xml

exit status: 0 all tests passed, 1 a test failed or a rule was rejected, 2 wrong usage,
unreadable input or no promtool
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's arguments."""
    parser = subparsers.add_parser(
        "test",
        help="run the tests of AlertRules",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_sources(parser)
    _add_choices(parser)
    add_surroundings(parser)
    parser.set_defaults(run=run)


def _add_choices(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--filter",
        metavar="TEXT",
        default="",
        help="run only tests whose rule (namespace/name) or name contains this text",
    )
    parser.add_argument(
        "--output",
        "-o",
        choices=("table", "json", "junit"),
        default="table",
        help="table: for people (the default); json; junit: XML for a CI server",
    )
    parser.add_argument(
        "--quiet", "-q", action="store_true", help="leave tests that passed out of the table"
    )
    parser.add_argument(
        "--watch", action="store_true", help="run again when a file changes, until interrupted"
    )
    parser.add_argument(
        "--promtool", metavar="FILE", help="the promtool to use; a path, or a name in PATH"
    )
    parser.add_argument(
        "--jobs",
        "-j",
        metavar="N",
        type=_jobs,
        default=os.process_cpu_count() if hasattr(os, "process_cpu_count") else os.cpu_count(),
        help="how many promtools run at once (default: one for each processor)",
    )


def _jobs(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 256:  # noqa: PLR2004 more is a mistake
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 256")
    return int(text)


def run(args: argparse.Namespace) -> int:
    """Test, and give the exit status."""
    from tocsin.adapters.promql_worker import PromqlWorker  # noqa: PLC0415 starts before the rest

    with PromqlWorker() as worker:
        if args.watch:
            return _watch(args, worker)
        gc.disable()  # a short run: collecting cycles would cost a tenth of it and free nothing
        return _once(args, worker)


def _once(args: argparse.Namespace, worker: PromqlWorker) -> int:
    from tocsin.api.shown import plain  # noqa: PLC0415 the child starts meanwhile
    from tocsin.cli.findings import print_findings  # noqa: PLC0415 the child starts meanwhile
    from tocsin.cli.sources import UsageError  # noqa: PLC0415 the child starts meanwhile
    from tocsin.cli.tested import collect, find_program, test_all  # noqa: PLC0415 as above
    from tocsin.cli.tested_output import write_results  # noqa: PLC0415 the child starts meanwhile

    try:
        work = collect(args, worker)
        promtool = find_program(args.promtool) if work.chosen else None
    except UsageError as error:
        print(plain(f"tocsin test: {error}"), file=sys.stderr)
        return 2
    results = test_all(work.chosen, promtool, args.jobs or 1) if promtool is not None else []
    write_results(args.output, work, results, quiet=args.quiet)
    sys.stdout.flush()
    found = print_findings(work.offline)
    return max(found, int(any(one.failures for one in results)))


def _watch(args: argparse.Namespace, worker: PromqlWorker) -> int:
    from tocsin.cli.files import STANDARD_INPUT  # noqa: PLC0415 the child starts meanwhile
    from tocsin.cli.watching import changes  # noqa: PLC0415 only where it is asked for

    if STANDARD_INPUT in args.sources:
        print("tocsin test: standard input cannot be watched: name files", file=sys.stderr)
        return 2
    for _ in changes([*args.sources, *([args.config] if args.config else [])]):
        status = _once(args, worker)
        print(f"exit status would be {status}; waiting for a change\n", file=sys.stderr)
        sys.stderr.flush()
    return 0
