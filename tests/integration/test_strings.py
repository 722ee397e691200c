"""Hostile text in every string field: refused by its field, or carried through whole (S08)."""

from __future__ import annotations

import uuid

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cluster import ApiError
from tests.integration.objects import (
    Object,
    alerts,
    channel,
    condition,
    consent,
    rule,
    secret,
)
from tests.integration.waiting import wait_for
from tests.integration.world import World

pytestmark = pytest.mark.usefixtures("operator")

HOSTILE = (
    "one\ntwo", "tail\n", "a: b", "- item", "# comment", "{{", "{{ .Values }}", "}}", "{value",
    "!!python/object/apply:os.system [id]", "&anchor *anchor", "<<: *x", "---\nroute: {}",
    "a\x00b", "\x07", "\x1b[31m", "\u202ecba", "\u2028", "\ufeff", "\x85", '"', "'", "\\", "\\n",
    "$(POD_NAME)", "${HOME}", "%!s", "null", "~", "0x1f", "|", ">-", " lead", "tab\there",
    "<script>alert(1)</script>", "Grüße 日本 🚨",
)  # fmt: skip
RULE_FIELDS = ("summary", "description", "label", "annotation", "alertName", "team", "runbookURL")
MAIL_FIELDS = ("html", "text", "hello", "authUsername", "header")
SLACK_FIELDS = ("title", "channel", "fieldTitle")


def rule_with(namespace: str, name: str, field: str, text: str) -> Object:
    """Make a rule with `text` in one of its string fields."""
    part: Object = {
        "label": {"labels": {"note": text}},
        "annotation": {"annotations": {"note": text}},
    }.get(field, {field: text})
    return rule(namespace, name, notify={"channels": []}, **part)


def mail_with(namespace: str, name: str, field: str, text: str) -> Object:
    """Make a mail channel with `text` in one of its string fields; it needs no Secret."""
    part = {"headers": [{"name": "X-Note", "value": text}]} if field == "header" else {field: text}
    relay = {"to": "ops@example.org", "from": "a@example.org", "smarthost": "127.0.0.1:25"}
    return channel(namespace, name, email={**relay, **part})


def slack_with(namespace: str, name: str, field: str, text: str) -> Object:
    """Make a Slack channel with `text` in one of its string fields."""
    slack: Object = {"apiURLSecretRef": {"name": "chat", "key": "url"}, "channel": "#ops"}
    slack |= {"fields": [{"title": text, "value": "x"}]} if field == "fieldTitle" else {field: text}
    return channel(namespace, name, slack=slack)


def submit(world: World, document: Object) -> bool:
    """Apply an object; tells whether the API server took it. A refusal names a field."""
    try:
        world.apply(document)
    except ApiError as error:
        if error.status not in {400, 422} or "spec" not in error.message:
            raise
        return False
    return True


def judged(world: World, document: Object) -> Object:
    """Wait until the operator has judged an object; a refusal names a field of the spec."""
    seen = wait_for(
        lambda: world.get(document),
        lambda one: condition(one, "Valid").get("status") in {"True", "False"},
        f"a verdict on {document['spec']}",
        timeout=60,
    )
    assert seen is not None
    valid = condition(seen, "Valid")
    assert valid["status"] == "True" or valid["message"].startswith("spec"), valid
    return seen


def test_hostile_text_in_rules(world: World, namespace: str) -> None:
    documents = [
        rule_with(namespace, f"r{number}-{field.lower()}", field, text)
        for field in RULE_FIELDS
        for number, text in enumerate(HOSTILE)
    ]
    taken = [one for one in documents if submit(world, one)]
    valid = [one for one in taken if condition(judged(world, one), "Valid")["status"] == "True"]
    assert len(valid) > len(RULE_FIELDS) * 5
    for document in valid:
        world.wait_condition(document)
    children = [world.child(one) for one in valid]
    for child in children:
        assert child is not None
        assert len(alerts(child)) == 1
        assert alerts(child)[0]["labels"]["tocsin_namespace"] == namespace
        spec = child["spec"]
        assert yaml.safe_load(yaml.safe_dump(spec)) == spec
    world.check_rules(*[child for child in children if child])


def test_hostile_text_in_channels(world: World) -> None:
    # The quota of a namespace is 50 channels, so each field has its own.
    namespaces = {field: world.namespace() for field in (*MAIL_FIELDS, *SLACK_FIELDS)}
    for field in SLACK_FIELDS:
        world.apply(secret(namespaces[field], "chat"), consent(namespaces[field]))
    documents = [
        mail_with(namespaces[field], f"c{number}", field, text)
        for field in MAIL_FIELDS
        for number, text in enumerate(HOSTILE)
    ]
    documents += [
        slack_with(namespaces[field], f"c{number}", field, text)
        for field in SLACK_FIELDS
        for number, text in enumerate(HOSTILE[::3])
    ]
    taken = [one for one in documents if submit(world, one)]
    valid = {
        f"{one['metadata']['namespace']}/{one['metadata']['name']}"
        for one in taken
        if condition(judged(world, one), "Valid")["status"] == "True"
    }
    assert len(valid) > len(namespaces) * 5
    wait_for(world.receiver_names, valid.issubset, "all receivers")
    ours = tuple(f"{name}/" for name in namespaces.values())
    assert {name for name in world.receiver_names() if name.startswith(ours)} == valid
    assert set(world.configuration()) == {"route", "receivers", "inhibit_rules", "templates"}
    world.check_configuration()
    for name in namespaces.values():
        world.admin.delete("v1", "Namespace", name)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    texts=st.lists(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60),
        min_size=7,
        max_size=7,
    )
)
def test_any_text_in_rules(world: World, namespace: str, texts: list[str]) -> None:
    run = uuid.uuid4().hex[:8]
    documents = [
        rule_with(namespace, f"h{run}-{field.lower()}", field, text)
        for field, text in zip(RULE_FIELDS, texts, strict=True)
    ]
    taken = [one for one in documents if submit(world, one)]
    valid = [one for one in taken if condition(judged(world, one), "Valid")["status"] == "True"]
    for document in valid:
        world.wait_condition(document)
    children = [world.child(one) for one in valid]
    world.check_rules(*[child for child in children if child])
    for document in taken:
        world.delete(document)


def test_text_comes_through_unchanged(world: World, namespace: str) -> None:
    text = "Grüße: 日本 🚨 \"quoted\" 'single' # - | > & * ! % \\ \u202ecba"
    document = rule(namespace, summary=text, labels={"note": text}, notify={"channels": []})
    world.apply_ready(document)
    child = world.child(document) or {}
    assert alerts(child)[0]["annotations"]["summary"] == text
    assert alerts(child)[0]["labels"]["note"] == text
