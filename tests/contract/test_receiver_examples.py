"""The page of the NotificationChannel shows every receiver, and each example works as it stands."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import yaml
from tests.contract.repository import ROOT, yaml_blocks

from tocsin.compile.receivers.table import RECEIVERS

TOCSIN = Path(sys.executable).with_name("tocsin")
PAGE = ROOT / "docs" / "kinds" / "notificationchannel.md"


def test_every_receiver_has_an_example_that_renders() -> None:
    """Without the operator's configuration, as a stranger would try it."""
    blocks = [block for block in yaml_blocks(PAGE) if "apiVersion: tocsin.dev/" in block]
    specs = [document["spec"] for block in blocks for document in yaml.safe_load_all(block)]
    assert {name for spec in specs for name in RECEIVERS if name in spec} == set(RECEIVERS)
    done = subprocess.run(
        [TOCSIN, "render", "--alertmanager-config", "-"],
        input="---\n".join(blocks),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    [secret] = yaml.safe_load_all(done.stdout)
    written = yaml.safe_load(secret["stringData"]["alertmanager.yaml"])
    assert len(written["receivers"]) == len(specs) + 1
