"""`tocsin explain`: the page of a check, what a reason of a status means, or the list of both."""

from __future__ import annotations

import argparse
import sys
from difflib import get_close_matches
from importlib.resources import files

_DESCRIPTION = """\
Say what a check of `tocsin lint` means and what to write instead, or what a reason in
an object's status means and what to do about it. Without a name, list all of them.
"""
_EPILOG = """\
examples:
  tocsin explain
  tocsin explain label-dropped
  tocsin explain ChannelNotFound
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's arguments."""
    parser = subparsers.add_parser(
        "explain",
        help="say what a check or a reason means",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "names", nargs="*", metavar="CHECK|REASON", help="as `tocsin lint` or a status names it"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the pages, and give the exit status."""
    if not args.names:
        _list()
        return 0
    status = 0
    for index, name in enumerate(args.names):
        text = _text(name)
        if text is None:
            print(_unknown(name), file=sys.stderr)
            status = 2
        else:
            print(("\n" if index else "") + text.rstrip())
    return status


def _text(name: str) -> str | None:
    from tocsin.api.problem import Reason  # noqa: PLC0415 only where it is asked for
    from tocsin.api.reasons import SENTENCES  # noqa: PLC0415 as above
    from tocsin.lint.registry import BY_NAME  # noqa: PLC0415 as above

    if name in BY_NAME:
        return page(name)
    reason = next((one for one in Reason if one.value.lower() == name.lower()), None)
    return f"# {reason.value}\n\n{SENTENCES[reason]}\n" if reason is not None else None


def page(check: str) -> str:
    """Give the page of a check, as Markdown."""
    return (files("tocsin.lint") / "pages" / f"{check}.txt").read_text(encoding="utf-8")


def _unknown(name: str) -> str:
    from tocsin.api.problem import Reason  # noqa: PLC0415 only where it is asked for
    from tocsin.api.shown import show  # noqa: PLC0415 as above
    from tocsin.lint.registry import BY_NAME  # noqa: PLC0415 as above

    near = get_close_matches(name, [*BY_NAME, *(one.value for one in Reason)], n=1)
    meant = f"; did you mean {near[0]}?" if near else "; `tocsin explain` lists all"
    return f"tocsin explain: there is no check or reason {show(name)}{meant}"


def _list() -> None:
    from tocsin.api.problem import Reason  # noqa: PLC0415 only where it is asked for
    from tocsin.lint.registry import BY_NAME  # noqa: PLC0415 as above

    print("checks of `tocsin lint`:")
    for check in BY_NAME.values():
        print(f"  {check.name:<26} {check.level.value:<8} {check.summary}")
    print("\nreasons in a status:")
    words = sorted(one.value for one in Reason)
    print("  " + "\n  ".join(words))
