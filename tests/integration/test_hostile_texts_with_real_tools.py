"""
Whatever passes our checks must pass the loaders of Prometheus and Alertmanager.

Alertmanager refuses a configuration as a whole, so one accepted text of one tenant
that it does not take would stop every later change of all.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from tests.integration.judged import real_programs, run, write_configuration
from tests.unit.compile import cases

from tocsin.api.alert_rule import AlertRuleSpec
from tocsin.api.config import OperatorConfig
from tocsin.api.meta import ObjectRef, Resource
from tocsin.api.notification_channel import NotificationChannelSpec
from tocsin.api.parse import parse_spec
from tocsin.compile.alertmanager import AlertmanagerInputs, ChannelInput, compile_alertmanager
from tocsin.compile.channels import check_channel
from tocsin.compile.routing import check_document
from tocsin.compile.rules import CompiledRule
from tocsin.compile.yaml_text import write_yaml

pytestmark = pytest.mark.programs

SEED = 20_260_920


@pytest.fixture(scope="module")
def programs() -> Path:
    return real_programs()


PARTS = (
    *("a", "0", " ", "\n", "\t", "\r", "\x00", "\x85", "\u2028", "\u202e", "\ufeff", "é", "😀"),
    *(
        ": ",
        "- ",
        "#",
        "&",
        "*",
        "!",
        "|",
        ">",
        "'",
        '"',
        "%",
        "%4",
        "%zz",
        "@",
        "`",
        ",",
        "?",
        "\\",
    ),
    *("{", "}", "{{", "}}", "{{ . }}", "[", "]", "$(X)", "~", "^", "<", "=", "://", ":", "/", "."),
)


def hostile_text(source: random.Random) -> str:
    return "".join(source.choice(PARTS) for _ in range(source.randrange(1, 6)))


def hostile_spec(source: random.Random) -> dict[str, Any]:
    """Make a channel with a few hostile texts in a few fields."""
    ref = {"name": "s", "key": "k"}
    specs: dict[str, dict[str, Any]] = {
        "slack": {"appTokenSecretRef": ref, "channel": "#x", "title": "x", "iconURL": "x",
                  "fields": [{"title": "x", "value": "x"}], "appURL": "https://slack.example.org",
                  "actions": [{"type": "button", "text": "x", "url": "x"}], "timeout": "5s"},
        "discord": {"webhookURLSecretRef": ref, "title": "x", "message": "x", "avatarURL": "x"},
        "pagerduty": {"routingKeySecretRef": ref, "url": "https://pd.example.org", "class": "x",
                      "details": {"x": "x"}, "links": [{"href": "x"}], "images": [{"src": "x"}]},
        "email": {"to": "x@example.org", "from": "x@example.org", "smarthost": "relay:25",
                  "hello": "x", "authUsername": "x", "authIdentity": "x", "html": "x",
                  "headers": [{"name": "Subject", "value": "x"}, {"name": "X-A", "value": "x"}]},
        "webhook": {"url": "https://hook.example.org/x", "timeout": "1m"},
    }  # fmt: skip
    kind = source.choice(sorted(specs))
    spec: dict[str, Any] = {kind: specs[kind]}
    if kind != "email":
        spec["httpConfig"] = {"proxyURL": "http://proxy.example.org:3128"}
    if kind not in {"email", "slack"}:
        spec["httpConfig"]["oauth2"] = {
            "clientID": "x", "clientSecretSecretRef": ref, "scopes": ["x"],
            "tokenURL": "https://login.example.org", "endpointParams": {"x": "x"},
        }  # fmt: skip
    return spoilt(source, spec)


def spoilt(source: random.Random, value: Any) -> Any:
    """Replace, or lengthen, some of the texts of a tree."""
    if isinstance(value, dict):
        return {name: part if name == "k" else spoilt(source, part) for name, part in value.items()}
    if isinstance(value, list):
        return [spoilt(source, part) for part in value]
    if not isinstance(value, str) or value in {"s", "k"} or source.random() < 0.7:
        return value
    place = source.randrange(len(value) + 1)
    return value[:place] + hostile_text(source) + value[place:]


def test_no_accepted_channel_breaks_the_configuration_of_all(
    programs: Path, tmp_path: Path
) -> None:
    """Whatever passes our checks, Alertmanager's own loader takes, all tenants in one file."""
    source = random.Random(SEED)
    config = OperatorConfig()
    channels = {}
    for number in range(3_000):
        ref = ObjectRef("NotificationChannel", "shop", f"c{number}")
        spec = parse_spec(ref, hostile_spec(source))
        if isinstance(spec, NotificationChannelSpec) and not check_channel(ref, spec, config):
            channels["shop", ref.name] = ChannelInput(ref, spec, usable=True)
    assert len(channels) > 400
    output = compile_alertmanager(AlertmanagerInputs(channels, {}, {}, config))
    assert check_document(output.document) == ()
    found = run(programs / "amtool", "check-config", write_configuration(output, tmp_path))
    assert f"{len(channels) + 1} receivers" in found


def hostile_rule(source: random.Random) -> dict[str, Any]:
    """Make a rule with a few hostile texts in a few fields."""
    return spoilt(
        source,
        {
            "alertName": "x", "expr": "up == 0", "for": "5m", "summary": "x {value} {labels.x}",
            "description": "x", "runbookURL": "https://runbooks.example.org/x",
            "labels": {"a": "x"},
            "annotations": {"b": "x {value | percent}"}, "severity": "critical",
        },
    )  # fmt: skip


def test_no_accepted_rule_is_refused_by_prometheus(programs: Path, tmp_path: Path) -> None:
    """Whatever passes our checks, Prometheus' own loader takes."""
    source = random.Random(SEED)
    groups = []
    for number in range(3_000):
        ref = ObjectRef("AlertRule", "shop", f"r{number}")
        spec = parse_spec(ref, hostile_rule(source))
        if isinstance(spec, AlertRuleSpec):
            compiled = cases.compile_rule(Resource(ref, "", 1, spec), cases.Case())
            # What only the user's Prometheus can judge comes with a warning.
            if isinstance(compiled, CompiledRule) and not compiled.warnings:
                groups += compiled.child["spec"]["groups"]
    assert len(groups) > 200
    (tmp_path / "rules.yaml").write_text(write_yaml({"groups": groups}))
    found = run(programs / "promtool", "check", "rules", tmp_path / "rules.yaml")
    assert f"{len(groups)} rules found" in found
