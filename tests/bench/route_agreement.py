"""
How often our model of the routing tree says what Alertmanager's own dispatcher says.

Random trees of several tenants with every field that shapes one, and random label sets for each;
`route-judge` answers with Alertmanager's loader, route tree and matching. Receivers, grouping,
waits and time intervals must all be the same. Anything but 100 % is a bug.
"""

from __future__ import annotations

import json
import random
import subprocess
import time
from pathlib import Path

from tests.bench.harness import EXACTLY, Goal, Line
from tests.bench.session import Session
from tests.cluster import ensure_programs
from tests.unit.compile.random_trees import as_judged, question, random_inputs, random_labels

from tocsin.compile.alertmanager import compile_alertmanager
from tocsin.compile.routing import read_tree

_LABEL_SETS = 10_000
_PROGRESS = 20


def run(session: Session) -> list[Line]:
    """One round: the seed is fixed, and another round would say the same."""
    trees = session.options.size("route_agreement", 200, 4)
    session.alone()
    program = ensure_programs(["route-judge"]) / "route-judge"
    source = random.Random(20_261_121)
    agreed = 0
    ours = 0.0
    for number in range(trees):
        found, seconds = _judged(program, source)
        agreed += found
        ours += seconds
        if number % _PROGRESS == _PROGRESS - 1:
            session.options.say(f"{number + 1} of {trees} trees: {agreed:,} agree")
    asked = trees * _LABEL_SETS
    return [
        Line(
            f"{asked:,} label sets on {trees} random trees that agree with Alertmanager",
            (100 * agreed / asked,),
            "%",
            Goal(EXACTLY, 100),
        ),
        Line("label sets a second through our model", (asked / ours,), "/s"),
    ]


def _judged(program: Path, source: random.Random) -> tuple[int, float]:
    """Ask both about one tree: how many label sets agree, and our seconds."""
    inputs = random_inputs(source)
    output = compile_alertmanager(inputs)
    labelsets = [random_labels(source, inputs) for _ in range(_LABEL_SETS)]
    asked = json.dumps(question(output, labelsets))
    judged = json.loads(
        subprocess.run([program], input=asked.encode(), stdout=-1, check=True).stdout
    )
    tree = read_tree(output.document)
    began = time.perf_counter()
    ours = [tree.walk(labels) for labels in labelsets]
    seconds = time.perf_counter() - began
    return sum([as_judged(m) for m in a] == b for a, b in zip(ours, judged, strict=True)), seconds
