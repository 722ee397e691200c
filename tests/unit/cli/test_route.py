"""`tocsin route`: what it shows; that Alertmanager agrees is tested with amtool."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import Golden

from tocsin.cli.main import main
from tocsin.cli.routes import read_labels
from tocsin.cli.sources import UsageError

DATA = Path(__file__).parent / "testdata"
FILES = str(DATA / "routes.in.yaml")

names = st.from_regex(r"[a-z_][a-z0-9_]{0,5}", fullmatch=True)


@pytest.mark.parametrize("output", ["table", "wide", "json"])
def test_what_is_shown(output: str, capsys: pytest.CaptureFixture[str], golden: Golden) -> None:
    assert main(["route", FILES, "-o", output]) == 0
    golden.check(DATA / f"routes-{output}.out.txt", capsys.readouterr().out)


def test_labels_of_the_series_reach_no_reserved_label(capsys: pytest.CaptureFixture[str]) -> None:
    said = "tocsin_namespace=other,severity=critical,route=/pay"
    main(["route", FILES, "--rule", "shop/plain", "--labels", said, "-o", "json"])
    (alert,) = json.loads(capsys.readouterr().out)
    assert alert["labels"]["tocsin_namespace"] == "shop"
    assert alert["labels"]["severity"] == "warning"
    assert alert["labels"]["route"] == "/pay"


def test_a_foreign_alert_reaches_no_default_channel(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["route", FILES, "--labels", "alertname=X,namespace=shop"]) == 0
    assert "nobody" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--labels", "a b"], ["--rule", "shop/none"]])
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["route", FILES, *arguments]) == 2
    assert arguments[0] in capsys.readouterr().err


@given(st.dictionaries(names, st.text(max_size=8)))
def test_labels_are_read_as_they_were_written(labels: dict[str, str]) -> None:
    def quoted(value: str) -> str:
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'

    if any("\n" in value for value in labels.values()):
        return
    text = ",".join(f"{name}={quoted(value)}" for name, value in labels.items())
    assert read_labels([text]) == labels


@given(st.text(max_size=20))
def test_any_text_is_labels_or_wrong_usage(text: str) -> None:
    with contextlib.suppress(UsageError):
        assert isinstance(read_labels([text]), dict)
