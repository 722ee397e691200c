"""Laws of the compiler: order does not matter, objects do not touch each other, text stays text."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.unit.compile.cases import load, paths
from tests.unit.compile.strategies import (
    ALERT_NAMES,
    NAMESPACES,
    channel_specs,
    hostile,
    notify_specs,
    severities,
)

from tocsin.api.alert_rule import AlertRuleSpec
from tocsin.api.config import OperatorConfig
from tocsin.api.meta import ObjectRef, Resource
from tocsin.api.notification_channel import NotificationChannelSpec
from tocsin.api.notify import Notify
from tocsin.api.parse import parse_spec
from tocsin.api.problem import Rejection
from tocsin.compile.alertmanager import AlertmanagerInputs, ChannelInput, compile_alertmanager
from tocsin.compile.channels import check_channel, secret_uses
from tocsin.compile.hearers import is_allowed
from tocsin.compile.notify import RouteBlock, route_block
from tocsin.compile.route_model import parse_matcher
from tocsin.compile.routing import check_document, read_tree, routing_of
from tocsin.compile.rules import LAST_GOOD, CompiledRule, compile_alert_rule, expressions_of
from tocsin.compile.yaml_text import read_yaml, write_documents, write_yaml
from tocsin.promql.verdict import Outcome, Verdict

GOOD = Verdict(Outcome.VALID, value_type="vector")
CONFIGS = [
    OperatorConfig(),
    OperatorConfig.model_validate(
        {
            "defaultChannels": [{"name": "pager", "namespace": "platform", "after": "5m"}],
            "trustedNamespaces": ["platform"],
        }
    ),
]


def channel(namespace: str, name: str, spec: Mapping[str, Any], usable: bool) -> ChannelInput:
    ref = ObjectRef("NotificationChannel", namespace, name)
    return ChannelInput(ref, NotificationChannelSpec.model_validate(spec), usable)


@st.composite
def clusters(draw: st.DrawFn) -> AlertmanagerInputs:
    """Channels, notify blocks and namespaces of several tenants."""
    channels = {
        (one.ref.namespace, one.ref.name): one
        for one in draw(
            st.lists(
                st.builds(
                    channel,
                    st.sampled_from(NAMESPACES),
                    st.sampled_from(["slack", "pager", "boss", "a-b"]),
                    channel_specs,
                    st.booleans() | st.just(True),
                ),
                max_size=8,
            )
        )
    }
    blocks = [
        route_block(draw(st.sampled_from(NAMESPACES)), Notify.model_validate(spec))
        for spec in draw(st.lists(notify_specs, max_size=6))
    ]
    labels = st.sampled_from([{}, {"tenant": "true"}])
    known = draw(st.sets(st.sampled_from(NAMESPACES)))
    return AlertmanagerInputs(
        channels,
        {block.digest: block for block in blocks if block is not None},
        {name: draw(labels) for name in sorted(known)},
        draw(st.sampled_from(CONFIGS)),
    )


def shuffled(inputs: AlertmanagerInputs, random: Any) -> AlertmanagerInputs:
    def mixed(part: Mapping[Any, Any]) -> dict[Any, Any]:
        return dict(random.sample(list(part.items()), len(part)))

    return replace(
        inputs,
        channels=mixed(inputs.channels),
        blocks=mixed(inputs.blocks),
        namespaces=mixed(inputs.namespaces),
    )


@given(clusters(), st.randoms(use_true_random=False))
def test_order_does_not_matter(inputs: AlertmanagerInputs, random: Any) -> None:
    """The cluster may list objects in any order; the bytes stay the same."""
    assert compile_alertmanager(shuffled(inputs, random)).text == compile_alertmanager(inputs).text


@given(clusters())
def test_every_configuration_passes_the_last_checks(inputs: AlertmanagerInputs) -> None:
    output = compile_alertmanager(inputs)
    assert read_yaml(output.text) == output.document
    assert check_document(output.document) == ()
    names = {receiver["name"] for receiver in output.document["receivers"]}
    assert names == {"nobody", *("/".join(key) for key in output.channels)}


def labels_of(namespace: str, severity: str, block: RouteBlock | None) -> dict[str, str]:
    return {
        "alertname": "Anything",
        "tocsin_kind": "AlertRule",
        "tocsin_namespace": namespace,
        "tocsin_name": "rule",
        "tocsin_instance": "map[]",
        "severity": severity,
        "tocsin_route": block.digest if block else "",
    }


@given(clusters(), st.sampled_from(NAMESPACES), severities, st.data())
def test_only_channels_that_allow_it_hear_of_a_namespace(inputs, namespace, severity, data) -> None:
    """S01, S02: whatever a namespace's rules ask for, only receivers with consent are reached."""
    own = [None, *(block for block in inputs.blocks.values() if block.namespace == namespace)]
    block = data.draw(st.sampled_from(own))
    tree = read_tree(compile_alertmanager(inputs).document)
    platform = {(one.namespace, one.name) for one in inputs.config.default_channels}
    for match in tree.walk(labels_of(namespace, severity, block)):
        if match.receiver != "nobody":
            key = tuple(match.receiver.split("/"))
            assert key in platform or is_allowed(inputs.channels[key], namespace, inputs)


@given(
    clusters(),
    st.dictionaries(
        st.sampled_from(["namespace", "severity", "team", "tocsin_name", "job"]),
        st.sampled_from(["critical", *NAMESPACES, "x", ""]),
    ),
    st.sampled_from(["", "x", "Kube", *ALERT_NAMES]),
)
def test_foreign_alerts_reach_only_who_subscribes(inputs, labels, alert) -> None:
    """S02: alerts that are none of ours reach their own namespace's subscribers, nobody else."""
    tree = read_tree(compile_alertmanager(inputs).document)
    reached = {one.receiver for one in tree.walk({**labels, "alertname": alert})} - {"nobody"}
    subscribers = {
        "/".join(key)
        for key, one in inputs.channels.items()
        if one.spec.subscribe is not None
        and key[0] == labels.get("namespace")
        and alert in one.spec.subscribe.alert_names
        and not labels.get("tocsin_name")
        and one.usable
        and not one.spec.suspend
    }
    assert reached <= subscribers
    if labels.get("severity") == "critical":
        assert reached == subscribers, "the highest severity meets every floor"


def keyed(route: Mapping[str, Any], labels: Mapping[str, str], path: str = "") -> list[Any]:
    """Give the matches as `walk` does, each with the key that Alertmanager's log knows it by."""
    if not all(parse_matcher(one).matches(labels) for one in route.get("matchers", ())):
        return []
    key = f"{path}/{sorted(route.get('matchers', ()))}"
    found: list[Any] = []
    for child in route.get("routes", ()):
        below = keyed(child, labels, key)
        found += below
        if below and not child.get("continue"):
            break
    return found or [(key, {k: v for k, v in route.items() if k != "routes"})]


@given(clusters(), st.sampled_from(NAMESPACES), severities, st.data())
def test_routed_says_what_the_tree_does(inputs, namespace, severity, data) -> None:
    """`routing_of` and the compiled tree agree on who hears, for every block and default."""
    own = [None, *(block for block in inputs.blocks.values() if block.namespace == namespace)]
    block = data.draw(st.sampled_from(own))
    tree = read_tree(compile_alertmanager(inputs).document)
    reached = {one.receiver for one in tree.walk(labels_of(namespace, severity, block))}
    said = routing_of(ObjectRef("AlertRule", namespace, "rule"), block, (severity,), inputs)
    assert set(said.channels) == reached - {"nobody"}
    assert said.channels or said.on_purpose or said.problems


@given(clusters(), st.sampled_from(NAMESPACES), channel_specs, st.booleans())
def test_a_channel_more_changes_nothing_for_others(inputs, namespace, spec, usable) -> None:
    """I4: the tree and every other receiver stay as they are."""
    key = (namespace, "newcomer")
    spec = {one: part for one, part in spec.items() if one not in {"default", "subscribe"}}
    more = replace(inputs, channels={**inputs.channels, key: channel(*key, spec, usable)})
    before, after = compile_alertmanager(inputs).document, compile_alertmanager(more).document
    assert before["route"] == after["route"]
    rest = [one for one in after["receivers"] if one["name"] != f"{namespace}/newcomer"]
    assert before["receivers"] == rest


@given(clusters(), st.sampled_from(NAMESPACES), notify_specs, st.data())
def test_a_block_more_changes_nothing_for_others(inputs, namespace, spec, data) -> None:
    """
    I4: others' alerts end in the same routes, and in groups of the same key.

    A key that changed would send what fires anew, even to a digest.
    """
    block = route_block(namespace, Notify.model_validate(spec))
    assume(block is not None and block.digest not in inputs.blocks)
    more = replace(inputs, blocks={**inputs.blocks, block.digest: block})
    before, after = compile_alertmanager(inputs).document, compile_alertmanager(more).document
    other = data.draw(st.sampled_from([None, *inputs.blocks.values()]))
    space = data.draw(st.sampled_from(NAMESPACES)) if other is None else other.namespace
    labels = labels_of(space, data.draw(severities), other)
    told = [one for one in keyed(before["route"], labels) if one[1]["receiver"] != "nobody"]
    assert told == [one for one in keyed(after["route"], labels) if one[1]["receiver"] != "nobody"]
    assert before["receivers"] == after["receivers"]


@given(clusters(), st.sampled_from(NAMESPACES), severities, st.data())
def test_no_two_routes_to_a_channel_share_a_key(inputs, namespace, severity, data) -> None:
    """Two groups of one key and receiver would each take the other's messages for its own."""
    block = data.draw(st.sampled_from([None, *inputs.blocks.values()]))
    space = namespace if block is None else block.namespace
    document = compile_alertmanager(inputs).document
    told = keyed(document["route"], labels_of(space, severity, block))
    keys = [(key, one["receiver"]) for key, one in told if one["receiver"] != "nobody"]
    assert len(set(keys)) == len(keys)
    every: Counter[tuple[str, str]] = Counter()
    for path, route in walked(document["route"]):
        if route["receiver"] != "nobody" and "tocsin_route!=" in path:
            every[path, route["receiver"]] += 1
    assert not [one for one, count in every.items() if count > 1]


def walked(route: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    key = f"{path}/{sorted(route.get('matchers', ()))}"
    yield key, route
    for child in route.get("routes", ()):
        yield from walked(child, key)


def compiled(spec: AlertRuleSpec, namespace: str = "shop") -> CompiledRule | Rejection:
    return compile_alert_rule(
        Resource(ObjectRef("AlertRule", namespace, "rule"), "uid", 1, spec),
        verdicts=dict.fromkeys(expressions_of(spec), GOOD),
        namespace_labels={},
        config=OperatorConfig(),
    )


def shape(value: Any) -> Any:
    """Give a tree without its texts."""
    if isinstance(value, dict):
        return {name: shape(part) for name, part in value.items()}
    return [shape(part) for part in value] if isinstance(value, list) else None


TEXTS = ("alertName", "team", "summary", "description", "annotation", "label", "expr")


@given(st.sampled_from(TEXTS), hostile)
def test_no_text_of_a_rule_changes_its_shape(where: str, text: str) -> None:
    """S08: a string stays a string; what cannot stand is refused, and nothing raises."""
    spec: dict[str, Any] = {
        "alertName": "a", "team": "a", "summary": "a", "description": "a", "expr": "up == 0",
        "annotations": {"a": "a"}, "labels": {"b": "b"},
    }  # fmt: skip
    plain = compiled(AlertRuleSpec.model_validate(spec))
    changed = copy.deepcopy(spec)
    if where in {"annotation", "label"}:
        changed[f"{where}s"] = dict.fromkeys(changed[f"{where}s"], text)
    else:
        changed[where] = text
    parsed = parse_spec(ObjectRef("AlertRule", "shop", "rule"), changed)
    result = compiled(parsed) if isinstance(parsed, AlertRuleSpec) else parsed
    if isinstance(result, Rejection):
        return
    assert shape(result.child) == shape(plain.child)
    for written in (write_yaml(result.child), write_documents([result.child])):
        assert read_yaml(written) == result.child
    record = result.child["metadata"]["annotations"][LAST_GOOD]
    assert AlertRuleSpec.model_validate_json(record) == parsed


RECEIVERS: dict[str, dict[str, Any]] = {
    "slack": {
        "apiURLSecretRef": {"name": "s", "key": "k"}, "channel": "a", "username": "a",
        "title": "a", "text": "a", "fields": [{"title": "a", "value": "a"}],
    },
    "discord": {"webhookURLSecretRef": {"name": "s", "key": "k"}, "title": "a", "message": "a"},
    "pagerduty": {
        "routingKeySecretRef": {"name": "s", "key": "k"}, "description": "a", "class": "a",
        "details": {"a": "a"}, "links": [{"href": "a", "text": "a"}],
    },
    "email": {
        "to": "a@example.org", "from": "b@example.org", "smarthost": "smtp.example.org:25",
        "hello": "a", "authUsername": "a", "headers": [{"name": "Subject", "value": "a"}],
        "html": "a",
    },
    "webhook": {"url": "https://example.org/a"},
}  # fmt: skip


def replaced(value: Any, text: str, at: list[int]) -> Any:
    """Replace the n-th free text (a string "a") of a tree."""
    if isinstance(value, dict):
        return {name: replaced(part, text, at) for name, part in value.items()}
    if isinstance(value, list):
        return [replaced(part, text, at) for part in value]
    if isinstance(value, str) and "a" in value and value != "Subject":
        at[0] -= 1
        return text if at[0] == -1 else value
    return value


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(st.sampled_from(sorted(RECEIVERS)), st.integers(0, 6), hostile)
def test_no_text_of_a_channel_changes_the_configuration(kind: str, place: int, text: str) -> None:
    """S08: in every string field of every receiver, for the whole configuration of all tenants."""
    ref = ObjectRef("NotificationChannel", "shop", "hostile")
    good = NotificationChannelSpec.model_validate({kind: RECEIVERS[kind]})
    parsed = parse_spec(ref, {kind: replaced(RECEIVERS[kind], text, [place])})
    if not isinstance(parsed, NotificationChannelSpec):
        return
    if check_channel(ref, parsed, OperatorConfig()):
        return
    neighbour = channel("shop", "neighbour", {"webhook": {"url": "https://example.org"}}, True)

    def document(spec: NotificationChannelSpec) -> dict[str, Any]:
        channels = {
            ("shop", "hostile"): ChannelInput(ref, spec, usable=True),
            ("shop", "neighbour"): neighbour,
        }
        output = compile_alertmanager(AlertmanagerInputs(channels, {}, {}, OperatorConfig()))
        assert read_yaml(output.text) == output.document
        assert check_document(output.document) == ()
        return output.document

    assert shape(document(parsed)) == shape(document(good))


@given(st.sampled_from(paths("rules")), st.randoms(use_true_random=False))
def test_order_of_rules_does_not_matter(path: Any, random: Any) -> None:
    documents = list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
    from tests.unit.compile.cases import compile_documents

    first, second = load(path), compile_documents(random.sample(documents, len(documents)))
    assert {ref: one.child for ref, one in first.rules.items()} == {
        ref: one.child for ref, one in second.rules.items()
    }
    assert first.rejected == second.rejected


@given(
    st.sampled_from(NAMESPACES), st.sampled_from(NAMESPACES),
    st.from_regex(r"[a-z]([-a-z]{0,200}[a-z])?", fullmatch=True),
    st.from_regex(r"[a-z]([-a-z]{0,200}[a-z])?", fullmatch=True),
)  # fmt: skip
def test_secret_files_are_injective(one: str, other: str, first: str, second: str) -> None:
    """No two channels, and no two fields of one, share a key of the Alertmanager Secret."""
    spec = NotificationChannelSpec.model_validate(
        {
            "webhook": {"urlSecretRef": {"name": "s", "key": "k"}},
            "httpConfig": {
                "basicAuth": {"username": "u", "passwordSecretRef": {"name": "s", "key": "p"}}
            },
        }
    )  # fmt: skip
    keys = {(one, first), (other, second)}
    files = [
        use.file
        for namespace, name in keys
        for use in secret_uses(ObjectRef("NotificationChannel", namespace, name), spec)
    ]
    assert len(set(files)) == len(files) == 2 * len(keys)
    assert all(len(file) <= 253 and file.startswith("tocsin-") for file in files)
