"""Secrets of channels: judged without being shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.api.config import OperatorConfig
from tocsin.api.meta import ObjectRef, SecretKeyRef
from tocsin.api.notification_channel import NotificationChannelSpec
from tocsin.api.problem import Reason
from tocsin.compile.channels import (
    MAX_SECRET_BYTES,
    SecretUse,
    check_channel,
    check_secret_value,
    clean_secret_value,
    secret_uses,
    smtp_secret_use,
)

REF = SecretKeyRef(name="slack", key="url")
SPEC = NotificationChannelSpec.model_validate(
    {"slack": {"apiURLSecretRef": {"name": "slack", "key": "url"}}}
)


def use(field: str) -> SecretUse:
    return SecretUse(field, "tocsin-x", REF)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("slack.apiURLSecretRef", b"https://hooks.slack.com/services/T/B/x"),
        ("slack.apiURLSecretRef", b"https://hooks.slack.com/services/T/B/x\n"),
        ("webhook.urlSecretRef", b"http://127.0.0.1:9099/hook?x=%7B"),
        ("webhook.urlSecretRef", b"http://[::1]:80/"),
        ("email.authPasswordSecretRef", b"p{{ss w\xc3\xb6rd"),
        ("pagerduty.routingKeySecretRef", b"0123456789abcdef"),
    ],
)
def test_good_value(field: str, value: bytes) -> None:
    assert check_secret_value(use(field), SPEC, value) is None


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("slack.apiURLSecretRef", b"", "is empty"),
        ("slack.apiURLSecretRef", b"\r\n\n", "is empty"),
        ("slack.apiURLSecretRef", b"hunter2", "is no http or https URL"),
        ("slack.apiURLSecretRef", b"ftp://hunter2.example.org", "is no http or https URL"),
        ("slack.apiURLSecretRef", b"https://", "is no http or https URL"),
        ("slack.apiURLSecretRef", b"https://hunter2:99999/", "is no http or https URL"),
        ("slack.apiURLSecretRef", b"https://example.org/hunter2 x", "is no http or https URL"),
        ("slack.apiURLSecretRef", b" https://example.org/hunter2", "is no http or https URL"),
        ("webhook.urlSecretRef", b"https://{{ .Status }}.hunter2.example.org", "holds {{"),
        ("pagerduty.routingKeySecretRef", b"{{ hunter2 }}", "holds {{"),
        ("slack.apiURLSecretRef", b"https://example.org\nhunter2", "line break"),
        ("email.authPasswordSecretRef", b"hunter2\x00", "control character"),
        ("email.authPasswordSecretRef", b"hunter2\xff", "is not UTF-8"),
        ("email.authPasswordSecretRef", b"hunter2" * MAX_SECRET_BYTES, "bytes"),
    ],
)
def test_bad_value(field: str, value: bytes, says: str) -> None:
    problem = check_secret_value(use(field), SPEC, value)
    assert problem is not None
    assert problem.field == f"spec.{field}"
    assert problem.reason == "SecretMalformed"
    assert says in problem.message
    assert "key 'url' of Secret 'slack'" in problem.message
    assert "hunter2" not in str(problem)


@given(st.binary(), st.sampled_from(["slack.apiURLSecretRef", "email.authPasswordSecretRef"]))
def test_no_value_raises_or_is_repeated(value: bytes, field: str) -> None:
    """S20: not even a part of a value stands in what is said."""
    problem = check_secret_value(use(field), SPEC, b"CANARY" + value)
    assert problem is None or "CANARY" not in str(problem)


@given(st.binary())
def test_clean_value_keeps_all_but_line_ends(value: bytes) -> None:
    clean = clean_secret_value(value)
    assert value.startswith(clean)
    assert set(value[len(clean) :]) <= set(b"\r\n")
    assert clean_secret_value(clean) == clean


def test_every_reference_is_found() -> None:
    """In the receiver, in httpConfig, and however deep."""
    spec = NotificationChannelSpec.model_validate(
        {
            "webhook": {"urlSecretRef": {"name": "a", "key": "b"}},
            "httpConfig": {
                "oauth2": {
                    "clientID": "x",
                    "clientSecretSecretRef": {"name": "a", "key": "c"},
                    "tokenURL": "https://login.example.org",
                    "tlsConfig": {"caSecretRef": {"name": "a", "key": "ca"}},
                }
            },
        }
    )
    uses = secret_uses(ObjectRef("NotificationChannel", "shop", "hook"), spec)
    assert [one.field for one in uses] == [
        "webhook.urlSecretRef",
        "httpConfig.oauth2.clientSecretSecretRef",
        "httpConfig.oauth2.tlsConfig.caSecretRef",
    ]


def test_password_of_the_platforms_relay() -> None:
    smtp = {"smarthost": "relay.example.org:25", "from": "a@example.org"}
    with_password = smtp | {"authPasswordSecretRef": {"name": "relay", "key": "password"}}
    assert smtp_secret_use(OperatorConfig()) is None
    assert smtp_secret_use(OperatorConfig.model_validate({"smtp": smtp})) is None
    found = smtp_secret_use(OperatorConfig.model_validate({"smtp": with_password}))
    assert found is not None
    assert found.ref == SecretKeyRef(name="relay", key="password")


def test_a_tenants_relay_never_gets_the_platforms_password() -> None:
    """S06: the credential stands only where the platform's own relay is spoken to."""
    from tests.unit.compile.cases import TESTDATA, load

    from tocsin.compile.alertmanager import compile_alertmanager

    document = compile_alertmanager(
        load(TESTDATA / "alertmanager" / "receivers.in.yaml").inputs
    ).document
    mails = [entry for one in document["receivers"] for entry in one.get("email_configs", [])]
    told = {entry["smarthost"] for entry in mails if "smtp-auth-password" in str(entry)}
    assert told == {"relay.example.org:587"}
    assert "global" not in document


def test_a_tenant_acts_for_nobody_else_with_the_platforms_password() -> None:
    """S06: PLAIN's identity says for whom the relay takes the mail."""
    smtp = {"smarthost": "relay.example.org:25", "from": "a@example.org"}
    config = OperatorConfig.model_validate({"smtp": smtp})
    ref = ObjectRef("NotificationChannel", "shop", "c")
    mail = {"to": "b@example.org", "authIdentity": "boss"}
    [problem] = check_channel(ref, NotificationChannelSpec.model_validate({"email": mail}), config)
    assert problem.field == "spec.email.authIdentity"
    own = NotificationChannelSpec.model_validate({"email": mail | {"authUsername": "shop"}})
    assert check_channel(ref, own, config) == ()


WEBHOOK = {"webhook": {"url": "https://h.example.org/x"}}
OAUTH2 = {
    "clientID": "c",
    "clientSecretSecretRef": {"name": "s", "key": "k"},
    "tokenURL": "https://login.example.org",
}


CREDENTIALS = {"credentialsSecretRef": {"name": "s", "key": "k"}}


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"webhook": {"url": "http://[1::2::3]/"}}, "spec.webhook.url"),
        ({"webhook": {"url": "http://[::ffff:102:304]/"}}, "spec.webhook.url"),
        ({"webhook": {"url": "http://h:port/"}}, "spec.webhook.url"),
        (
            {"webhook": {"url": "https://h.example.org/", "timeout": "99999999h"}},
            "spec.webhook.timeout",
        ),
        (
            {"slack": {"apiURLSecretRef": {"name": "s", "key": "k"}, "timeout": "99999999h"}},
            "spec.slack.timeout",
        ),
        (WEBHOOK | {"httpConfig": {"proxyURL": "http://:80/"}}, "spec.httpConfig.proxyURL"),
        (
            WEBHOOK | {"httpConfig": {"oauth2": OAUTH2 | {"clientID": ""}}},
            "spec.httpConfig.oauth2.clientID",
        ),
        (
            WEBHOOK | {"httpConfig": {"authorization": {"type": "BAS\u0130C"} | CREDENTIALS}},
            "spec.httpConfig.authorization.type",
        ),
        (
            {"sns": {"topicARN": "arn:aws:sns:eu-west-1:1:a", "sigv4": {"externalID": "x"}}},
            "spec.sns.sigv4.externalID",
        ),
    ],
)
def test_what_alertmanager_would_not_load_stays_out(spec: dict[str, object], field: str) -> None:
    """One such channel would make Alertmanager refuse the configuration of all tenants."""
    ref = ObjectRef("NotificationChannel", "shop", "c")
    channel = NotificationChannelSpec.model_validate(spec)
    problems = check_channel(ref, channel, OperatorConfig())
    assert [problem.field for problem in problems] == [field]


def _details(text: str, count: int) -> NotificationChannelSpec:
    details = {f"d{number}": text.replace("#", str(number)) for number in range(count)}
    member = {"apiKeySecretRef": {"name": "s", "key": "k"}, "details": details}
    return NotificationChannelSpec.model_validate({"opsgenie": member})


def test_a_channel_is_small_enough_to_share_one_secret() -> None:
    """S14: half a megabyte of one tenant would leave no room for anybody else."""
    ref = ObjectRef("NotificationChannel", "shop", "c")
    [problem] = check_channel(ref, _details("x" * 8192, 64), OperatorConfig())
    assert problem.reason == Reason.SIZE_LIMIT
    assert "32,768" in problem.message


@pytest.mark.slow
@pytest.mark.parametrize(
    "template",
    [
        r'{{ match "(\\pL|\\pN){0,2#}" "a" }}',
        '{{ reReplaceAll "(x*)*" "$1$1" (printf "%20#00d" 1) }}',
        '{{ reReplaceAll "(x*)*" "$1" (printf "%3#00d" 1) }}{{/* # */}}',
    ],
)
def test_judging_a_channels_templates_ends_soon(template: str) -> None:
    """S14: 64 such fields kept the operator busy for minutes, and all tenants waiting."""
    ref = ObjectRef("NotificationChannel", "shop", "c")
    problems = check_channel(ref, _details(template, 64), OperatorConfig())
    assert problems
    assert len(problems) < 20
    assert problems[-1].reason == Reason.INVALID_TEMPLATE
    assert "takes too long" in problems[-1].message
