"""
An existing configuration is kept: judged by Alertmanager's own loader and dispatcher.

On random label sets without Tocsin's labels the merged tree gives exactly what the base
gave; our verdict on a base is amtool's; and in a running Alertmanager every receiver of
either side is what it would be without the other.
"""

from __future__ import annotations

import json
import random
import re
import subprocess
import urllib.request
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.integration.alone import Alertmanager
from tests.integration.judged import real_programs, run
from tests.integration.test_receivers_deliver import channels
from tests.unit.compile import bases, cases

from tocsin.compile.alertmanager import compile_alertmanager
from tocsin.compile.base.reading import read_base
from tocsin.compile.yaml_text import write_yaml

pytestmark = pytest.mark.programs

LABEL_SETS = 3_000
SEED = 20_261_121
VALUES = {
    "alertname": ["Watchdog", "InfoInhibitor", "KubePodCrashLooping", "x", ""],
    "severity": ["critical", "warning", "info", "none", ""],
    "service": ["foo1", "foo2", "baz", "xfoo1", "files", "database", ""],
    "owner": ["team-X", "team-Y", ""],
    "team": ["a", "ab", "b", ""],
    "región": ["norte", ""],
    "namespace": ["shop", "kube-system", ""],
    "cluster": ["one", "two"],
    "database": ["db"],
}
JUDGED = [path for path in bases.GOOD if path.stem != "utf8"]
"""route-judge reads matchers in the older notation alone."""
TOCSIN_CASES = ["notify-blocks", "default-channels", "inhibited"]


@pytest.fixture(scope="module")
def programs() -> Path:
    return real_programs()


def judged(programs: Path, text: str, labelsets: list[dict[str, str]]) -> list[Any]:
    question = json.dumps({"config": text, "labelsets": labelsets})
    answers = json.loads(run(programs / "route-judge", given=question))
    for answer in answers:
        for match in answer:
            if match["group_by_all"]:
                match["group_by"] = []  # then the names do not count
    return list(answers)


def foreign(source: random.Random) -> dict[str, str]:
    return {name: source.choice(values) for name, values in VALUES.items() if source.random() < 0.7}


@pytest.mark.parametrize("case", TOCSIN_CASES)
@pytest.mark.parametrize("path", JUDGED, ids=lambda path: path.stem)
def test_foreign_alerts_go_where_they_went(path: Path, case: str, programs: Path) -> None:
    """Receivers, grouping and waits, for label sets without Tocsin's labels."""
    source = random.Random(SEED)
    labelsets = [foreign(source) for _ in range(LABEL_SETS)]
    before = judged(programs, path.read_text(), labelsets)
    after = judged(programs, bases.merged(bases.read(path), case).text, labelsets)
    for labels, one, other in zip(labelsets, before, after, strict=True):
        assert other == one, labels


def test_the_label_sets_reach_every_receiver_of_the_nested_base(programs: Path) -> None:
    """Else the equivalence would be proven of a corner."""
    path = next(one for one in bases.GOOD if one.stem == "nested")
    source = random.Random(SEED)
    answers = judged(programs, path.read_text(), [foreign(source) for _ in range(LABEL_SETS)])
    reached = {match["receiver"] for answer in answers for match in answer}
    assert reached == bases.read(path).view.receivers


@pytest.mark.parametrize("path", JUDGED, ids=lambda path: path.stem)
def test_who_would_hear_by_the_base_is_what_its_dispatcher_says(path: Path, programs: Path) -> None:
    """Exactly, where every label is known; with fewer known labels never less."""
    view = bases.read(path).view
    source = random.Random(SEED)
    labelsets = [foreign(source) for _ in range(LABEL_SETS // 3)]
    for labels, matches in zip(
        labelsets, judged(programs, path.read_text(), labelsets), strict=True
    ):
        told = {match["receiver"] for match in matches}
        known = {name: labels.get(name, "") for name in VALUES}
        assert set(view.reached(known)) == told, labels
        some = {name: value for name, value in known.items() if source.random() < 0.5}
        assert set(view.reached(some)) >= told, (labels, some)


@pytest.mark.parametrize("case", ["notify-blocks", "default-channels"])
@pytest.mark.parametrize("path", JUDGED, ids=lambda path: path.stem)
def test_ours_with_notify_or_a_default_never_fall_through(
    path: Path, case: str, programs: Path
) -> None:
    base = bases.read(path)
    inputs = cases.load(cases.TESTDATA / "alertmanager" / f"{case}.in.yaml").inputs
    plain, merged = compile_alertmanager(inputs), bases.merged(base, case)
    routes = plain.document["route"]["routes"]
    named = re.findall(r'(tocsin_route|tocsin_namespace)="([^"]+)"', str(routes))
    source = random.Random(SEED)
    ours = [foreign(source) | {name: value, "tocsin_name": "x"} for name, value in named * 20] + [
        {"tocsin_route": "retired"}
    ]
    assert len(ours) > 20
    for labels, one, other in zip(
        ours, judged(programs, plain.text, ours), judged(programs, merged.text, ours), strict=True
    ):
        assert [_named(match) for match in other] == one, labels


def _named(match: Mapping[str, Any]) -> Mapping[str, Any]:
    """Our receiver without integrations has another name where the base has one of that name."""
    ours = match["receiver"] == "tocsin//nobody"
    return {**match, "receiver": "nobody"} if ours else match


CORPUS = [*bases.GOOD, *bases.BAD]


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_our_verdict_on_a_base_is_amtools(path: Path, programs: Path) -> None:
    done = subprocess.run(
        [programs / "amtool", "check-config", path], capture_output=True, text=True, check=False
    )
    verdict = read_base(path.read_bytes(), bases.FILES, folder=bases.FOLDER)
    assert isinstance(verdict, tuple) == (done.returncode != 0), (verdict, done.stdout)


@pytest.mark.parametrize("path", bases.GOOD, ids=lambda path: path.stem)
def test_amtool_takes_every_merged_configuration(
    path: Path, programs: Path, tmp_path: Path
) -> None:
    output = bases.merged(bases.read(path))
    for name, text in output.files.items():
        (tmp_path / name).write_text(text)
    for name, data in bases.read(path).files.items():
        (tmp_path / name).write_bytes(data)
    file = tmp_path / "alertmanager.yaml"
    file.write_text(output.text.replace(bases.FOLDER, str(tmp_path)))
    found = run(programs / "amtool", "check-config", file)
    assert "FAILED" not in found


def mutated(source: random.Random, text: str) -> str:
    """Damage a text a little: the result is sometimes still good, mostly in another way."""
    at = source.randrange(len(text))
    match source.randrange(4):
        case 0:
            return text[:at] + text[at + source.randrange(1, 4) :]
        case 1:
            return text[:at] + source.choice(":-{}[]\"'#&*!, \n0aX") + text[at:]
        case 2:
            words = list(re.finditer(r"[a-z_]{3,}", text))
            one, other = source.choice(words), source.choice(words)
            return text[: one.start()] + other.group() + text[one.end() :]
        case _:
            lines = text.splitlines(keepends=True)
            del lines[source.randrange(len(lines))]
            return "".join(lines)


def test_what_we_take_alertmanager_takes(programs: Path, tmp_path: Path) -> None:
    """Damaged bases: what passes our checks must be loaded when merged, or it would block all."""
    source = random.Random(SEED)
    texts: dict[Path, str] = {}
    for number in range(1_500):
        text = mutated(source, source.choice(bases.GOOD).read_text())
        found = read_base(text.encode(), bases.FILES, folder=bases.FOLDER)
        if not isinstance(found, tuple):
            file = tmp_path / f"{number}.yaml"
            file.write_text(bases.merged(found).text)
            texts[file] = text
    done = subprocess.run(
        [programs / "amtool", "check-config", *texts], capture_output=True, text=True, check=False
    )
    refused = re.findall(r"Checking '([^']*)'  FAILED: (.*)", done.stdout)
    assert not [(why, texts[Path(name)]) for name, why in refused]
    assert done.stdout.count("SUCCESS") >= len(texts) > 50


def test_a_merged_text_is_the_document_again() -> None:
    from tocsin.compile.base.documents import read_verbatim

    for path in bases.GOOD:
        document = bases.merged(bases.read(path)).document
        assert read_verbatim(write_yaml(document)) == document


def test_two_times_merged_is_equal_bytes() -> None:
    for path in bases.GOOD:
        base = bases.read(path)
        assert bases.merged(base).text == bases.merged(replace(base)).text


def effective(text: str, folder: Path) -> dict[str, Any]:
    """Give the receivers as a running Alertmanager has them, with all that is inherited."""
    folder.mkdir()
    file = folder / "alertmanager.yaml"
    file.write_text(text)
    with (
        Alertmanager(file, folder) as running,
        urllib.request.urlopen(f"{running.url}/api/v2/status") as answer,
    ):
        shown = yaml.safe_load(json.load(answer)["config"]["original"])
    return {one["name"]: one for one in shown["receivers"]}


def test_neither_side_changes_what_a_receiver_of_the_other_does(tmp_path: Path) -> None:
    """
    Every receiver, of both sides, is exactly what it would be alone.

    The base sets every field of `global` that receivers lean on. One exception that
    Alertmanager leaves no way around: msteamsv2 takes the proxy of `global` always.
    """
    path = next(one for one in bases.GOOD if one.stem == "every-default")
    documents = [
        {
            "apiVersion": "tocsin.dev/v1alpha1",
            "kind": "NotificationChannel",
            "metadata": {"name": one.name, "namespace": "shop"},
            "spec": one.spec,
        }
        for one in channels("http://127.0.0.1:9", 25)
    ]
    case = cases.compile_documents(documents)
    own = compile_alertmanager(case.inputs)
    both = compile_alertmanager(replace(case.inputs, base=bases.read(path)))
    plain = re.compile(r"^templates:\n(?:- .*\n)+", re.MULTILINE)
    merged = effective(plain.sub("", both.text), tmp_path / "merged")
    ours = effective(plain.sub("", own.text), tmp_path / "ours")
    theirs = effective(re.sub("(?m)^templates:.*$", "", path.read_text()), tmp_path / "theirs")
    assert set(merged) == set(ours) | set(theirs)
    for name, receiver in theirs.items():
        assert merged[name] == receiver, name
    for name, receiver in ours.items():
        for entry in merged[name].get("msteamsv2_configs", ()):
            assert entry["http_config"].pop("proxy_url") == "http://proxy.example.org:3128"
        for entry in merged[name].get("rocketchat_configs", ()):
            # The file wins in Alertmanager's getToken and getTokenID.
            assert {"token_file", "token_id_file"} <= set(entry)
            del entry["token"], entry["token_id"]
        for entry in merged[name].get("email_configs", ()):
            # Said by us, because it cannot be left open; it is what an open one means.
            implicit = entry.pop("force_implicit_tls")
            assert implicit is entry["smarthost"].endswith(":465")
        assert merged[name] == receiver, name
    kinds = {kind for one in ours.values() for kind in one if kind.endswith("_configs")}
    assert len(kinds) == 18
