"""`tocsin test` as a user calls it, with the real promtool."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from tests.contract.repository import ROOT, yaml_blocks
from tests.integration.judged import real_programs

pytestmark = pytest.mark.programs

TOCSIN = Path(sys.executable).parent / "tocsin"
RULE = """\
apiVersion: tocsin.dev/v1alpha1
kind: AlertRule
metadata: {name: NAME, namespace: shop}
spec:
  expr: up == 0
  tests:
  - name: down
    inputSeries: [{series: 'up{job="a"}', values: "0x9"}]
    expect:
    - {at: 1m, firing: [{labels: {job: JOB}}]}
  - name: well
    inputSeries: [{series: 'up{job="a"}', values: "1x9"}]
    expect: [{at: 1m, firing: []}]
"""
UNTESTED = """\
apiVersion: tocsin.dev/v1alpha1
kind: AlertRule
metadata: {name: untested, namespace: shop}
spec: {expr: EXPR}
"""


Ran = subprocess.CompletedProcess[str]


def rule(name: str, job: str = "a") -> str:
    return RULE.replace("NAME", name).replace("JOB", job)


def environment(**more: str) -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "HOME": "/nowhere", **more}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.yaml").write_text(rule("good") + "---\n" + rule("bad", "b"))
    (tmp_path / "b.yaml").write_text(UNTESTED.replace("EXPR", "up == 0"))
    return tmp_path


def tocsin(*words: str, folder: Path, given: str = "", **more: str) -> Ran:
    promtool = {"PROMTOOL": str(real_programs() / "promtool")}
    return subprocess.run(
        [TOCSIN, "test", *words],
        input=given,
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=environment(**(promtool | more)),
    )


def test_people_read_a_table(folder: Path) -> None:
    ran = tocsin(".", folder=folder)
    assert ran.stdout.splitlines() == [
        "ok    shop/good  down",
        "ok    shop/good  well",
        "FAIL  shop/bad   down",
        '      ./a.yaml:24:7: at 1m: expected an alert{job="b"} to fire; got warning{job="a"}',
        "ok    shop/bad   well",
        "3 tests passed, 1 failed; 1 rule without tests",
    ]
    assert (ran.returncode, ran.stderr) == (1, "")
    quiet = tocsin("a.yaml", "-q", folder=folder).stdout.splitlines()
    assert [line[:4] for line in quiet] == ["FAIL", "    ", "3 te"]


def test_a_filter_chooses_by_rule_or_by_name(folder: Path) -> None:
    assert tocsin(".", "--filter", "shop/good", folder=folder).returncode == 0
    well = tocsin(".", "--filter", "well", folder=folder)
    assert (well.returncode, well.stdout.splitlines()[-1]) == (
        0,
        "2 tests passed, 0 failed; 1 rule without tests",
    )
    none = tocsin(".", "--filter", "nothing", folder=folder)
    assert (none.returncode, none.stdout.splitlines()[-1]) == (
        0,
        "0 tests passed, 0 failed; 1 rule without tests",
    )


def test_machines_read_json_and_junit(folder: Path) -> None:
    found = json.loads(tocsin(".", "-o", "json", folder=folder).stdout)
    assert (found["passed"], found["failed"], found["rulesWithoutTests"]) == (3, 1, 1)
    failed = [one for one in found["tests"] if not one["passed"]]
    assert [(one["rule"], one["name"], one["file"]) for one in failed] == [
        ("shop/bad", "down", "./a.yaml")
    ]
    assert failed[0]["failures"] == [
        {
            "field": "spec.tests[0].expect[0]",
            "line": 24,
            "at": "1m",
            "message": 'expected an alert{job="b"} to fire; got warning{job="a"}',
            "expected": ['an alert{job="b"}'],
            "got": ['warning{job="a"}'],
        }
    ]
    root = ET.fromstring(tocsin(".", "-o", "junit", folder=folder).stdout)
    suites = {one.get("name"): (one.get("tests"), one.get("failures")) for one in root}
    assert suites == {"shop/good": ("2", "0"), "shop/bad": ("2", "1")}
    message = root.find("testsuite/testcase/failure")
    assert message is not None
    assert 'test "down" at 1m: expected' in message.get("message", "")


def test_a_rejected_rule_is_a_failure_and_an_unreadable_file_more(folder: Path) -> None:
    (folder / "c.yaml").write_text(UNTESTED.replace("EXPR", "up ==").replace("untested", "c"))
    ran = tocsin("c.yaml", folder=folder)
    assert ran.returncode == 1
    assert "c.yaml:4" in ran.stderr
    (folder / "d.yaml").write_text("a: [")
    assert tocsin("d.yaml", folder=folder).returncode == 2


def test_without_promtool_it_says_how_to_get_it(folder: Path) -> None:
    ran = tocsin(".", folder=folder, PROMTOOL="")
    assert ran.returncode == 2
    assert "https://prometheus.io/download" in ran.stderr
    named = tocsin(".", "--promtool", "/no/promtool", folder=folder)
    assert named.returncode == 2
    assert "/no/promtool" in named.stderr
    # Where nothing is to be run, nothing is missing.
    assert tocsin("b.yaml", folder=folder, PROMTOOL="").returncode == 0


def test_promtool_is_found_in_the_path_and_in_the_cache_of_programs(folder: Path) -> None:
    programs = real_programs()
    assert tocsin("a.yaml", folder=folder, PROMTOOL="", PATH=str(programs)).returncode == 1
    cache = str(programs.parents[1])
    assert tocsin("a.yaml", folder=folder, PROMTOOL="", TOCSIN_CACHE=cache).returncode == 1


def test_the_examples_and_the_documents_pass_their_own_tests(tmp_path: Path) -> None:
    blocks = yaml_blocks(ROOT / "docs/kinds/alertrule.md")
    tested = [block for block in blocks if "  tests:" in block]
    assert tested
    examples = tocsin(str(ROOT / "manifests/examples"), folder=tmp_path)
    assert (examples.returncode, "2 tests passed" in examples.stdout) == (0, True), examples
    for block in tested:
        ran = tocsin("-", folder=tmp_path, given=block)
        assert (ran.returncode, "2 tests passed" in ran.stdout) == (0, True), ran


def test_standard_input_is_read_and_cannot_be_watched(folder: Path) -> None:
    assert tocsin("-", folder=folder, given=rule("piped")).returncode == 0
    ran = tocsin("-", "--watch", folder=folder, given=rule("piped"))
    assert (ran.returncode, ran.stdout) == (2, "")


def test_watch_runs_again_when_a_file_changes(folder: Path) -> None:
    command: list[str | Path] = [TOCSIN, "test", "--watch", "-q", "a.yaml"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=environment(PROMTOOL=str(real_programs() / "promtool")),
    ) as process:
        try:
            assert "3 tests passed, 1 failed" in _until(process, "failed")
            (folder / "a.yaml").write_text(rule("only"))
            assert "2 tests passed, 0 failed" in _until(process, "failed")
        finally:
            process.terminate()


def _until(process: subprocess.Popen[bytes], wanted: str) -> str:
    """Read what is printed until a line holds a word; at most half a minute."""
    assert process.stdout is not None
    text = ""
    until = time.monotonic() + 30
    while time.monotonic() < until and not (wanted in text and text.endswith("\n")):
        if select.select([process.stdout], [], [], 0.1)[0]:
            text += os.read(process.stdout.fileno(), 65536).decode()
    return text
