"""`tocsin completion`: prints the script that lets a shell complete our commands."""

from __future__ import annotations

import argparse

_EPILOG = """\
examples:
  bash:  eval "$(tocsin completion bash)"             # in ~/.bashrc
  zsh:   tocsin completion zsh > "${fpath[1]}/_tocsin"
  fish:  tocsin completion fish > ~/.config/fish/completions/tocsin.fish

exit status: 0, or 2 for wrong usage
"""
_SHELLS = ("bash", "fish", "powershell", "tcsh", "zsh")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's arguments."""
    parser = subparsers.add_parser(
        "completion",
        help="print a shell's completion script",
        description="Print the script that lets a shell complete commands, options and files.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("shell", choices=_SHELLS, help="the shell it is for")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the script, made from the parsers of every command."""
    import shtab  # noqa: PLC0415 only this command needs it

    from tocsin.cli.main import COMMANDS, parser_of  # noqa: PLC0415 main imports us

    parser = parser_of([command.name for command in COMMANDS])
    print(shtab.complete(_with_files(parser), shell=args.shell))
    return 0


def _with_files(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Let arguments that name files or folders be completed as such."""
    import shtab  # noqa: PLC0415 only this command needs it

    for action in parser._actions:  # noqa: SLF001 argparse shows its actions nowhere else
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 as above
            for one in action.choices.values():
                _with_files(one)
        elif any(word in str(action.metavar) for word in ("FILE", "PATH", "DIR")):
            only_folders = action.metavar == "DIR"
            vars(action)["complete"] = shtab.DIRECTORY if only_folders else shtab.FILE
    return parser
