"""`tocsin render`: what a stranger types, and what comes out on which stream."""

from __future__ import annotations

import gc
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tocsin.cli.main import main

RULE = """\
apiVersion: tocsin.dev/v1alpha1
kind: AlertRule
metadata: {name: errors, namespace: shop}
spec:
  expr: up == 0
"""
CHANNEL = """\
apiVersion: tocsin.dev/v1alpha1
kind: NotificationChannel
metadata: {name: slack, namespace: shop}
spec: {default: {}, slack: {apiURLSecretRef: {name: slack, key: url}}}
"""
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n"


@dataclass(frozen=True)
class Ran:
    """What one run printed, and how it ended."""

    status: int
    out: str
    err: str

    @property
    def documents(self) -> list[Any]:
        return list(yaml.safe_load_all(self.out))


Tocsin = Callable[..., Ran]


@pytest.fixture
def tocsin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Tocsin]:
    """Run the command in an empty folder; in this process, because a start costs most of a run."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str, given: str | bytes = "") -> Ran:
        data = given.encode() if isinstance(given, str) else given
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        try:
            status = main(words)
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else 1
        shown = capsys.readouterr()
        return Ran(status, shown.out, shown.err)

    yield run
    gc.enable()  # a run of the command leaves it off


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_a_rule_becomes_a_prometheus_rule(tocsin: Tocsin, tmp_path: Path) -> None:
    write(tmp_path, rule=RULE)
    ran = tocsin("render", "rule.yaml")
    assert (ran.status, ran.err) == (0, "")
    (child,) = ran.documents
    assert child["kind"] == "PrometheusRule"
    assert child["metadata"]["namespace"] == "shop"
    assert "ownerReferences" not in child["metadata"]


def test_files_folders_lists_and_standard_input(tocsin: Tocsin, tmp_path: Path) -> None:
    second = RULE.replace("errors", "second")
    listed = {
        "apiVersion": "v1",
        "kind": "List",
        "items": [yaml.safe_load(RULE.replace("errors", "in-list")), yaml.safe_load(SERVICE)],
    }
    write(tmp_path, a=f"{RULE}---\n---\n# nothing\n---\n{second}", dir__deep__b=SERVICE)
    (tmp_path / "dir" / "deep" / "c.json").write_text(json.dumps(listed))
    (tmp_path / "dir" / ".hidden.yaml").write_text("not: [yaml")
    (tmp_path / "dir" / "notes.txt").write_text("not: [yaml")
    ran = tocsin("render", "a.yaml", "dir", "-", given=RULE.replace("errors", "piped"))
    assert ran.status == 0
    names = [one["spec"]["groups"][0]["name"] for one in ran.documents]
    assert names == ["errors", "second", "in-list", "piped"]
    assert ran.err == "passed over 2 objects of other kinds: Service 2\n"


def test_json_output_is_one_list(tocsin: Tocsin) -> None:
    ran = tocsin("render", "-", "-o", "json", "--alertmanager-config", given=RULE)
    document = json.loads(ran.out)
    assert document["kind"] == "List"
    assert [one["kind"] for one in document["items"]] == ["PrometheusRule", "Secret"]


def test_alertmanager_configuration_holds_no_secret(tocsin: Tocsin) -> None:
    ran = tocsin("render", "-", "--alertmanager-config", given=f"{RULE}---\n{CHANNEL}")
    assert (ran.status, ran.err) == (0, "")
    _, secret = ran.documents
    assert secret["metadata"] == {"name": "alertmanager-tocsin", "namespace": "monitoring"}
    data = secret["stringData"]
    configuration = yaml.safe_load(data["alertmanager.yaml"])
    assert [one["name"] for one in configuration["receivers"]] == ["nobody", "shop/slack"]
    hidden = [name for name, value in data.items() if value == "<secret>"]
    file = configuration["receivers"][1]["slack_configs"][0]["api_url_file"]
    assert hidden == [file.rpartition("/")[2]]


def test_rejected_objects_are_named_and_the_others_printed(tocsin: Tocsin, tmp_path: Path) -> None:
    bad = RULE.replace("errors", "bad").replace("up == 0", "sum(")
    typo = RULE.replace("errors", "typo").replace("expr:", "exprr:")
    write(tmp_path, rules=f"{bad}---\n{RULE}---\n{typo}")
    ran = tocsin("render", "rules.yaml")
    assert ran.status == 1
    assert [one["spec"]["groups"][0]["name"] for one in ran.documents] == ["errors"]
    lines = ran.err.splitlines()
    assert any(
        line.startswith("rules.yaml:5:12: error: AlertRule shop/bad: spec.expr: ")
        and line.endswith("(InvalidExpression)")
        for line in lines
    )
    assert any(
        line.startswith("rules.yaml:17:3: error: AlertRule shop/typo: spec.exprr") for line in lines
    )
    assert lines[-1] == "rejected 2 objects"


def test_line_of_a_field_in_a_list(tocsin: Tocsin) -> None:
    text = """\
apiVersion: v1
kind: List
items:
- apiVersion: tocsin.dev/v1alpha1
  kind: AlertRule
  metadata: {name: errors}
  spec:
    expr: up
    levels:
    - {severity: critical, above: 1}
    - severity: fatal
      above: 2
"""
    ran = tocsin("render", "-", "-n", "shop", given=text)
    assert ran.err.startswith(
        "<stdin>:11:7: error: AlertRule shop/errors: spec.levels[1].severity: 'fatal' is no "
    )


def test_configuration_of_the_operator(tocsin: Tocsin, tmp_path: Path) -> None:
    write(tmp_path, config="severities: [P0, P1]\ndefaultSeverities: {alertRule: P1}\n")
    ran = tocsin("render", "-", "--config", "config.yaml", given=RULE)
    assert ran.documents[0]["spec"]["groups"][0]["rules"][0]["labels"]["severity"] == "P1"


def test_team_and_grants_come_from_namespaces_in_the_stream(tocsin: Tocsin) -> None:
    namespace = """\
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {tocsin.dev/team: storefront}}
"""
    ran = tocsin("render", "-", given=f"{RULE}---\n{namespace}")
    assert ran.documents[0]["spec"]["groups"][0]["rules"][0]["labels"]["team"] == "storefront"


def test_a_rule_that_nobody_hears_is_a_warning(tocsin: Tocsin) -> None:
    ran = tocsin("render", "-", "--alertmanager-config", given=RULE)
    assert ran.status == 0
    assert "<stdin>:4:1: warning: AlertRule shop/errors: spec.notify: nobody hears" in ran.err


def test_suspended_rule_has_no_child(tocsin: Tocsin) -> None:
    ran = tocsin("render", "-", given=f"{RULE}  suspend: true\n")
    assert (ran.status, ran.out) == (0, "")
    assert ran.err == "1 suspended: they have no PrometheusRule\n"


def test_the_same_object_twice(tocsin: Tocsin, tmp_path: Path) -> None:
    write(tmp_path, a=RULE, b=RULE.replace("up == 0", "up == 1"))
    ran = tocsin("render", "a.yaml", "b.yaml")
    assert ran.status == 1
    assert (
        "b.yaml:3:12: error: AlertRule shop/errors: metadata.name: is here twice, first at a.yaml:1"
        in (ran.err)
    )
    assert [one["spec"]["groups"][0]["rules"][0]["expr"] for one in ran.documents] == ["up == 0"]


def test_health_checks_are_refused_by_name(tocsin: Tocsin) -> None:
    check = "apiVersion: tocsin.dev/v1alpha1\nkind: HealthCheck\nmetadata: {name: site}\n"
    ran = tocsin("render", "-", given=check + 'spec: {url: "https://shop.example.org"}\n')
    assert ran.status == 1
    assert "HealthCheck default/site" in ran.err
    assert "NotYetSupported" in ran.err


def test_other_kinds_alone_are_no_fault(tocsin: Tocsin) -> None:
    foreign = "apiVersion: kuberhealthy.github.io/v2\nkind: HealthCheck\nmetadata: {name: x}\n"
    ran = tocsin("render", "-", given=f"{SERVICE}---\n{foreign}---\nreplicas: 3\n")
    assert (ran.status, ran.out) == (0, "")
    assert ran.err == (
        "passed over 3 objects of other kinds: (no kind) 1, HealthCheck 1, Service 1\n"
    )


def test_our_kind_without_api_version_is_a_mistake(tocsin: Tocsin) -> None:
    ran = tocsin("render", "-", given=RULE.partition("\n")[2])
    assert ran.status == 1
    assert "apiVersion" in ran.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["render"], "the following arguments are required"),
        (["render", "gone.yaml"], "gone.yaml: error: cannot be read: No such file or directory"),
        (["render", "empty"], "no .yaml, .yml or .json file"),
        (["render", "-", "--config", "gone.yaml"], "gone.yaml: cannot be read"),
        (["render", "-", "--config", "bad.yaml"], "severitys"),
        (["render", "-", "-o", "xml"], "invalid choice"),
        (["rendr"], "invalid choice"),
        ([], "required"),
    ],
)
def test_wrong_usage(tocsin: Tocsin, tmp_path: Path, words: list[str], says: str) -> None:
    (tmp_path / "empty").mkdir()
    write(tmp_path, bad="severitys: [P0]\n")
    ran = tocsin(*words)
    assert (ran.status, ran.out) == (2, "")
    assert says in ran.err


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"a: [b", "error: not YAML: did not find expected"),
        (b"a: b\n\tc: d", "<stdin>:2:1: error: not YAML: "),
        (b"a: 'x\x00y'", "error: not YAML: "),
        (b"a: \xff\xfe", "error: not YAML: "),
        (b"a: 1\na: 2\n", "<stdin>:2:1: error: not YAML: the key 'a' stands twice"),
        (b"[" * 200_000, "error: nested deeper than 100 levels"),
        (b"- " * 200_000, "error: nested deeper than 100 levels"),
        (b"? " * 200_000, "error: nested deeper than 100 levels"),
        (b"a: &a [*a]", "error: an alias stands inside of what it repeats"),
        (b"!!python/object/apply:os.system ['true']", "error: not YAML: could not determine"),
        (b"a: Error: b", "<stdin>:1:9: error: not YAML: mapping values are not allowed in this "),
        (b"a: Error: b", 'put a text that holds ": " in quotes, or mend the indentation'),
        (b"a: {b} fails", "put a text with {, [, # or quotes in quotes"),
        (b"a: *b", "put a text in quotes that begins with *"),
        (b"a:\n\tb: c", "indent with blanks, no tabs"),
        (b"just words", "<stdin>:1:1: error: no Kubernetes object"),
    ],
    ids=lambda value: None if isinstance(value, str) else "-",
)
def test_malformed_input(tocsin: Tocsin, data: bytes, says: str) -> None:
    ran = tocsin("render", "-", given=data)
    assert (ran.status, ran.out) == (2, "")
    assert says in ran.err
    assert "Traceback" not in ran.err


def test_billion_laughs(tocsin: Tocsin) -> None:
    lines = ["kind: AlertRule", "apiVersion: tocsin.dev/v1alpha1", "a0: &a0 [x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    ran = tocsin("render", "-", given="\n".join([*lines, "spec: *a11", ""]))
    assert ran.status == 2
    assert "its aliases unfold to more than" in ran.err


def test_names_from_files_cannot_act_on_the_terminal(tocsin: Tocsin) -> None:
    hostile = RULE.replace("errors", '"\\e[2Jx\\u202e"')
    ran = tocsin("render", "-", given=hostile)
    assert ran.status == 1
    assert "\x1b" not in ran.err
    assert "\u202e" not in ran.err
    assert "metadata.name" in ran.err


def test_a_reader_that_leaves_early_is_no_fault(tmp_path: Path) -> None:
    rules = "---\n".join(RULE.replace("errors", f"rule-{n}") for n in range(500))
    write(tmp_path, rules=rules)
    command = f"{sys.executable} -m tocsin render {tmp_path}/rules.yaml | head -n 1"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        command, shell=True, capture_output=True, text=True, env=environment, check=False
    )
    assert done.stderr == ""


def test_render_loads_neither_kopf_nor_kubernetes(tmp_path: Path) -> None:
    """Start-up time is a figure: only what the command needs is imported."""
    write(tmp_path, rule=RULE)
    code = (
        "import sys; from tocsin.cli.main import main; "
        f"main(['render', {str(tmp_path / 'rule.yaml')!r}]); "
        "loaded = {name.partition('.')[0] for name in sys.modules}; "
        "heavy = {'kopf', 'kubernetes', 'aiohttp', 'httpx', 'asyncio', 'promql_parser', 're2'}; "
        "print(sorted(loaded & heavy), file=sys.stderr)"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stderr == "[]\n"


def test_a_missing_file_writes_no_escapes_to_the_terminal(tocsin: Tocsin) -> None:
    ran = tocsin("render", "\x1b[31mrule.yaml")
    assert ran.status == 2
    assert "\\u001b[31mrule.yaml: error: cannot be read: No such file or directory" in ran.err
    assert "\x1b" not in ran.err


@pytest.mark.parametrize("command", ["render", "lint"])
def test_the_newest_channels_beyond_their_share_are_refused(tocsin: Tocsin, command: str) -> None:
    """The order of the files stands for age; secrets' values are not known and count nothing."""
    Path("config.yaml").write_text("limits: {channelBytesPerNamespace: 1500}\n")
    more = CHANNEL.replace("name: slack, namespace", "name: more, namespace")
    ran = tocsin(command, "--config", "config.yaml", "-", given=f"{CHANNEL}---\n{more}")
    assert ran.status == 1
    said = ran.out + ran.err
    assert "NotificationChannel shop/more: takes " in said
    assert "1,500 is the limit for all" in said
    assert "NotificationChannel shop/slack: takes" not in said
