"""The small parts: pins, ports, the audit log, the local receiver."""

from __future__ import annotations

import json
import shutil
import urllib.request
from pathlib import Path

import pytest
from tests.cluster import Sink, audit, pins
from tests.cluster.ports import Ports
from tests.cluster.stack import _version


def test_every_program_is_pinned_with_checksums() -> None:
    for family in pins.FAMILIES:
        assert (family.folder / "go.mod").read_text().startswith("module tocsin.dev/programs/")
        assert family.version.startswith("v")
        if family.pin is not None:
            assert f"{family.pin} {family.version} h1:" in (family.folder / "go.sum").read_text()
    every = set(pins.names(node=True))
    assert len(every) == sum(len(family.programs) for family in pins.FAMILIES)
    assert every - set(pins.names()) >= {"kubelet", "coredns"}  # `make test` does not build them


def test_what_is_built_from_two_modules_has_one_version() -> None:
    versions = {
        pin: {family.version for family in pins.FAMILIES if family.pin == pin}
        for pin in {family.pin for family in pins.FAMILIES} - {None}
    }
    assert all(len(found) == 1 for found in versions.values()), versions


def test_a_family_that_changes_changes_the_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    family = pins.FAMILIES[0]
    before, whole = family.digest(), pins.digest()
    copy = tmp_path / "gomodules"
    shutil.copytree(pins.MODULES, copy)
    monkeypatch.setattr(pins, "MODULES", copy)
    assert (family.digest(), pins.digest()) == (before, whole)
    (copy / family.name / "main.go").write_text("package main")
    assert family.digest() != before
    assert pins.digest() != whole


def test_prometheus_release_follows_from_its_module() -> None:
    assert _version("prometheus") == "v3.15.0"
    assert _version("alertmanager").startswith("v0.")


def test_ports_are_taken_once() -> None:
    first, second = Ports(), Ports()
    taken = [first.take() for _ in range(20)] + [second.take() for _ in range(20)]
    assert len(set(taken)) == 40
    first.close()
    second.close()


def test_the_audit_policy_records_writes_as_asked() -> None:
    rules = json.loads(audit.policy("Request"))["rules"]
    assert {"level": "Request", "verbs": list(audit.WRITES)} in rules
    assert rules[-1] == {"level": "Metadata"}
    with pytest.raises(ValueError, match="audit level 'all' is none of"):
        audit.policy("all")


def test_writes_are_counted_by_user(tmp_path: Path) -> None:
    events = [
        {"verb": "patch", "user": {"username": "a"}},
        {"verb": "get", "user": {"username": "a"}},
        {"verb": "create", "user": {"username": "b"}},
        {"verb": "delete", "user": {"username": "b"}, "impersonatedUser": {"username": "a"}},
    ]
    log = tmp_path / "audit.log"
    log.write_text("".join(f"{json.dumps(event)}\n" for event in events) + '{"verb": "pat')
    assert audit.read(log) == events
    assert [e["verb"] for e in audit.select(events, user="a")] == ["patch", "delete"]
    assert [e["verb"] for e in audit.select(events)] == ["patch", "create", "delete"]


def test_the_sink_records_and_answers() -> None:
    with Sink(status=503, answer="busy") as sink:
        request = urllib.request.Request(f"{sink.url}/a", data=b'{"n": 1}', method="POST")
        with pytest.raises(urllib.error.HTTPError, match="503") as refused:
            urllib.request.urlopen(request)
        assert refused.value.read() == b"busy"
        refused.value.close()
        sink.status = 200
        request = urllib.request.Request(f"{sink.url}/b", data=b"plain", method="POST")
        with urllib.request.urlopen(request):
            pass
        assert sink.wait_for(lambda n: n.path == "/b", timeout=1).body == "plain"
        assert sink.received[0].body == {"n": 1}
        with pytest.raises(TimeoutError, match="no such notification"):
            sink.wait_for(lambda n: n.path == "/c", timeout=0.05)
