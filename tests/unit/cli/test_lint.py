"""`tocsin lint` as users run it: outputs, exit status, options; and `tocsin explain`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tocsin.cli import beside, lint_run
from tocsin.cli.main import main

GOOD = """\
apiVersion: tocsin.dev/v1alpha1
kind: AlertRule
metadata: {name: good, namespace: shop}
spec: {summary: It is down, expr: up == 0, notify: {channels: []}}
"""
WARNED = GOOD.replace("good", "warned").replace("up == 0", "up")
BROKEN = GOOD.replace("good", "broken").replace("up == 0", "'sum('")
HINTED = GOOD.replace("good", "hinted").replace("summary: It is down, ", "")

Tocsin = Callable[..., tuple[int, str, str]]


@pytest.fixture
def tocsin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Tocsin]:
    import gc

    monkeypatch.chdir(tmp_path)

    def run(*words: str, **files: str) -> tuple[int, str, str]:
        for name, text in files.items():
            (tmp_path / f"{name}.yaml").write_text(text)
        try:
            status = main(words)
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else 1
        shown = capsys.readouterr()
        return status, shown.out, shown.err

    yield run
    gc.enable()  # a run of the command leaves it off


@pytest.mark.parametrize(
    ("words", "text", "status"),
    [
        ([], GOOD, 0),
        ([], HINTED, 0),
        ([], WARNED, 0),
        (["--strict"], HINTED, 0),
        (["--strict"], WARNED, 1),
        (["--level", "error", "--strict"], WARNED, 1),
        ([], BROKEN, 1),
        ([], "a: [", 2),
        ([], f"{BROKEN}---\na: [", 2),
        (["--scrape-interval", "fast"], GOOD, 2),
        (["--scrape-interval", "0s"], GOOD, 2),
        (["-o", "xml"], GOOD, 2),
        (["--config", "gone.yaml"], GOOD, 2),
    ],
)
def test_exit_status(tocsin: Tocsin, words: list[str], text: str, status: int) -> None:
    assert tocsin("lint", "a.yaml", *words, a=text)[0] == status


def test_human_output_shows_the_line_and_a_caret(tocsin: Tocsin) -> None:
    text = GOOD.replace("expr: up == 0, ", "").replace("spec: {", "spec: {expr: 'up > 1', ")
    status, out, err = tocsin("lint", "a.yaml", a=text)
    assert status == 1
    assert out == (
        "a.yaml:4:15: error: AlertRule shop/good: spec.expr: up is between 0 and 1, never > 1, "
        "so it never fires: mend the number [threshold-unreachable]\n"
        "    4 | spec: {expr: 'up > 1', summary: It is down, notify: {channels: []}}\n"
        "      |               ^~~~~~\n"
    )
    assert err == "1 object checked: 1 error\n"


def test_no_colour_but_on_a_terminal(tocsin: Tocsin, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b" not in tocsin("lint", "a.yaml", a=WARNED)[1]
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[1;33mwarning\x1b[0m" in tocsin("lint", "a.yaml")[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in tocsin("lint", "a.yaml")[1]


def test_names_from_files_cannot_act_on_a_terminal_or_on_github(tocsin: Tocsin) -> None:
    hostile = GOOD.replace("name: good", 'name: "x\\e[2J\\n::error::y%"') + '# \x1b[31m"\u202e\n'
    for output in ("human", "json", "github"):
        _, out, err = tocsin("lint", "a.yaml", "-o", output, a=hostile.replace("\x1b", ""))
        assert "\x1b" not in out + err
        assert "\u202e" not in out + err
        assert not any(line.startswith("::error::y") for line in out.splitlines())


def test_a_long_line_is_shown_in_part(tocsin: Tocsin) -> None:
    text = GOOD.replace("up == 0", f"'{'a' * 500} + up{{job=~\".*\"}} == 0'")
    _, out, _ = tocsin("lint", "a.yaml", a=text)
    line, caret = out.splitlines()[1:3]
    assert len(line) < 140
    assert line[caret.index("^") :].startswith("up{job")


def test_json_output(tocsin: Tocsin) -> None:
    status, out, _ = tocsin("lint", "a.yaml", "-o", "json", a=f"{BROKEN}---\n{WARNED}")
    found = json.loads(out)
    assert status == 1
    assert found["summary"] == {"error": 1, "warning": 1, "info": 0}
    assert found["findings"][1] == {
        "file": "a.yaml",
        "line": 9,
        "column": 29,
        "length": 4,
        "level": "warning",
        "check": "comparison-missing",
        "message": found["findings"][1]["message"],
        "field": "spec.expr",
        "kind": "AlertRule",
        "namespace": "shop",
        "name": "warned",
    }


def test_github_output_is_escaped_as_github_asks(tocsin: Tocsin, tmp_path: Path) -> None:
    (tmp_path / "a,b:50%.yaml").write_text(WARNED.replace("It is down", "'{value | percnt}'"))
    status, out, _ = tocsin("lint", "a,b:50%.yaml", "-o", "github")
    assert status == 1
    assert out.startswith(
        "::error file=a%2Cb%3A50%25.yaml,line=4,col=18,endColumn=19,title=InvalidTemplate::"
        "AlertRule shop/warned: spec.summary: "
    )


def test_a_file_without_findings_prints_nothing(tocsin: Tocsin) -> None:
    for output in ("human", "github"):
        assert tocsin("lint", "a.yaml", "-o", output, a=GOOD)[:2] == (0, "")


def test_a_file_that_is_not_there_hides_no_other(tocsin: Tocsin) -> None:
    status, out, err = tocsin("lint", "gone.yaml", "a.yaml", a=WARNED)
    assert status == 2
    assert out.startswith("gone.yaml: error: cannot be read: No such file")
    assert "comparison-missing" in out
    assert err == "1 object checked: 1 warning, 1 that could not be read\n"


def test_the_operators_configuration_sets_severities(tocsin: Tocsin) -> None:
    config = "severities: [P0, P1]\ndefaultSeverities: {alertRule: P1}\n"
    text = GOOD.replace("expr", "severity: P0, expr")
    _, out, _ = tocsin("lint", "a.yaml", "--config", "config.yaml", a=text, config=config)
    assert "a P0 alert has no runbook" in out


def test_the_base_configuration_is_an_argument(tocsin: Tocsin, tmp_path: Path) -> None:
    base = (
        "route: {receiver: all}\nreceivers: [{name: all}]\n"
        'inhibit_rules: [{source_matchers: [severity="critical"], '
        'target_matchers: [severity="warning"], equal: [namespace]}]\n'
    )
    (tmp_path / "base.yml").write_text(base)
    status, out, _ = tocsin("lint", "a.yaml", "--base", "base.yml", a=GOOD)
    assert (status, "[hidden-by-base]" in out) == (0, True)
    assert tocsin("lint", "a.yaml", "--base", "gone.yml")[0] == 2
    (tmp_path / "base.yml").write_text("route: {}\n")
    assert tocsin("lint", "a.yaml", "--base", "base.yml")[0] == 2


def test_intervals_are_arguments(tocsin: Tocsin) -> None:
    text = GOOD.replace("up == 0", "'rate(x_total[1m]) > 0', for: 30s")
    assert tocsin("lint", "a.yaml", a=text)[1] == ""
    words = ("--scrape-interval", "1m", "--evaluation-interval", "1m")
    _, out, _ = tocsin("lint", "a.yaml", *words)
    assert {"[range-too-short]", "[for-below-interval]"} <= set(out.split())


def test_many_rules_are_checked_beside_with_the_same_result(
    tocsin: Tocsin, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "---\n".join(WARNED.replace("warned", f"r{n}") for n in range(30))
    here = tocsin("lint", "a.yaml", a=text)
    monkeypatch.setattr(lint_run, "_FEW", 0)
    monkeypatch.setattr(beside, "_processors", lambda: 2)
    assert tocsin("lint", "a.yaml") == here
    assert here[1].count("[comparison-missing]") == 30


def test_a_fork_that_dies_is_made_good(monkeypatch: pytest.MonkeyPatch) -> None:
    parent = os.getpid()
    monkeypatch.setattr(beside, "_processors", lambda: 2)

    def dies() -> int:
        if os.getpid() != parent:
            os._exit(3)
        return 7

    assert beside.Beside(dies, worthwhile=True).result() == 7


def test_lint_loads_no_framework_and_no_network(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(GOOD)
    code = (
        "import sys; from tocsin.cli.main import main; "
        f"main(['lint', {str(tmp_path / 'a.yaml')!r}]); "
        "loaded = {name.partition('.')[0] for name in sys.modules}; "
        "heavy = {'kopf', 'kubernetes', 'aiohttp', 'httpx', 'asyncio', 'promql_parser'}; "
        "print(sorted(loaded & heavy))"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stdout == "[]\n"


def test_what_is_no_yaml_is_shown_with_its_line(tocsin: Tocsin) -> None:
    status, out, _ = tocsin("lint", "a.yaml", a=GOOD.replace("It is down", "down: now: yes"))
    assert status == 2
    assert "spec: {summary: down: now: yes, expr" in out
    assert "a.yaml:4:" in out


def test_a_field_without_a_value_is_told(tocsin: Tocsin) -> None:
    """The API server drops it, so `channel: #alerts` would post to the wrong place."""
    channel = """\
apiVersion: tocsin.dev/v1alpha1
kind: NotificationChannel
metadata: {name: chat, namespace: shop}
spec:
  default:
  slack:
    apiURLSecretRef: {name: slack, key: url}
    channel: #alerts
"""
    status, out, _ = tocsin("lint", "a.yaml", a=channel)
    assert status == 0
    assert "a.yaml:5:3: warning: NotificationChannel shop/chat: spec.default: has no value" in out
    assert "a.yaml:8:5: warning: NotificationChannel shop/chat: spec.slack.channel: has no" in out


def test_a_missing_channel_is_shown_where_it_is_named(tocsin: Tocsin) -> None:
    notify = """
spec:
  summary: It is down
  expr: up == 0
  notify:
    channels:
    - {name: chat}
    - {name: pager, namespace: platform}
    escalation:
    - {after: 15m, channels: [{name: chat2}, {name: lead}]}
"""
    _, out, _ = tocsin("lint", "a.yaml", a=GOOD.partition("\nspec")[0] + notify)
    for place, field, name in (
        ("9:8", "channels[0]", "shop/chat"),
        ("10:8", "channels[1]", "platform/pager"),
        ("12:47", "escalation[0].channels[1]", "shop/lead"),
    ):
        head = f"a.yaml:{place}: error: AlertRule shop/good: spec.notify.{field}.name: there is no "
        assert f"{head}NotificationChannel {name}: " in out.replace(": info: ", ": error: ")


def test_explain(tocsin: Tocsin) -> None:
    status, out, _ = tocsin("explain", "label-dropped", "channelnotfound")
    assert status == 0
    assert out.startswith("# label-dropped\n")
    assert "# ChannelNotFound\n" in out
    assert tocsin("explain", "label-droped")[::2] == (
        2,
        'tocsin explain: there is no check or reason "label-droped"; did you mean label-dropped?\n',
    )
    listed = tocsin("explain")[1]
    assert "threshold-unreachable" in listed
    assert "NoReceiver" in listed
