"""`make demo CLUSTER=external` as a user with a cluster of their own meets it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cluster import NodeCluster

pytestmark = pytest.mark.timeout(600)

ROOT = Path(__file__).parents[2]
_LISTED = "crd,namespace,clusterrole,clusterrolebinding,all,secret,configmap,serviceaccount,role"


def _objects(node: NodeCluster) -> set[str]:
    """The names of what a demo could leave behind."""
    every = node.kubectl("get", _LISTED, "-A", "-o", "name").stdout.splitlines()
    return {name for name in every if not name.startswith(("pod/", "endpoint"))}


def _demo(node: NodeCluster) -> subprocess.CompletedProcess[str]:
    variables = {"CLUSTER": "external", "KUBECONFIG": str(node.kubeconfig)}
    path = os.pathsep.join([str(node.programs), os.environ["PATH"]])
    return subprocess.run(
        [sys.executable, "-m", "tests.demo"],
        cwd=ROOT,
        env={**os.environ, "PATH": path, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )


def test_it_delivers_and_removes_everything_that_it_made(node: NodeCluster) -> None:
    before = _objects(node)
    done = _demo(node)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "[FIRING] checkout-errors" in said
    assert "[RESOLVED] checkout-errors" in said
    assert _objects(node) == before
