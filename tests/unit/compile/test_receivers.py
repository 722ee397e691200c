"""Receivers: one table for all of Alertmanager's, refused by name where it is too old for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.compile.random_channels import HTTP, SMALL

from tocsin.api.config import OperatorConfig
from tocsin.api.meta import ObjectRef, SecretKeyRef, to_field_name
from tocsin.api.notification_channel import TYPES, NotificationChannelSpec
from tocsin.api.problem import Problem
from tocsin.api.shape import shape_at
from tocsin.compile.channels import SecretUse, check_channel, check_secret_value
from tocsin.compile.messages.texts import message_templates
from tocsin.compile.receivers.table import RECEIVERS
from tocsin.compile.receivers.team import holds_team, mentions_team, with_team
from tocsin.compile.receivers.versions import FIELD_SINCE, NOT_PASSED_ON, RECEIVER_SINCE

REF = ObjectRef("NotificationChannel", "shop", "c")


def small(kind: str) -> NotificationChannelSpec:
    return NotificationChannelSpec.model_validate({kind: SMALL[kind]} | HTTP.get(kind, {}))


def problems(spec: NotificationChannelSpec, version: str) -> tuple[Problem, ...]:
    config = OperatorConfig.model_validate({"alertmanager": {"version": version}})
    return check_channel(REF, spec, config)


def test_every_receiver_of_the_api_is_in_the_table() -> None:
    assert set(RECEIVERS) == set(TYPES) - {"existing"} == set(SMALL)


@pytest.mark.parametrize("kind", sorted(SMALL))
def test_what_prometheus_operator_would_refuse_is_refused_alone(kind: str) -> None:
    """With a selector, one of these would stop everybody's configuration."""
    selects = OperatorConfig.model_validate({"alertmanager": {"selectsConfigs": True}})
    refused = [one.field for one in check_channel(REF, small(kind), selects)]
    assert refused == ([f"spec.{kind}"] if NOT_PASSED_ON.get(kind) == () else [])
    assert check_channel(REF, small(kind), OperatorConfig()) == ()


@pytest.mark.parametrize(("kind", "since"), RECEIVER_SINCE.items())
def test_a_receiver_is_refused_by_the_release_before_it(kind: str, since: tuple[int, int]) -> None:
    first, before = f"0.{since[1]}.0", f"0.{since[1] - 1}.9"
    assert [one for one in problems(small(kind), first) if one.field == f"spec.{kind}"] == []
    [refused] = [one for one in problems(small(kind), before) if one.field == f"spec.{kind}"]
    assert f"needs Alertmanager 0.{since[1]}" in refused.message
    assert before in refused.message


def test_gates_name_fields_that_there_are() -> None:
    gated = [[kind, *path.split(".")] for kind, gates in FIELD_SINCE.items() for path in gates]
    for path in gated:
        names = [to_field_name(step) for step in path]
        assert shape_at(NotificationChannelSpec, names) is not None, path


@pytest.mark.parametrize("version", [(0, 24), (0, 30), (0, 31), (0, 34)])
def test_an_old_alertmanager_gets_no_function_that_it_does_not_know(
    version: tuple[int, int],
) -> None:
    """One unknown function in the shared file would make it refuse everything."""
    text = message_templates(("critical", "warning"), version)
    assert ("toJson" in text) == (version >= (0, 31))


@pytest.mark.parametrize(
    ("channel", "stray"),
    [
        ("#{teams}-alerts", "{teams}"),
        ("#{team}-{labels.app}", "{labels.app}"),
        ("#{{ .CommonLabels.app }}", ""),
        ("#{team}-alerts", ""),
    ],
)
def test_what_is_nearly_the_placeholder_is_refused(channel: str, stray: str) -> None:
    slack = SMALL["slack"] | {"channel": channel}
    found = problems(NotificationChannelSpec.model_validate({"slack": slack}), "0.34.0")
    assert [one.field for one in found] == (["spec.slack.channel"] if stray else [])
    assert all(
        f"holds {stray}, and {{team}} is the only placeholder" in one.message for one in found
    )


@pytest.mark.parametrize(
    ("kind", "member", "refused"),
    [
        ("pagerduty", {"severity": "high"}, True),
        ("pagerduty", {"severity": "error"}, False),
        ("pagerduty", {"severity": "{{ .CommonLabels.severity }}"}, False),
        ("opsgenie", {"priority": "high"}, True),
        ("opsgenie", {"priority": "P2"}, False),
    ],
)
def test_a_word_that_the_provider_does_not_know_is_refused(
    kind: str, member: dict[str, str], *, refused: bool
) -> None:
    spec = NotificationChannelSpec.model_validate({kind: SMALL[kind] | member})
    fields = [one.field for one in problems(spec, "0.34.0")]
    assert fields == ([f"spec.{kind}.{next(iter(member))}"] if refused else [])


def test_the_placeholder_of_the_team() -> None:
    assert with_team("#{team}-x") == '#{{ template "tocsin.team" . }}-x'
    assert not holds_team("{{team}}")
    assert mentions_team(NotificationChannelSpec.model_validate({"email": {"to": "{team}@b.org"}}))
    assert not any(mentions_team(small(kind)) for kind in SMALL)


@given(st.text(alphabet="{}team ", max_size=20))
def test_only_the_placeholder_is_replaced(text: str) -> None:
    assert with_team(text).replace('{{ template "tocsin.team" . }}', "{team}") == text
    assert (with_team(text) != text) == holds_team(text)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("telegram.chatIDSecretRef", b"@channel", "is no chat's number"),
        ("telegram.chatIDSecretRef", b"-100 1", "is no chat's number"),
        ("pushover.tokenSecretRef", b"abc def", "is no key of Pushover"),
        ("pushover.userKeySecretRef", b"{{ .Status }}", "holds {{"),
        ("opsgenie.apiKeySecretRef", b"{{ .Status }}", "holds {{"),
        ("wechat.apiSecretSecretRef", b"{{ .Status }}", "holds {{"),
        ("mattermost.webhookURLSecretRef", b"hooks.example.org", "is no http or https URL"),
        ("incidentio.urlSecretRef", b"{{ .Status }}", "holds {{"),
        ("email.tlsConfig.caSecretRef", b"garbage", "holds no certificate as PEM"),
        ("email.tlsConfig.keySecretRef", b"-----BEGIN CERTIFICATE-----", "holds no private key"),
    ],
)
def test_a_secret_that_cannot_work_is_refused(field: str, value: bytes, says: str) -> None:
    use = SecretUse(field, "tocsin-x", SecretKeyRef(name="s", key="k"))
    problem = check_secret_value(use, small("webhook"), value)
    assert problem is not None
    assert says in problem.message
    assert value.decode() not in problem.message


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("telegram.chatIDSecretRef", b"-1001234567890\n"),
        ("pushover.tokenSecretRef", b"azGDORe\n"),
        ("email.tlsConfig.certSecretRef", b"-----BEGIN CERTIFICATE-----\nMII=\n-----END"),
        ("email.tlsConfig.keySecretRef", b"-----BEGIN EC PRIVATE KEY-----\nMII=\n-----END"),
    ],
)
def test_a_secret_that_works_is_taken(field: str, value: bytes) -> None:
    use = SecretUse(field, "tocsin-x", SecretKeyRef(name="s", key="k"))
    assert check_secret_value(use, small("webhook"), value) is None
