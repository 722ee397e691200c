"""Placeholders: what becomes a Go template, what stays, and that nothing can be slipped in."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.promql.placeholders import FILTERS, Placeholders, suspicious, to_go_template
from tocsin.promql.templates import check_template

PIECES = st.sampled_from(
    re.findall(r"\S+", '{ } {{ }} value labels .route ["a.b"] | percent upper $ {value} text " `')
    + re.findall(
        r"\S+", '{labels.route} {value|bytes} {labels["x-y"]|title} {{$value}} {{/*{value}*/}}'
    )
    + [" ", "\n", '{{ "{value}" }}']
)


@pytest.mark.parametrize(
    ("text", "compiled"),
    [
        ("{value}", "{{ $value }}"),
        ("{ value }", "{{ $value }}"),
        ("{value | percent}", "{{ $value | humanizePercentage }}"),
        ("{value|humanize}", "{{ $value | humanize }}"),
        ("{value | duration}", "{{ $value | humanizeDuration }}"),
        ("{value | timestamp}", "{{ $value | humanizeTimestamp }}"),
        ("{value | bytes}", "{{ $value | humanize1024 }}B"),
        ("{value | percent | upper}", "{{ $value | humanizePercentage | toUpper }}"),
        ("{labels.route}", "{{ $labels.route }}"),
        ("{labels.route | lower | title}", "{{ $labels.route | toLower | title }}"),
        ("{labels.size | bytes}", "{{ $labels.size | humanize1024 }}B"),
        ('{labels["a.b/c"]}', '{{ index $labels "a.b/c" }}'),
        ('{labels["a.b"] | upper}', '{{ index $labels "a.b" | toUpper }}'),
        ("{value}{value}", "{{ $value }}{{ $value }}"),
        ('{"value": {value}}', '{"value": {{ $value }}}'),
        ("x{value}}", "x{{ $value }}}"),
        ("{{ $labels.a }}: {value}", "{{ $labels.a }}: {{ $value }}"),
        ('{{ "}} {value}" }} {value}', '{{ "}} {value}" }} {{ $value }}'),
        ("{{/* {value} */}}{value}", "{{/* {value} */}}{{ $value }}"),
        ("{{- $value -}} {value}", "{{- $value -}} {{ $value }}"),
        (
            "Checkout error rate {value | percent} on {labels.route}",
            "Checkout error rate {{ $value | humanizePercentage }} on {{ $labels.route }}",
        ),
    ],
)
def test_placeholders_become_go_templates(text: str, compiled: str) -> None:
    assert to_go_template(text) == Placeholders(compiled)
    assert check_template(compiled, product="prometheus") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "{foo}",
        "{foo | bar}",
        "${value}",
        "${labels.route}",
        '{"a": {"b": [1, 2]}}',
        "{values}",
        "{Value}",
        "{value.x}",
        "{labels}",
        "{labels.}",
        "{labels.a.b}",
        "{labels.1a}",
        "{labels.été}",
        '{labels["a\\"b"]}',
        '{labels["{value"]',
        "{labels[a]}",
        "{value\n}",
        "{value | per\ncent}",
        "{value",
        "value}",
        "{}",
        "{{ $value }}",
        "{{ {value} }}",
        "{{ unclosed {value}",
        "\\{foo\\}",
        "sum by (x) (rate({job='a'}[5m]))",
    ],
)
def test_everything_else_stays(text: str) -> None:
    assert to_go_template(text) == Placeholders(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{value | precent}", "did you mean percent?"),
        ("{value | xyz}", "use one of percent, humanize, duration, bytes"),
        ("{value |}", 'there is no filter ""'),
        ("{value | percent |}", 'there is no filter ""'),
        ("{value | humanizePercentage}", "there is no filter"),
        ("{labels.route | Upper}", "did you mean upper?"),
        ("{value | upper}", "reads text, and the value is a number"),
        ("{value | percent | bytes}", "reads a number: put it first"),
        ("{labels.x | upper | percent}", "reads a number: put it first"),
        ("a\nb {value | precent}", "line 2, column 3"),
    ],
)
def test_a_wrong_filter_is_a_problem(text: str, said: str) -> None:
    result = to_go_template(text)
    assert result.text == text
    assert result.problem is not None
    assert said in result.problem.message
    assert text.startswith("{", result.problem.offset)


@given(st.text())
def test_text_without_placeholders_stays(text: str) -> None:
    if "value" not in text and "labels" not in text:
        assert to_go_template(text) == Placeholders(text)


@given(st.lists(PIECES, max_size=20).map("".join))
def test_what_is_good_stays_good(text: str) -> None:
    """Where the Go template in a text is good, the compiled text is good too."""
    result = to_go_template(text)
    if result.problem is None and check_template(text, product="prometheus") is None:
        assert check_template(result.text, product="prometheus") is None


@given(
    st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,20}", fullmatch=True), st.sampled_from(sorted(FILTERS))
)
def test_every_label_and_filter_compiles(name: str, chosen: str) -> None:
    result = to_go_template(f"{{labels.{name} | {chosen}}}")
    assert result.problem is None
    assert check_template(result.text, product="prometheus") is None
    assert result.text.startswith(f"{{{{ $labels.{name} | ")


@given(st.text())
def test_a_label_name_cannot_inject(name: str) -> None:
    """Whatever stands in the brackets is one string in one action, or no placeholder."""
    text = f'{{labels["{name}"]}}'
    result = to_go_template(text)
    if result.text != text and "{" not in name:
        assert re.fullmatch(r'\{\{ index \$labels "[^"\\{}]*" \}\}', result.text)
        assert check_template(result.text, product="prometheus") is None


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("{values}", "{value}"),
        ("now {Value | percent}", "{value | percent}"),
        ("{$value}", "{value}"),
        ("{$labels.route}", "{labels.route}"),
        ("{label.route}", "{labels.route}"),
        ("{lables.route | upper}", "{labels.route | upper}"),
    ],
)
def test_what_was_meant_as_a_placeholder_is_told(text: str, meant: str) -> None:
    found = suspicious(text)
    assert found.text == text
    assert found.problem is not None
    assert found.problem.message.endswith(f"did you mean {meant}?")
    assert to_go_template(text) == Placeholders(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "{value}", "{labels.x | upper}", '{labels["x-y"]}', "{foo}", "${values}", "{volume}",
        "{valid}", '{"value": 1}', "{label}", "{{ $values }}", "{ a: {b: c} }", "{x.label}",
    ],
)  # fmt: skip
def test_what_is_somebody_elses_is_not_told(text: str) -> None:
    assert suspicious(text) == Placeholders(text)


@pytest.mark.parametrize("keyword", ["define", "block"])
def test_a_template_in_the_text_does_not_know_the_alert(keyword: str) -> None:
    dot = " ." if keyword == "block" else ""
    text = f'{{value}} {{{{ {keyword} "a"{dot} }}}}{{labels.x}}{{{{ end }}}} {{value}}'
    problem = to_go_template(text).problem
    assert problem is not None
    assert problem.offset == text.index("{labels.x}")
    assert "write it outside" in problem.message
    outside = text.replace("{labels.x}", "{{ if 1 }}x{{ else if 2 }}y{{ end }}")
    assert to_go_template(outside).problem is None
