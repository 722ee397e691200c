"""
A cluster that stays: ``python -m tests.cluster start | stop | status``.

``start`` leaves it running in the background and prints how to reach it; ``stop`` ends it and all
its programs. ``start --node`` puts a real node under it, in a network of its own (needs root): what
is to reach it starts with the ``nsenter`` that is printed. One cluster a checkout; its state is in
``.cluster/``.
"""

from __future__ import annotations

import argparse
import json
import sys

from tests.cluster import background
from tests.cluster.background import State


def _show(state: State | None, output: str) -> None:
    if output == "json":
        print(json.dumps(state or {"running": False}, indent=2))
        return
    if state is None:
        print("no cluster is running; start one: python -m tests.cluster start")
        return
    for name, part in state["parts"].items():
        print(f"{name:<24} pid {part['pid']:<8} port {part['port'] or '-'}")
    print(f"\nlogs: {state['logs']}")
    for variable in ("KUBECONFIG", "PROMETHEUS_URL", "ALERTMANAGER_URL"):
        if state[variable]:
            print(f"export {variable}={state[variable]}")
    if state["enter"]:
        programs = f"env PATH={state['programs']}:$PATH"
        print(f"\nits network: {state['enter']}")
        print(f"for example: {state['enter']} {programs} kubectl get pods -A")


def main(arguments: list[str]) -> int:
    """Exit status 0 where it was done; status gives 1 where nothing runs."""
    parser = argparse.ArgumentParser(prog="python -m tests.cluster", description=__doc__)
    parser.add_argument("command", choices=["start", "stop", "status", "serve"])
    parser.add_argument("--control-plane-only", action="store_true", help="leave out the stack")
    parser.add_argument("--node", action="store_true", help="with a real node (root, Linux)")
    parser.add_argument("-o", "--output", choices=["text", "json"], default="text")
    options = parser.parse_args(arguments)
    if options.command == "serve":  # what start runs in the background
        return background.serve(stack=not options.control_plane_only, node=options.node)
    if options.command == "stop":
        print("ended" if background.stop() else "no cluster was running")
        return 0
    if options.command == "start":
        to = sys.stderr if options.output == "json" else sys.stdout
        try:
            background.start(
                stack=not options.control_plane_only,
                node=options.node,
                progress=lambda line: print(line, file=to),
            )
        except RuntimeError as error:
            print(error, file=sys.stderr)
            return 1
    state = background.status()
    _show(state, options.output)
    return 0 if state else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
