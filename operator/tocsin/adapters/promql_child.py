"""
The child process that parses PromQL: a script, never imported.

It is native code fed with text of strangers, so it runs with little: 256 MiB of
address space, 8 MiB of stack, two seconds of processor time for one message (a full
one takes a hundredth of that), no core dump, no file that it could write, an empty
environment. When it dies, `promql_worker` starts another and finds out whose
expression it was.

It reads and writes frames: a length of four bytes, big endian, then JSON. First it
writes `[]` when it is ready; then, for each list of questions, the list of answers: to
an expression its `Verdict.row()`, to a pair of an expression and a namespace its
`Confined.row()`. The end of its input ends it. The paths to import from are its
arguments, because `-I -S` starts Python without any.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
from contextlib import suppress

ADDRESS_SPACE = 256 << 20
STACK = 8 << 20
SECONDS = 2.0
_HEADER = 4


def _lower(kind: int, value: int) -> None:
    """Lower a limit, for good; one that is lower already stays."""
    hard = resource.getrlimit(kind)[1]
    if hard == resource.RLIM_INFINITY or hard > value:
        hard = value
    # macOS knows RLIMIT_AS and refuses to set it; the guard and the other limits remain.
    with suppress(ValueError, OSError):
        resource.setrlimit(kind, (hard, hard))


def _write(value: object) -> None:
    payload = json.dumps(value, separators=(",", ":")).encode()
    sys.stdout.buffer.write(len(payload).to_bytes(_HEADER, "big") + payload)
    sys.stdout.buffer.flush()


def _confine(expression: str, namespace: str) -> list[str]:
    from tocsin.promql.tenancy import confine  # noqa: PLC0415 only some platforms ask for it

    return confine(expression, namespace).row()


def main() -> None:
    """Judge what comes in, until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_STACK, STACK)
    _lower(resource.RLIMIT_AS, ADDRESS_SPACE)
    sys.path += sys.argv[1:]
    from tocsin.promql.parse import judge  # noqa: PLC0415 only now is there a path to it

    _lower(resource.RLIMIT_FSIZE, 0)
    _write([])
    while header := sys.stdin.buffer.read(_HEADER):
        questions = json.loads(sys.stdin.buffer.read(int.from_bytes(header, "big")))
        # Processor time, not the clock: a crowded node must not condemn an expression.
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        rows = [judge(one).row() if isinstance(one, str) else _confine(*one) for one in questions]
        signal.setitimer(signal.ITIMER_PROF, 0)
        _write(rows)


if __name__ == "__main__":
    main()
