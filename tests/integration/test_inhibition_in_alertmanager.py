"""
`inhibitedBy` in the real Alertmanager: own, foreign, across namespaces, with and without equal.

Rules are compiled, their labels posted as Prometheus would, and Alertmanager itself says
which alerts it mutes. Only alerts of the rules that ask for it are ever muted (S27).
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.integration.alone import Alertmanager
from tests.integration.waiting import wait_for
from tests.unit.compile import bases, cases

from tocsin.api.config import OperatorConfig
from tocsin.compile.alertmanager import AlertmanagerOutput, compile_alertmanager

pytestmark = pytest.mark.programs

NETWORK = {"kind": "AlertRule", "name": "network", "namespace": "platform", "equal": ["cluster"]}
DB = {"kind": "AlertRule", "name": "db"}
RULES: dict[str, list[dict[str, Any]]] = {
    "shop/errors": [DB],
    "shop/db": [],
    "shop/far": [NETWORK],
    "platform/network": [],
    "shop/foreign": [{"alertName": "KubeAPIDown", "equal": ["cluster"]}],
    "other/bystander": [],
    "other/errors": [],
    "other/same": [DB],
}


def documents() -> list[dict[str, Any]]:
    made = []
    for key, muted_by in RULES.items():
        namespace, _, name = key.partition("/")
        spec = {"expr": "up == 0"} | ({"inhibitedBy": muted_by} if muted_by else {})
        made.append(
            {
                "apiVersion": "tocsin.dev/v1alpha1",
                "kind": "AlertRule",
                "metadata": {"name": name, "namespace": namespace},
                "spec": spec,
            }
        )
    return made


class Muting:
    """An Alertmanager on the compiled rules; alerts are named as `namespace/rule[@cluster]`."""

    def __init__(self, alertmanager: Alertmanager, labels: Mapping[str, dict[str, str]]) -> None:
        self._alertmanager = alertmanager
        self._labels = labels
        self._firing: list[dict[str, str]] = []

    def of(self, name: str) -> dict[str, str]:
        rule, _, cluster = name.partition("@")
        series = {"cluster": cluster} if cluster else {}
        if rule.startswith("!"):
            return {"alertname": rule[1:], "namespace": "kube-system", **series}
        known = {k: v for k, v in self._labels[rule].items() if v}
        return {**known, "tocsin_instance": f"map[cluster:{cluster}]", **series}

    def fire(self, *names: str) -> None:
        self._firing = [self.of(name) for name in names]
        self._alertmanager.send(*({"labels": labels} for labels in self._firing))

    def end(self) -> None:
        past = {"startsAt": "2026-01-01T00:00:00Z", "endsAt": "2026-01-01T00:01:00Z"}
        self._alertmanager.send(*({"labels": labels, **past} for labels in self._firing))
        wait_for(self._seen, lambda seen: not seen, "all alerts ended")

    def _seen(self) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self._alertmanager.url}/api/v2/alerts") as answer:
            found: list[dict[str, Any]] = json.load(answer)
            return found

    def muted(self, *names: str) -> set[str]:
        """Fire these alerts and give those that Alertmanager mutes."""
        self.fire(*names)
        seen = wait_for(self._seen, lambda seen: len(seen) == len(names), "all alerts are there")
        by_labels = {json.dumps(self.of(name), sort_keys=True): name for name in names}
        found = {
            by_labels[json.dumps(one["labels"], sort_keys=True)]
            for one in seen
            if one["status"]["inhibitedBy"]
        }
        self.end()
        return found


def written(folder: Path, output: AlertmanagerOutput) -> Path:
    for name, text in output.files.items():
        (folder / name).write_text(text)
    file = folder / "alertmanager.yaml"
    file.write_text(output.text)
    return file


@pytest.fixture(scope="module")
def muting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Muting]:
    folder = tmp_path_factory.mktemp("alertmanager")
    case = cases.compile_documents(documents())
    assert not case.rejected
    settings = {"alertmanager": {"secretFilesPath": str(folder)}}
    config = OperatorConfig.model_validate(settings)
    output = compile_alertmanager(replace(case.inputs, config=config))
    labels = {
        str(ref): one.child["spec"]["groups"][0]["rules"][0]["labels"] | {"alertname": ref.name}
        for ref, one in case.rules.items()
    }
    with Alertmanager(written(folder, output), folder) as alertmanager:
        yield Muting(alertmanager, labels)


def test_an_own_source_without_equal_mutes_whatever_its_labels(muting: Muting) -> None:
    assert muting.muted("shop/errors@a", "shop/errors@b", "shop/db@c") == {
        "shop/errors@a",
        "shop/errors@b",
    }


def test_without_its_source_nothing_is_muted(muting: Muting) -> None:
    assert muting.muted("shop/errors@a", "platform/network@a", "other/errors@a") == set()


def test_a_source_of_another_namespace_mutes_for_equal_labels_alone(muting: Muting) -> None:
    assert muting.muted("shop/far@a", "shop/far@b", "platform/network@a") == {"shop/far@a"}


def test_a_label_that_is_missing_on_both_sides_counts_as_equal(muting: Muting) -> None:
    """Alertmanager's own rule; the page of the field says so."""
    assert muting.muted("shop/far", "shop/far@b", "platform/network") == {"shop/far"}


def test_anybodys_alert_of_a_name_mutes(muting: Muting) -> None:
    assert muting.muted("shop/foreign@a", "shop/foreign@b", "!KubeAPIDown@a") == {"shop/foreign@a"}


def test_what_did_not_ask_is_never_muted(muting: Muting) -> None:
    """S27: neither namesakes in other namespaces nor foreign alerts nor the sources themselves."""
    names = ("other/bystander", "other/errors", "shop/db", "platform/network", "!KubeAPIDown", "!x")
    assert muting.muted(*names) == set()


def test_the_same_name_in_another_namespace_is_another_source(muting: Muting) -> None:
    assert muting.muted("other/same@a", "shop/db@a") == set()


def test_a_base_of_kube_prometheus_stack_can_hide_ours_and_we_say_which(tmp_path: Path) -> None:
    """Its `equal: [namespace, alertname]` holds between two of ours that have no namespace."""
    base = next(one for one in bases.GOOD if one.stem == "kube-prometheus-stack")
    case = cases.compile_documents(documents())
    config = OperatorConfig.model_validate({"alertmanager": {"secretFilesPath": str(tmp_path)}})
    output = compile_alertmanager(replace(case.inputs, config=config, base=bases.read(base)))
    with Alertmanager(written(tmp_path, output), tmp_path) as alertmanager:
        muting = Muting(alertmanager, {})
        mild = {"alertname": "errors", "severity": "warning", "tocsin_name": "errors"}
        alertmanager.send({"labels": mild}, {"labels": {**mild, "severity": "critical"}})
        seen = wait_for(muting._seen, lambda seen: len(seen) == 2, "both")
        hidden = [one["labels"]["severity"] for one in seen if one["status"]["inhibitedBy"]]
    assert hidden == ["warning"]
    said = bases.read(base).view.hiding({"alertname": "errors", "severity": "warning"})
    (text,) = said
    assert text.startswith('inhibit_rules[0], while severity="critical" fires')
    assert "equal namespace, alertname (a label missing on both counts as equal)" in text
    assert bases.read(base).view.hiding({"alertname": "errors", "severity": "critical"}) == ()
