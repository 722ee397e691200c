"""The platform's mail relay: the lack of its password is told to those who use it."""

from __future__ import annotations

from tests.integration.conftest import StartOperator
from tests.integration.objects import channel, condition
from tests.integration.world import World

RELAY = {
    "smarthost": "127.0.0.1:2525",
    "from": "alerts@example.org",
    "authUsername": "tocsin",
    "authPasswordSecretRef": {"name": "relay", "key": "password"},
}


def test_a_relay_without_its_password_says_so_to_its_users_alone(
    world: World, namespace: str, start_operator: StartOperator
) -> None:
    start_operator({"smtp": RELAY})
    mail = channel(namespace, "mail", email={"to": "ops@example.org"})
    own = {"to": "ops@example.org", "smarthost": "127.0.0.1:2526", "from": "me@example.org"}
    other = channel(namespace, "own-relay", email=own)
    world.apply(mail, other)
    seen = world.wait_condition(mail, "SecretResolved", "False", "Forbidden")
    message = condition(seen, "Ready")["message"]
    assert "mail relay" in message
    assert "kubectl create rolebinding tocsin -n monitoring" in message
    world.wait_condition(other, "Ready", "True")
