"""`# tocsin:ignore CHECK reason`: where it reaches, and what is wrong with one."""

from __future__ import annotations

import pytest
from tests.unit.lint.linting import Linter

HEAD = "apiVersion: tocsin.dev/v1alpha1\nkind: AlertRule\nmetadata: {name: a, namespace: shop}\n"
REGEX = 'spec:\n  summary: It is down\n  expr: up{job=~"a"} == 0\n'


def checks(lint: Linter, text: str) -> list[str]:
    return sorted(str(one.check) for one in lint(text) if one.check != "NoReceiver")


def test_without_a_comment_it_is_found(lint: Linter) -> None:
    assert checks(lint, HEAD + REGEX) == ["regex-is-text"]


@pytest.mark.parametrize(
    "text",
    [
        "# tocsin:ignore regex-is-text because\n" + HEAD + REGEX,
        "# tocsin:ignore regex-is-text because\n---\n" + HEAD + REGEX,
        HEAD + "# tocsin:ignore regex-is-text because\n" + REGEX,
        HEAD + REGEX.replace("  expr", "  # tocsin:ignore regex-is-text because\n  expr"),
        HEAD + REGEX.replace("  expr", "  # tocsin:ignore regex-is-text: because\n\n  # b\n  expr"),
        HEAD + "spec:\n  summary: x\n  expr: |\n    # tocsin:ignore regex-is-text because\n"
        '    up{job=~"a"} == 0\n',
        "# tocsin:ignore summary-missing,regex-is-text because\n"
        + HEAD
        + "spec: {expr: 'up{job=~\"a\"} == 0'}\n",
    ],
    ids=["object", "before ---", "spec", "field", "colon", "in the expression", "two checks"],
)
def test_a_comment_reaches_what_stands_below_it(lint: Linter, text: str) -> None:
    assert checks(lint, text) == []


def test_a_comment_reaches_no_other_field_and_no_other_object(lint: Linter) -> None:
    other = HEAD + REGEX.replace("  summary", "  # tocsin:ignore regex-is-text x\n  summary")
    assert checks(lint, other) == ["ignore-unused", "regex-is-text"]
    second = HEAD.replace("name: a", "name: b") + REGEX.replace('"a"', '"b"')
    text = "# tocsin:ignore regex-is-text x\n" + HEAD + REGEX + "---\n" + second
    assert checks(lint, text) == ["regex-is-text"]


def test_what_is_wrong_with_a_comment(lint: Linter) -> None:
    text = "# tocsin:ignore\n# tocsin:ignore nonsense x\n# tocsin:ignore regex-is-text\n"
    assert checks(lint, text + HEAD + REGEX) == [
        "ignore-unknown",
        "ignore-unknown",
        "ignore-without-reason",
    ]


def test_what_the_operator_refuses_cannot_be_ignored(lint: Linter) -> None:
    text = "# tocsin:ignore InvalidExpression x\n" + HEAD + "spec: {summary: x, expr: sum(}\n"
    found = lint(text)
    assert ("InvalidExpression", "error") in {(str(one.check), one.level) for one in found}


def test_a_route_that_the_files_cannot_know_can_be_ignored(lint: Linter) -> None:
    rule = HEAD + "spec: {summary: x, expr: up == 0, notify: {channels: [{name: gone}]}}\n"
    assert {str(one.check) for one in lint(rule)} == {"ChannelNotFound"}
    assert lint("# tocsin:ignore ChannelNotFound another repository\n" + rule) == []


def test_other_comments_are_nobody_s_business(lint: Linter) -> None:
    text = "# tocsin:ignored\n# see tocsin:ignore in the docs\n" + HEAD + REGEX
    assert checks(lint, text) == ["regex-is-text"]
