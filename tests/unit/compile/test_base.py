"""A base: what is refused and how it is said, and what merging keeps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.compile import bases

from tocsin.api.config import OperatorConfig
from tocsin.api.meta import ObjectRef
from tocsin.api.notification_channel import NotificationChannelSpec
from tocsin.api.problem import Reason
from tocsin.compile.base.documents import MalformedYAMLError, read_verbatim
from tocsin.compile.base.existing import check_existing, receiver_problem
from tocsin.compile.base.matchers import ReadMatcher, read_matchers
from tocsin.compile.base.reading import read_base
from tocsin.compile.base.through import base_receivers, fixed_labels, hidden_by
from tocsin.compile.matchers import matcher
from tocsin.compile.yaml_text import write_yaml

SECRET = "CANARY-1f2e3d"
SAYS = {
    "bad-duration": "route.group_wait: is no duration",
    "bad-url": "receivers[0].webhook_configs[0].url: is no http or https URL",
    "both-of-a-pair": "global.slack_api_url: stands beside slack_api_url_file",
    "group-by-twice": "route.group_by: a label stands twice",
    "mail-without-relay": "needs smarthost or global.smtp_smarthost",
    "matcher": "route.routes[0].matchers[0]",
    "no-route": "route: is missing",
    "no-such-interval": "there is no time interval 'night'",
    "no-such-receiver": "there is no receiver 'b'",
    "not-yaml": "is no YAML (line 2)",
    "receiver-twice": "receivers: 'a' stands 2 times",
    "regex": "no regular expression",
    "root-matchers": "route.matchers: the root route may not have it",
    "slack-without-address": "receivers[0].slack_configs[0]: needs api_url",
    "twice": "has the key 'route' twice (line 3)",
    "unknown-field": "tiemout: Alertmanager knows no such field",
    "zero-interval": "route.group_interval: may not be zero",
}


def reasons(text: str | bytes, files: dict[str, bytes] | None = None) -> str:
    data = text.encode() if isinstance(text, str) else text
    found = read_base(data, files or {}, folder=bases.FOLDER)
    return "; ".join(found) if isinstance(found, tuple) else ""


@pytest.mark.parametrize("path", bases.BAD, ids=lambda path: path.stem)
def test_a_bad_base_is_refused_with_field_and_reason(path: Path) -> None:
    assert SAYS[path.stem] in reasons(path.read_bytes())


GOOD_ENOUGH = "route: {receiver: a}\nreceivers: [{name: a}]\n"
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD_ENOUGH + "tracing: {}\n", "tracing: is not known to prometheus-operator"),
        (GOOD_ENOUGH.replace("receiver: a", "receiver: a, labels: {x: y}"), "route.labels"),
        ("route: {receiver: shop/slack}\nreceivers: [{name: shop/slack}]\n", "Tocsin's own"),
        (GOOD_ENOUGH + "time_intervals: [{name: tocsin-x}]\n", "are Tocsin's: rename it"),
        (GOOD_ENOUGH + f"templates: ['{bases.FOLDER}/absent.tmpl']\n", "no key of the Secret"),
        (GOOD_ENOUGH + "---\n" + GOOD_ENOUGH, "more than one document"),
        (GOOD_ENOUGH + "x: !!python/object:os.system {}\n", "holds the tag"),
        (GOOD_ENOUGH + "#" * (600 * 1024), "is larger than 512 KiB"),
        ("[" * 100_000, "is nested deeper"),
        (BOMB, "unfolds to more than"),
        ("a: &a\n  b: *a\n", "inside of what it repeats"),
        ("", "is empty"),
        ("just text", "is no mapping"),
        (b"\xff\xfe\x00", "is not UTF-8"),
        ("a: \x00", "is no YAML"),
    ],
)
def test_hostile_or_unusable_text_is_refused_in_bounded_time(text: str | bytes, said: str) -> None:
    assert said in reasons(text)


def test_no_reason_repeats_a_value_that_may_be_a_secret() -> None:
    for field in ("routing_key", "url", "send_resolved", "timeout"):
        for value in (SECRET, [SECRET], {SECRET: SECRET}):
            entry = {"routing_key": "x", field: value, "nonsense": SECRET}
            document = {
                "route": {"receiver": "a", "group_wait": SECRET},
                "receivers": [{"name": "a", "pagerduty_configs": [entry]}],
                "global": {"smtp_auth_password": [SECRET], "http_config": SECRET},
            }
            said = reasons(write_yaml(document))
            assert said
            assert SECRET not in said.replace(f".{SECRET}", "")  # a key is no secret


def damaged(value: Any, source: Any) -> Any:
    """Put a value of another shape somewhere into a tree."""
    if source.random() < 0.04:
        return source.choice(
            [None, [], {}, [[]], {"x": {}}, [{}], True, 7, "x", [None], {"a": [1]}]
        )
    if isinstance(value, dict):
        return {name: damaged(part, source) for name, part in value.items()}
    return [damaged(part, source) for part in value] if isinstance(value, list) else value


@given(st.randoms(use_true_random=False), st.sampled_from(bases.GOOD))
def test_no_shape_of_a_document_raises(source: Any, path: Path) -> None:
    document = damaged(read_verbatim(path.read_text()), source)
    found = read_base(write_yaml(document).encode(), bases.FILES, folder=bases.FOLDER)
    if not isinstance(found, tuple):
        assert bases.merged(found).text


def test_only_files_that_are_named_are_carried_over() -> None:
    base = bases.read(next(one for one in bases.GOOD if one.stem == "every-default"))
    assert set(base.files) == {"smtp-password", "slack-token", "pagerduty", "base-a.tmpl"}


def test_a_file_that_changes_is_another_base() -> None:
    text = next(one for one in bases.GOOD if one.stem == "every-default").read_bytes()
    one = read_base(text, bases.FILES, folder=bases.FOLDER)
    other = read_base(text, {**bases.FILES, "pagerduty": b"new"}, folder=bases.FOLDER)
    assert one != other


SCALARS = st.one_of(st.text(max_size=20), st.booleans(), st.none(), st.integers(-(10**15), 10**15))
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@pytest.mark.slow
@given(st.dictionaries(st.text(max_size=8), TREES))
def test_what_is_written_reads_back_verbatim(tree: dict[str, Any]) -> None:
    text = write_yaml(tree)
    again = read_verbatim(text)
    assert write_yaml(again) == text


@pytest.mark.parametrize(
    "plain", ["12:30", "1e3", "0x1F", "0123", "yes", "2026-01-01", "1.5", ".inf"]
)
def test_a_scalar_without_quotes_stays_without(plain: str) -> None:
    """Alertmanager knows the field's type; `max_alerts: '5'` would be refused."""
    assert write_yaml(read_verbatim(f"a: {plain}\nb: '{plain}'\n")) == f"a: {plain}\nb: '{plain}'\n"


def test_merge_keys_are_unfolded_and_own_keys_win() -> None:
    text = "a: &a {x: 1, y: 2}\nb: &b {y: 3}\nc: {<<: [*b, *a], z: 4}\nd: {<<: *a, y: 5}\n"
    read = read_verbatim(text)
    assert (read["c"], read["d"]) == ({"x": 1, "y": 3, "z": 4}, {"x": 1, "y": 5})
    with pytest.raises(MalformedYAMLError):
        read_verbatim("a: {<<: 5}\n")


@given(st.sampled_from(["a", "b_c", "x9"]), st.sampled_from(["=", "!=", "=~", "!~"]), st.text())
def test_our_matchers_are_read_as_they_were_written(name: str, operator: str, value: str) -> None:
    if operator in {"=~", "!~"}:
        value = "a|b"
    assert read_matchers(matcher(name, operator, value)) == (ReadMatcher(name, operator, value),)


KPS = next(one for one in bases.GOOD if one.stem == "kube-prometheus-stack")
NESTED = next(one for one in bases.GOOD if one.stem == "nested")
REF = ObjectRef("AlertRule", "shop", "errors")


def test_a_base_that_tells_nobody_is_no_receiver() -> None:
    labels = fixed_labels(REF, {"team": "x"}, "")
    receivers, problem = base_receivers(bases.read(KPS), labels, ("warning",))
    assert receivers == ()
    assert problem is not None
    assert problem.reason is Reason.NO_RECEIVER
    assert "'null', which tells nobody" in problem.message


def test_what_a_series_may_bring_along_counts_as_possible() -> None:
    labels = fixed_labels(REF, {"labels": {"service": "database", "cluster": "{{ $x }}"}}, "a")
    assert "cluster" not in labels
    receivers, _ = base_receivers(bases.read(NESTED), labels, ("critical",))
    assert receivers == ("team-DB-pager", "team-X-pager", "team-Y-pager")


def test_inhibitions_that_can_hide_a_rule_are_named() -> None:
    base = bases.read(KPS)
    assert hidden_by(base, fixed_labels(REF, {}, ""), ("critical",)) == ""
    said = hidden_by(base, fixed_labels(REF, {}, ""), ("critical", "info"))
    assert said.startswith('the base configuration can mute it: inhibit_rules[0], while severity="')
    assert said.endswith(", and 1 more")


def settings(**alertmanager: Any) -> OperatorConfig:
    return OperatorConfig.model_validate({"alertmanager": alertmanager})


EXISTING = NotificationChannelSpec.model_validate({"existing": {"receiver": "team-X-pager"}})


def test_existing_needs_a_base_and_a_namespace_that_the_platform_lists() -> None:
    def asked(config: OperatorConfig) -> list[Reason]:
        return [one.reason for one in check_existing(REF, EXISTING, config)]

    base = {"baseSecret": {"name": "base"}}
    assert asked(settings()) == [Reason.RECEIVER_NOT_FOUND]
    assert asked(settings(**base)) == [Reason.RECEIVER_NOT_ALLOWED]
    assert asked(settings(**base, existingNamespaces=["shop"])) == []


def test_existing_names_a_receiver_that_tells_somebody() -> None:
    base = bases.read(NESTED)
    assert receiver_problem(EXISTING, base) is None
    silent = NotificationChannelSpec.model_validate({"existing": {"receiver": "nobody"}})
    for spec, there in ((EXISTING, None), (silent, base)):
        problem = receiver_problem(spec, there)
        assert problem is not None
        assert problem.reason is Reason.RECEIVER_NOT_FOUND


def test_the_base_may_not_be_the_secret_that_is_written() -> None:
    with pytest.raises(ValueError, match="is the Secret that the operator writes"):
        settings(baseSecret={"name": "alertmanager-tocsin"})
