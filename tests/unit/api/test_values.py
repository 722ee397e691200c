"""Names, durations, numbers and time zones."""

from __future__ import annotations

import zoneinfo
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.api.checks.timezones import is_timezone
from tocsin.api.duration import milliseconds, write_duration
from tocsin.api.meta import to_field_name
from tocsin.api.number import compare, promql_number


@pytest.mark.parametrize(
    ("attribute", "field"),
    [
        ("for_", "for"),
        ("class_", "class"),
        ("runbook_url", "runbookURL"),
        ("api_url_secret_ref", "apiURLSecretRef"),
        ("url_secret_ref", "urlSecretRef"),
        ("token_id_secret_ref", "tokenIDSecretRef"),
        ("http_config", "httpConfig"),
        ("enable_http2", "enableHTTP2"),
        ("topic_arn", "topicARN"),
        ("force_implicit_tls", "forceImplicitTLS"),
        ("oauth2", "oauth2"),
    ],
)
def test_fields_are_camel_case_with_initialisms_in_capitals(attribute: str, field: str) -> None:
    assert to_field_name(attribute) == field


@given(st.integers(min_value=0, max_value=10**13))
def test_durations_survive_being_written(total: int) -> None:
    assert milliseconds(write_duration(total)) == total


@pytest.mark.parametrize(
    ("value", "literal"),
    [(5, "5"), ("0.050", "0.05"), ("5%", "0.05"), ("-0", "0"), ("1e3", "1000"), ("+2.5%", "0.025")],
)
def test_numbers_become_promql_literals(value: int | str, literal: str) -> None:
    assert promql_number(value) == literal


@given(st.integers(-(2**53), 2**53) | st.decimals(-(10**15), 10**15, places=3).map(str))
def test_a_literal_has_the_number_s_value(value: int | str) -> None:
    """Within the 17 digits that Prometheus keeps of a number."""
    assert Decimal(promql_number(value)) == Decimal(str(value))


def test_numbers_compare_by_value() -> None:
    assert compare("5%", "0.05") == 0
    assert compare("4.9%", "0.05") == -1
    assert compare(10, "9.99") == 1


def test_time_zones_are_those_of_the_database() -> None:
    known = {
        name
        for name in zoneinfo.available_timezones()
        if name not in {"localtime", "Factory", "posixrules"}
        and not name.startswith(("posix/", "right/"))
    }
    assert known
    assert {name for name in known if not is_timezone(name)} == set()
    assert not is_timezone("Local")
    assert not is_timezone("")
