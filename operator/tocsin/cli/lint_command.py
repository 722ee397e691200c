"""
`tocsin lint`: mistakes in rules and channels, before a cluster sees them.

Start-up counts, so the parser's child process is started before anything heavy is
imported.
"""

from __future__ import annotations

import argparse
import gc
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tocsin.adapters.promql_worker import PromqlWorker
    from tocsin.cli.lint_report import Reported
    from tocsin.compile.base.configuration import BaseConfiguration
    from tocsin.lint.rule import Settings

_DESCRIPTION = """\
Check AlertRules and NotificationChannels in files, without a cluster.

First comes what the operator itself would refuse: structure, PromQL, templates,
channels, the platform's policy (--config). Then the mistakes that people make: a
comparison that is missing or can never be met, rate over a gauge, a label in the
summary that the expression drops, a channel that nobody uses, and more.
Objects of other kinds are passed over.

`tocsin explain CHECK` says what a check means and what to write instead. To keep a
finding, write above the field, or above the object:
  # tocsin:ignore CHECK the reason
"""
_EPILOG = """\
examples:
  tocsin lint alerts/
  tocsin lint --strict --config tocsin.yaml alerts/ channels.yaml
  helm template . | tocsin lint -
  tocsin lint -o github alerts/        # in a GitHub workflow

exit status: 0 clean, 1 errors were found (with --strict: or warnings), 2 wrong usage, or
a file or document that could not be read (the others were checked all the same)
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's arguments."""
    from tocsin.cli.arguments import (  # noqa: PLC0415 only for this command
        add_sources,
        add_surroundings,
    )

    parser = subparsers.add_parser(
        "lint",
        help="check files for mistakes, without a cluster",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_sources(parser)
    parser.add_argument("--strict", action="store_true", help="warnings fail the run, too")
    parser.add_argument(
        "--level",
        choices=("info", "warning", "error"),
        default="info",
        help="the least level that is shown (default: info)",
    )
    add_surroundings(parser)
    _add_platform(parser)
    parser.add_argument(
        "--output",
        "-o",
        choices=("human", "json", "github"),
        default="human",
        help="human: with the line and a caret (the default); json; github: annotations",
    )
    parser.set_defaults(run=run)


def _add_platform(parser: argparse.ArgumentParser) -> None:
    """Add what only the platform knows, and the files do not say."""
    from tocsin.cli.arguments import (  # noqa: PLC0415 only for this command
        add_alertmanager_version,
        add_base,
    )

    add_base(parser)
    add_alertmanager_version(parser)
    parser.add_argument(
        "--scrape-interval",
        metavar="TIME",
        type=_time,
        default="30s",
        help="how often Prometheus reads its targets (default: 30s)",
    )
    parser.add_argument(
        "--evaluation-interval",
        metavar="TIME",
        type=_time,
        default="30s",
        help="how often it evaluates rules without an interval of their own (default: 30s)",
    )


def _time(text: str) -> int:
    from tocsin.promql.literals import milliseconds  # noqa: PLC0415 the command alone needs it

    found = milliseconds(text) if text[-1:].isalpha() else None
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is no time: write it like 30s or 1m")
    return found


def run(args: argparse.Namespace) -> int:
    """Check, and give the exit status."""
    from tocsin.adapters.promql_worker import PromqlWorker  # noqa: PLC0415 starts before the rest

    gc.disable()  # a short run: collecting cycles would cost a tenth of it and free nothing
    with PromqlWorker() as worker:
        return _run(args, worker)


def _run(args: argparse.Namespace, worker: PromqlWorker) -> int:
    from tocsin.api.shown import plain  # noqa: PLC0415 the child starts meanwhile
    from tocsin.cli.confining import confine_with  # noqa: PLC0415 the child starts meanwhile
    from tocsin.cli.lint_run import Lint  # noqa: PLC0415 the child starts meanwhile
    from tocsin.cli.render import judge_with  # noqa: PLC0415 the child starts meanwhile
    from tocsin.cli.sources import UsageError, read_sources  # noqa: PLC0415 as above

    try:
        settings, base = _settings(args)
        sources = read_sources(args.sources)
    except UsageError as error:
        print(plain(f"tocsin lint: {error}"), file=sys.stderr)
        return 2
    lint = Lint(
        settings,
        args.namespace,
        lambda texts: judge_with(worker, texts),
        confine_with(worker),
        base=base,
    )
    found = lint.run(sources)
    _print(args, lint, found)
    return _status(found, strict=args.strict)


def _settings(args: argparse.Namespace) -> tuple[Settings, BaseConfiguration | None]:
    from tocsin.cli.configuration import read_config  # noqa: PLC0415 the child starts meanwhile
    from tocsin.lint.rule import Settings  # noqa: PLC0415 the child starts meanwhile

    config = read_config(args.config, args.alertmanager_version)
    base = None
    if args.base is not None:
        from tocsin.cli.base_file import (  # noqa: PLC0415 few have a base
            read_base_file,
            with_base_named,
        )

        base = read_base_file(args.base, config)
        config = with_base_named(config)
    return Settings(config, args.scrape_interval, args.evaluation_interval), base


def _print(args: argparse.Namespace, lint: object, found: list[Reported]) -> None:
    from tocsin.cli import lint_output  # noqa: PLC0415 needed last
    from tocsin.cli.lint_run import Lint  # noqa: PLC0415 is loaded
    from tocsin.lint.finding import Level  # noqa: PLC0415 is loaded

    order = list(Level)
    shown = [one for one in found if order.index(one.level) <= order.index(Level(args.level))]
    if args.output == "json":
        print(lint_output.as_json(shown))
    elif args.output == "github":
        print(*lint_output.github(shown), sep="\n", end="\n" if shown else "")
    else:
        colour = lint_output.wants_colour()
        print(*lint_output.human(shown, colour=colour), sep="\n", end="\n" if shown else "")
    if isinstance(lint, Lint):
        offline = lint.offline
        print(lint_output.summary(found, offline.count, offline.passed_over), file=sys.stderr)


def _status(found: list[Reported], *, strict: bool) -> int:
    from tocsin.cli.lint_report import UNREADABLE  # noqa: PLC0415 is loaded
    from tocsin.lint.finding import Level  # noqa: PLC0415 is loaded

    if any(one.check == UNREADABLE for one in found):
        return 2
    failing = {Level.ERROR, Level.WARNING} if strict else {Level.ERROR}
    return 1 if any(one.level in failing for one in found) else 0
