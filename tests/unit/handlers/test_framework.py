"""kopf without the kubernetes package, and without memories of objects."""

import subprocess
import sys

import pytest

from tocsin.handlers.framework import ForgetfulMemories

CHECK = """
import sys
sys.path.insert(0, {path!r})
import tocsin.handlers.wiring
from tocsin.handlers.framework import kopf
heavy = {{"kubernetes", "httpx", "promql_parser"}} & set(sys.modules)
assert not heavy, heavy
import kubernetes
assert kubernetes.__name__ == "kubernetes"
"""


@pytest.mark.slow
def test_the_operator_loads_neither_kubernetes_nor_httpx_before_they_are_needed():
    path = next(entry for entry in sys.path if entry.endswith("operator"))
    program = CHECK.format(path=path)
    command = [sys.executable, "-c", program]
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


async def test_no_object_is_remembered():
    memories = ForgetfulMemories()
    body = {"metadata": {"uid": "u1"}}
    first = await memories.recall(body, noticed_by_listing=True)
    assert first.noticed_by_listing
    assert await memories.recall(body) is not first
    assert list(memories.iter_all_memories()) == []
    await memories.forget(body)
