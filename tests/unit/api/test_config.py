"""The operator's configuration: defaults that work, and severities that agree."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tocsin.api.config import OperatorConfig


def test_an_empty_configuration_is_whole() -> None:
    config = OperatorConfig.model_validate({})
    assert config.default_severities.alert_rule in config.severities
    assert config.alertmanager.secret.name == "alertmanager-tocsin"


def test_severities_above_a_floor() -> None:
    config = OperatorConfig.model_validate({})
    assert config.at_least(None) is None
    assert config.at_least("warning") == ("critical", "warning")
    assert config.at_least("critical") == ("critical",)
    assert config.at_least("P0") == (), "a floor outside the list is met by nothing"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"severities": ["P0", "P0"]}, "name each severity once"),
        ({"severities": ["P0", "P1"]}, "choose from P0, P1"),
    ],
)
def test_severities_must_agree(given: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        OperatorConfig.model_validate(given)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"grouping": {"groupInterval": "0s"}}, "grouping.groupInterval: 0s is too short"),
        ({"grouping": {"repeatInterval": "10ms"}}, "grouping.repeatInterval"),
        ({"grouping": {"groupWait": "999999y"}}, "grouping.groupWait"),
        (
            {"defaultChannels": [{"name": "a", "namespace": "b", "minSeverity": "page"}]},
            r"defaultChannels\[0\].minSeverity: 'page'",
        ),
        ({"defaultSeverities": {"healthCheck": "page"}}, "defaultSeverities.healthCheck: 'page'"),
        ({"ruleLabels": {"a b": "c"}}, "is no Kubernetes label"),
        ({"ruleLabels": {"release": "x y"}}, "is no Kubernetes label"),
    ],
)
def test_what_could_never_be_written_is_refused_at_the_start(
    given: dict[str, object], says: str
) -> None:
    with pytest.raises(ValidationError, match=says):
        OperatorConfig.model_validate(given)


def test_what_can_be_written_is_taken() -> None:
    labels = {"app.kubernetes.io/part-of": "x", "release": ""}
    given = {"ruleLabels": labels, "grouping": {"groupWait": "0s", "groupInterval": "1s"}}
    assert OperatorConfig.model_validate(given).rule_labels == labels
