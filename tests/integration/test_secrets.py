"""A channel's Secrets: consent, absence, garbage, rotation (R10, S28)."""

from __future__ import annotations

import shlex

import pytest
from tests.integration.objects import (
    SECRET_URL,
    Object,
    channel,
    condition,
    consent,
    notify,
    rule,
    secret,
    secret_channel,
)
from tests.integration.waiting import wait_for
from tests.integration.world import World

pytestmark = pytest.mark.usefixtures("operator")


def values(world: World, namespace: str) -> set[str]:
    """Give the values in the Alertmanager Secret that belong to a namespace's channels."""
    data = world.secret_data()
    return {v.decode() for k, v in data.items() if k.startswith("tocsin-") and namespace in k}


def test_the_message_without_consent_is_the_command_that_mends_it(
    world: World, namespace: str
) -> None:
    document, user = secret_channel(namespace), rule(namespace, notify=notify("chat"))
    world.apply(secret(namespace, "chat"), document, user)
    seen = world.wait_condition(document, "SecretResolved", "False", "Forbidden")
    message = condition(seen, "Ready")["message"]
    world.wait_condition(user, "Routed", "False", "ChannelNotReady")
    assert f"{namespace}/chat" not in world.receiver_names()

    command = message[message.index("kubectl create rolebinding") :]
    world.cluster.kubectl(*shlex.split(command)[1:])
    world.touch(document)
    world.wait_condition(document)
    world.wait_condition(user)
    world.wait_told(user, f"{namespace}/chat")
    assert values(world, namespace) == {SECRET_URL}
    world.check_configuration()


def test_a_missing_secret_then_a_missing_key(world: World, namespace: str) -> None:
    document = secret_channel(namespace)
    world.apply(consent(namespace), document)
    seen = world.wait_condition(document, "SecretResolved", "False", "SecretNotFound")
    assert f"{namespace}/chat" in condition(seen, "Ready")["message"]

    world.apply(secret(namespace, "chat", other="x"))
    world.touch(document)
    seen = world.wait_condition(document, "SecretResolved", "False", "SecretKeyNotFound")
    assert "'url'" in condition(seen, "Ready")["message"]

    world.apply(secret(namespace, "chat"))
    world.touch(document)
    world.wait_condition(document)


@pytest.mark.parametrize("garbage", ["", "   \n", "no url at all", "http://x/{{ .Status }}"])
def test_garbage_keeps_the_last_good_value(world: World, namespace: str, garbage: str) -> None:
    document = _ready(world, namespace)
    world.apply(secret(namespace, "chat", url=garbage))
    world.touch(document)
    seen = world.wait_condition(document, "SecretResolved", "False", "SecretMalformed")
    assert "url" in condition(seen, "Ready")["message"]
    _settled(world, namespace)
    assert values(world, namespace) == {SECRET_URL}
    assert f"{namespace}/chat" in world.receiver_names()


def test_a_deleted_secret_keeps_the_last_good_value(world: World, namespace: str) -> None:
    document = _ready(world, namespace)
    world.delete(secret(namespace, "chat"))
    world.touch(document)
    world.wait_condition(document, "SecretResolved", "False", "SecretNotFound")
    _settled(world, namespace)
    assert values(world, namespace) == {SECRET_URL}


def test_a_rotated_value_arrives(world: World, namespace: str) -> None:
    document = _ready(world, namespace)
    world.apply(secret(namespace, "chat", url=f"{SECRET_URL}/rotated\n"))
    world.touch(document)
    wait_for(
        lambda: values(world, namespace),
        lambda seen: seen == {f"{SECRET_URL}/rotated"},
        "the new value, without its newline",
    )


def test_a_revoked_consent_takes_the_value_away(world: World, namespace: str) -> None:
    document, user = _ready(world, namespace), rule(namespace, notify=notify("chat"))
    world.apply_ready(user)
    world.delete(consent(namespace))
    world.touch(document)
    world.wait_condition(document, "SecretResolved", "False", "Forbidden")
    wait_for(lambda: values(world, namespace), lambda seen: not seen, "the value leaves")
    wait_for(world.receiver_names, lambda seen: f"{namespace}/chat" not in seen, "so does it")
    world.wait_condition(user, "Routed", "False", "ChannelNotReady")


def test_another_namespaces_secret_cannot_be_named(world: World, namespace: str) -> None:
    other = world.namespace()
    world.apply(secret(other, "chat"), consent(other), consent(namespace))
    world.apply(secret_channel(namespace))
    world.wait_condition(secret_channel(namespace), "SecretResolved", "False", "SecretNotFound")
    done = world.cluster.kubectl(
        "patch", "tnc", "chat", "-n", namespace, "--type=merge", "-p",
        f'{{"spec":{{"webhook":{{"urlSecretRef":{{"namespace":"{other}"}}}}}}}}',
        check=False,
    )  # fmt: skip
    seen = world.get(secret_channel(namespace)) or {}
    assert "namespace" not in seen["spec"]["webhook"]["urlSecretRef"], done.stderr
    world.admin.delete("v1", "Namespace", other)


def _ready(world: World, namespace: str) -> Object:
    world.apply(secret(namespace, "chat"), consent(namespace))
    document = secret_channel(namespace)
    world.apply_ready(document)
    wait_for(lambda: values(world, namespace), lambda seen: seen == {SECRET_URL}, "the value")
    return document


def _settled(world: World, namespace: str) -> None:
    """Return when the Secret was written after everything that was done before."""
    world.apply_ready(channel(namespace, "later"))
    wait_for(world.receiver_names, lambda seen: f"{namespace}/later" in seen, "a later channel")
