"""Memory and processor time are read of this very process and a child of it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from tests.running.memory import cpu_seconds, process_tree, resident_bytes

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")


def test_this_process() -> None:
    assert 5_000_000 < resident_bytes(os.getpid()) < 5_000_000_000
    assert cpu_seconds(os.getpid()) > 0


def test_children_belong_to_the_tree() -> None:
    command = [sys.executable, "-c", "import sys; print(1, flush=True); sys.stdin.read()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        tree = process_tree(os.getpid())
        assert tree[0] == os.getpid()
        assert child.pid in tree
        child.communicate()


def test_a_process_that_is_gone() -> None:
    with pytest.raises((ProcessLookupError, FileNotFoundError)):
        resident_bytes(2**22 - 1)
