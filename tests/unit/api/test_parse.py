"""Documents to specs: what stands around the spec, and what comes out of it."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from tocsin.api.alert_rule import AlertRuleSpec
from tocsin.api.meta import API_VERSION, ObjectRef, Resource
from tocsin.api.notification_channel import TYPES, NotificationChannelSpec
from tocsin.api.parse import parse_resource, parse_spec
from tocsin.api.problem import Rejection

REF = ObjectRef("AlertRule", "shop", "errors")


def document(**changes: Any) -> dict[str, Any]:
    whole = {
        "apiVersion": API_VERSION,
        "kind": "AlertRule",
        "metadata": {"name": "errors", "namespace": "shop", "uid": "u-1", "generation": 4},
        "spec": {"expr": "up == 0"},
        "status": {"state": "Firing"},
    }
    return {key: value for key, value in (whole | changes).items() if value is not None}


def problem_of(found: Any) -> str:
    assert isinstance(found, Rejection)
    return found.message


def test_an_object_of_the_server_keeps_its_identity() -> None:
    resource = parse_resource(document())
    assert isinstance(resource, Resource)
    assert resource.ref == REF
    assert (resource.uid, resource.generation) == ("u-1", 4)
    assert isinstance(resource.spec, AlertRuleSpec)
    assert resource.spec.expr == "up == 0"


def test_offline_the_namespace_is_default() -> None:
    resource = parse_resource(document(metadata={"name": "errors"}))
    assert isinstance(resource, Resource)
    assert resource.ref.namespace == "default"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"kind": "AlertRules"}, "kind: is none of ours; write one of AlertRule"),
        ({"apiVersion": "tocsin.dev/v2"}, "apiVersion: is not known; write apiVersion: tocsin.dev"),
        ({"metadata": None}, "metadata.name: is missing"),
        ({"metadata": "errors"}, "metadata.name: is missing"),
        ({"spec": "up == 0"}, "spec: is missing or no object"),
        ({"spec": None}, "spec: is missing or no object; write what the AlertRule asks for"),
        ({"spec": None, "expr": "up"}, 'beside it stand "expr": indent below spec what belongs'),
        ({"for": "5m"}, "for: there is no such field beside spec; indent it below spec"),
    ],
)
def test_the_head_is_checked(changes: dict[str, Any], says: str) -> None:
    assert says in problem_of(parse_resource(document(**changes)))


def test_all_problems_are_told_at_once() -> None:
    spec = {"expr": "up", "for": "soon", "exprs": "up", "severity": 1}
    message = problem_of(parse_spec(REF, spec))
    assert all(f"spec.{field}: " in message for field in ("for", "exprs", "severity"))


def test_long_messages_are_cut() -> None:
    message = problem_of(parse_spec(REF, {f"field{number}": 1 for number in range(200)}))
    assert len(message) <= 2000


def test_a_channel_knows_its_type() -> None:
    ref = ObjectRef("NotificationChannel", "shop", "slack")
    spec = parse_spec(
        ref, {"default": {}, "discord": {"webhookURLSecretRef": {"name": "a", "key": "b"}}}
    )
    assert isinstance(spec, NotificationChannelSpec)
    assert spec.type == "discord"
    assert spec.default is not None
    assert spec.default.after is None


def test_there_are_eighteen_receivers_and_existing() -> None:
    assert len(TYPES) == 19
    assert set(TYPES) < set(NotificationChannelSpec.model_fields)
    assert NotificationChannelSpec().type == ""


def test_health_checks_and_messages_are_loaded_when_they_are_met() -> None:
    """A process that sees good AlertRules alone pays for nothing else."""
    program = (
        "import sys\n"
        "from tocsin.api.parse import parse_spec\n"
        "from tocsin.api.meta import ObjectRef\n"
        "parse_spec(ObjectRef('AlertRule', 'a', 'b'), {'expr': 'up'})\n"
        "names = ('health_check', 'explain', 'remedy', 'schema', 'crd', 'notification_channel')\n"
        "print([n for n in names if f'tocsin.api.{n}' in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
