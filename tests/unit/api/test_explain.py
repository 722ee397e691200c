"""Messages: what they show, what they must never show, and what they suggest."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from tocsin.api.config import OperatorConfig
from tocsin.api.explain import explain
from tocsin.api.kinds import KINDS
from tocsin.api.meta import KubeModel, ObjectRef
from tocsin.api.parse import _parser, parse_spec
from tocsin.api.problem import Rejection
from tocsin.api.remedy import patterns_with_remedy
from tocsin.api.shape import Shape, fields_of, shape_of, shape_of_field

CANARY = "hunter2-canary"
SECRET = {"name": "slack", "key": "url"}


def message(kind: str, spec: dict[str, Any]) -> str:
    found = parse_spec(ObjectRef(kind, "shop", "x"), spec)
    assert isinstance(found, Rejection)
    return found.message


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("NotificationChannel", {"slack": {"apiURL": CANARY}}),
        ("NotificationChannel", {"slack": {"apiURLSecretRef": CANARY}}),
        ("NotificationChannel", {"slack": {"apiURLSecretRef": {"name": CANARY + " ", "key": "k"}}}),
        ("NotificationChannel", {"slack": CANARY}),
        ("NotificationChannel", {"slak": {"token": CANARY}}),
        ("NotificationChannel", {"webhook": {"url": f"https://u:{CANARY}@example.org"}}),
        ("NotificationChannel", {"webhook": {"url": "https://x", "timeout": CANARY}}),
        ("NotificationChannel", {"httpConfig": {"authorization": CANARY}}),
        ("NotificationChannel", {"httpConfig": {"proxyURL": f"http://u:{CANARY}@proxy"}}),
        ("NotificationChannel", {"email": {"to": f"{CANARY}\n"}}),
        ("HealthCheck", {"http": {"headers": [{"name": "A", "value": f"{CANARY}\n"}]}}),
        ("HealthCheck", {"redis": {"password": CANARY}}),
        ("HealthCheck", {"postgres": {"passwordSecretRef": CANARY}}),
        ("HealthCheck", {"heartbeat": {"period": "1d", "tokenSecretRef": CANARY}}),
        ("HealthCheck", {"url": f"https://u:{CANARY}@example.org"}),
        ("HealthCheck", {"targets": {"static": [f"redis://:{CANARY}@redis"]}, "redis": {}}),
    ],
)
def test_what_may_be_a_secret_is_never_shown(kind: str, spec: dict[str, Any]) -> None:
    assert CANARY not in message(kind, spec)


def test_control_characters_are_escaped_and_values_cut() -> None:
    text = message("AlertRule", {"expr": "up", "severity": "a\n\x1b[31m\u202e\x00" + "b" * 500})
    assert text.isprintable()
    assert r"\n" in text
    assert r"\u202e" in text
    assert len(text) < 250


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ({"alert": "Down", "expr": "up"}, "did you mean alertName?"),
        ({"query": "up"}, "did you mean expr?"),
        ({"dashboard_url": "x", "expr": "up"}, "did you mean dashboardURL?"),
        ({"groupWait": "30s", "expr": "up"}, "it stands in notify.groupWait"),
        ({"zzz": 1, "expr": "up"}, "use one of "),
        ({"expr": ["up"]}, 'spec.expr: ["up"] is not text'),
        ({"expr": "up", "labels": ["a"]}, 'spec.labels: ["a"] is not a map of names and values'),
        ({"expr": "up", "levels": {"above": 5}}, "is not a list; write a list"),
        ({"expr": "up", "notify": {"maxPerHour": "5"}}, "is not a whole number"),
        ({"expr": "up", "notify": {"maxPerHour": 61}}, "too large; write at most 60"),
        ({"expr": "up", "levels": [{"severity": "a", "above": 2.5}]}, 'write above: "2.5"'),
        ({"expr": "up", "levels": [{"severity": "a", "above": True}]}, "is not a number"),
        ({"expr": "up", "notify": "chat"}, "as in notify: {channels: [{name: payments-slack}]}"),
        ({"expr": "up", "notify": {"channels": "chat"}}, "as in channels: [{name: chat}]"),
        ({"expr": "up", "notify": {"groupBy": "job"}}, 'as in groupBy: ["job"]'),
        ({"expr": "up", "inhibitedBy": ["db"]}, "as in inhibitedBy: [{kind: AlertRule, name: "),
        ({"expr": "up", "labels": {"tier": 1}}, 'put it in quotes: tier: "1"'),
        ({"expr": "up", "summary": {"value": None}}, "put the whole text in quotes, because {"),
    ],
)
def test_remedies_fit_the_mistake(spec: dict[str, Any], says: str) -> None:
    assert says in message("AlertRule", spec)


@pytest.mark.parametrize("field", ["api_url", "api_url_file", "apiURL", "apiUrl"])
def test_a_secret_field_of_alertmanager_leads_to_its_reference(field: str) -> None:
    text = message("NotificationChannel", {"slack": {field: CANARY}})
    assert "write apiURLSecretRef: {name: SECRET, key: KEY}" in text


def test_a_list_with_a_wrong_entry_is_not_called_empty() -> None:
    test = {"name": "x", "inputSeries": [{"series": "up", "values": 0}], "expect": []}
    text = message("AlertRule", {"expr": "up", "tests": [test]})
    assert 'inputSeries[0].values: 0 is not text; put it in quotes: values: "0"' in text
    assert "inputSeries: " not in text
    assert "expect: [] is empty" in text


def test_the_configuration_is_explained_too() -> None:
    given = {"alertmanager": {"urls": ["alertmanager:9093"]}, "defaultChanels": []}
    with pytest.raises(ValidationError) as error:
        OperatorConfig.model_validate(given, by_alias=True, by_name=False)
    texts = [str(problem) for problem in explain(error.value, OperatorConfig, given, "")]
    assert any(text.startswith("alertmanager.urls[0]: ") for text in texts)
    assert any("did you mean defaultChannels?" in text for text in texts)


def test_a_disagreement_within_the_configuration_is_told_as_it_is() -> None:
    given = {"severities": ["P0", "P1"]}
    with pytest.raises(ValidationError) as error:
        OperatorConfig.model_validate(given)
    [problem] = explain(error.value, OperatorConfig, given, "")
    assert str(problem).startswith("defaultSeverities.alertRule: 'warning' is not one of")


def shapes(model: type[KubeModel]) -> list[Shape]:
    found: list[Shape] = []
    waiting = [shape_of_field(info) for info in fields_of(model).values()]
    while waiting:
        shape = waiting.pop()
        found.append(shape)
        waiting += [shape_of(one) for one in shape.arguments if not isinstance(one, str)]
        if shape.model is not None:
            waiting += [shape_of_field(info) for info in fields_of(shape.model).values()]
    return found


@pytest.mark.parametrize("kind", [kind.kind for kind in KINDS])
def test_every_pattern_has_a_remedy_of_its_own(kind: str) -> None:
    model, _ = _parser(kind)
    patterns = {shape.pattern for shape in shapes(model)} - {None}
    assert patterns
    assert patterns <= patterns_with_remedy()
