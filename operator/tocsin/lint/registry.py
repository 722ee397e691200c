"""Every check there is, in the order of their names; the pages and the tests follow it."""

from __future__ import annotations

from collections.abc import Mapping

from tocsin.lint.check import Check, CommentCheck, RuleCheck, SetCheck
from tocsin.lint.checks import (
    absent_of_several,
    channel_unused,
    comparison_missing,
    counter_without_rate,
    duplicate_alert,
    equality_of_fractions,
    for_below_interval,
    hidden_by_base,
    label_dropped,
    percent_twice,
    range_too_short,
    rate_of_gauge,
    regex_anchored,
    regex_is_text,
    regex_matches_everything,
    runbook_missing,
    summary_missing,
    tests_missing,
    threshold_always,
    threshold_unreachable,
    value_in_labels,
)
from tocsin.lint.finding import Level

IGNORE_UNKNOWN = CommentCheck(
    "ignore-unknown", Level.WARNING, "A comment ignores a check that there is not."
)
IGNORE_UNUSED = CommentCheck("ignore-unused", Level.INFO, "A comment ignores nothing.")
IGNORE_WITHOUT_REASON = CommentCheck(
    "ignore-without-reason", Level.WARNING, "A comment ignores a check and does not say why."
)

RULE_CHECKS: tuple[RuleCheck, ...] = (
    absent_of_several.CHECK,
    comparison_missing.CHECK,
    counter_without_rate.CHECK,
    equality_of_fractions.CHECK,
    for_below_interval.CHECK,
    label_dropped.CHECK,
    percent_twice.CHECK,
    range_too_short.CHECK,
    rate_of_gauge.CHECK,
    regex_anchored.CHECK,
    regex_is_text.CHECK,
    regex_matches_everything.CHECK,
    runbook_missing.CHECK,
    summary_missing.CHECK,
    tests_missing.CHECK,
    threshold_always.CHECK,
    threshold_unreachable.CHECK,
    value_in_labels.CHECK,
)
SET_CHECKS: tuple[SetCheck, ...] = (
    channel_unused.CHECK,
    duplicate_alert.CHECK,
    hidden_by_base.CHECK,
)
COMMENT_CHECKS = (IGNORE_UNKNOWN, IGNORE_UNUSED, IGNORE_WITHOUT_REASON)

_ALL: tuple[Check, ...] = (*RULE_CHECKS, *SET_CHECKS, *COMMENT_CHECKS)
BY_NAME: Mapping[str, Check] = {one.name: one for one in sorted(_ALL, key=lambda one: one.name)}
