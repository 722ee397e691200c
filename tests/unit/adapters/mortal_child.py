"""
The real child process, with a parser that obeys words: `die`, `spin`, `sleep`, `eat`, `babble`.

A script for `test_promql_worker.py`; its arguments are the child's own file, then
the paths to import from.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import time


def main() -> None:
    child, *paths = sys.argv[1:]
    sys.path += paths
    from tocsin.promql import parse

    real = parse.judge
    hoard: list[bytearray] = []

    def judge(text: str) -> object:
        if "die" in text:
            os.kill(os.getpid(), signal.SIGSEGV)
        while "spin" in text:
            pass
        if "sleep" in text:
            time.sleep(60)
        if "eat" in text:
            hoard.extend(bytearray(64 << 20) for _ in range(8))
        if "babble" in text:
            os.write(1, b"\x00\x00\x00\x02{}")
        return real(text)

    parse.judge = judge
    sys.argv = [child, *paths]
    module = runpy.run_path(child)
    module["main"].__globals__["SECONDS"] = 0.3
    module["main"]()


main()
