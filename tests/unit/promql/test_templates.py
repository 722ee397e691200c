"""Go templates: what each product accepts, and which functions a template names."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.promql.template_cases import (
    ALERTMANAGER_BAD,
    ALERTMANAGER_GOOD,
    BAD,
    FAILING,
    GOOD,
)

from tocsin.promql.template_functions import FUNCTIONS, SINCE
from tocsin.promql.template_pipeline import MAX_NESTING
from tocsin.promql.templates import MAX_LENGTH, _is_plain, check_template, functions_used

TENANT = frozenset({"query", "tmpl"})
PIECES = st.sampled_from(
    re.findall(
        r"\S+", "{{ {{- }} if else end range with define block template break continue | ( )"
    )
    + re.findall(r"\S+", "$labels $value $x .x printf query `b` 'c' \"a\" 1 /* */ é text , := = .")
    + [" ", "\n", " -}}"]
)
WITH_QUERY = [
    '{{ query "up" }}',
    '{{"up"|query}}',
    '{{ printf "up{job=%q}" $labels.job | query | first | value }}',
    '{{ range query "up" }}{{ .Value }}{{ end }}',
    '{{ with query "up" }}x{{ end }}',
    '{{ with $labels.x }}{{ else with query "up" }}{{ end }}',
    '{{ if query "up" }}x{{ else if query "b" }}{{ end }}',
    '{{ define "a" }}{{ range query . }}{{ end }}{{ end }}{{ template "a" "up" }}',
    '{{ block "a" (query "up") }}{{ end }}',
    '{{ template "a" query "up" }}',
    '{{- query "up" -}}',
    '{{/* harmless */}}{{ query "up" }}',
    '{{- /* harmless */ -}}{{\n\tquery\n\t"up"\n}}',
    '{{ (query "up").Value }}',
    '{{ (index (query "up") 0).Labels.x }}',
    '{{ $x := query "up" }}',
    '{{ $labels.x | len | printf "%d" | query }}',
    "{{ print (query `up`) }}",
    '{{ first (query "up") | value }}',
    '{{ if true }}a{{ else }}{{ query "up" }}{{ end }}',
    '{{ query "up" }}{{ broken',
]
WITHOUT_QUERY = [
    "query {{ $value }}",
    '{{ "query" }}',
    "{{ `{{ query }}` }}",
    "{{/* query */}}",
    "{{ $labels.query }}",
    "{{ with .Labels }}{{ .query }}{{ end }}",
    "{{ $query := 1 }}{{ $query }}",
    '{{ define "query" }}{{ end }}{{ template "query" }}',
]


@pytest.mark.parametrize("text", GOOD)
def test_prometheus_accepts(text: str) -> None:
    assert check_template(text, product="prometheus") is None


@pytest.mark.parametrize(("text", "said"), [*BAD.items(), *FAILING.items()])
def test_prometheus_refuses(text: str, said: str) -> None:
    problem = check_template(text, product="prometheus")
    assert problem is not None
    assert said in problem.message
    assert problem.message.startswith("line ")
    assert 0 <= problem.offset <= len(text)


@pytest.mark.parametrize("text", ALERTMANAGER_GOOD)
def test_alertmanager_accepts(text: str) -> None:
    assert check_template(text, product="alertmanager") is None


@pytest.mark.parametrize(("text", "said"), ALERTMANAGER_BAD.items())
def test_alertmanager_refuses(text: str, said: str) -> None:
    problem = check_template(text, product="alertmanager")
    assert problem is not None
    assert said in problem.message


@pytest.mark.parametrize("text", WITH_QUERY)
def test_a_tenant_may_not_query(text: str) -> None:
    problem = check_template(text, product="prometheus", forbidden=TENANT)
    assert problem is not None
    assert "the function query is not allowed" in problem.message
    assert text.startswith("query", problem.offset)
    assert "query" in functions_used(text)


@pytest.mark.parametrize(
    "text", [*WITHOUT_QUERY, *(text for text in GOOD if "query" not in functions_used(text))]
)
def test_the_word_alone_is_no_query(text: str) -> None:
    assert "query" not in functions_used(text)
    assert check_template(text, product="prometheus", forbidden=TENANT) is None


def test_functions_used() -> None:
    assert functions_used('{{ $value | printf "%f" | nonsense }}{{ len .x }}') == {
        "printf",
        "nonsense",
        "len",
    }
    assert functions_used("no action, no function") == frozenset()
    assert functions_used("{{ broken ( query") == {"broken", "query"}


def said(text: str) -> str:
    problem = check_template(text, product="prometheus")
    return problem.message if problem else ""


def nested(depth: int) -> str:
    return "{{if 1}}" * depth + "{{end}}" * depth


def chained(depth: int) -> str:
    return "{{if 1}}" + "{{else if 1}}" * (depth - 1) + "{{end}}"


def bracketed(depth: int) -> str:
    return "{{ " + "(" * depth + "1" + ")" * depth + " }}"


@pytest.mark.parametrize(
    ("build", "limit", "message"),
    [
        ("x".__mul__, MAX_LENGTH, "8,193 characters, the limit is 8,192"),
        (nested, MAX_NESTING, "more than 32 control structures"),
        (chained, MAX_NESTING, "more than 32 control structures"),
        (bracketed, MAX_NESTING, "more than 32 brackets"),
    ],
)
def test_limits(build: Callable[[int], str], limit: int, message: str) -> None:
    assert said(build(limit)) == ""
    assert message in said(build(limit + 1))


@given(st.lists(PIECES, max_size=30).map("".join), st.sampled_from(["prometheus", "alertmanager"]))
def test_every_text_gets_an_answer(text: str, product: str) -> None:
    problem = check_template(text, product=product)  # type: ignore[arg-type]  # sampled from both
    functions_used(text)
    assert problem is None or 0 <= problem.offset <= len(text)


PLAIN = st.sampled_from(
    re.findall(r"\S+", '{{$value}} {{$value|humanize|title}} {{- }} {{/* */}} /* */ { } " ` | -')
    + re.findall(
        r".+",
        """{{ $value }}
{{- $labels.x -}}
{{ $labels | toUpper }}
{{ printf "%.2f" $value | title }}
{{ $value | printf "%d" }}
{{ index $labels "a.b" | toLower }}
{{ $externalURL }}
{{- $value}}
{{$value -}}""",
    )
    + [" ", "\n", "text"]
)


@given(st.lists(PLAIN, max_size=12).map("".join))
def test_the_short_cut_accepts_nothing_that_the_parser_refuses(text: str) -> None:
    with_all_of_it = check_template(text, product="prometheus", forbidden=frozenset({"title"}))
    if "title" not in functions_used(text):
        assert check_template(text, product="prometheus") == with_all_of_it


def test_the_short_cut_is_taken() -> None:
    assert _is_plain("Error rate {{ $value | humanizePercentage }} on {{ $labels.route }}")
    assert _is_plain('{{ printf "%.2f" $value }}% in {{$labels.namespace}}')
    assert not _is_plain("{{{ $value }}")
    assert not _is_plain("{{ $value }} {{ query }}")


@given(st.text())
def test_text_without_actions_is_always_good(text: str) -> None:
    if "{{" not in text:
        assert check_template(text, product="alertmanager") is None


@pytest.mark.parametrize(
    "poison",
    ["{{" * 4000, "{{(" * 2700, "{{1}}" * 1600, "{{if 1}}" * 1000, '{{"\\' * 2000, "{{/*" * 2000,
     "{{" + " " * 8000 + "}}", "{{" + "1 " * 4000 + "}}", "{{9" + "9" * 8000 + "}}", "{{$" * 2700,
     "{{-" + " -" * 4000 + "}}", "{{`" * 2700],
    ids=lambda text: text[:8],
)  # fmt: skip
def test_poison_is_cheap(poison: str) -> None:
    start = time.process_time()
    check_template(poison, product="prometheus")
    functions_used(poison)
    assert time.process_time() - start < 0.5


@pytest.mark.parametrize(
    ("text", "version", "since"),
    [
        ("{{ now }}", "3.5.0", "3.6"),
        ("{{ urlQueryEscape $labels.x }}", "3.7.3", "3.8"),
        ("{{ $labels.instance | stripDomain }}", "2.35.0", "2.36"),
        ("{{ $labels.instance | stripPort }}", "2.32", "2.33"),
    ],
)
def test_functions_that_a_prometheus_does_not_have_are_refused(
    text: str, version: str, since: str
) -> None:
    assert check_template(text, product="prometheus") is None
    assert check_template(text, product="prometheus", version="3.15.0") is None
    problem = check_template(text, product="prometheus", version=version)
    assert problem is not None
    assert f"needs Prometheus {since}, and the operator's configuration says" in problem.message


def test_every_function_with_a_version_exists() -> None:
    for product, since in SINCE.items():
        assert set(since) <= set(FUNCTIONS[product])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{{ .CommonLabels.job }}", "there is no .CommonLabels in the template of an alert: write"),
        ("{{ if .Values.x }}a{{ end }}", "line 1, column 7: there is no .Values"),
        ("{{ len (printf .labels.x) }}", "there is no .labels"),
        ("{{ range .Labels }}{{ $.Bar }}{{ end }}", "there is no .Bar"),
        ("{{ with .Labels }}a{{ else }}{{ .Bar }}{{ end }}", "there is no .Bar"),
        ("{{ $labels.a.b }}", "$labels.a has no fields, so .b fails"),
        ("{{ $value.x }}", "$value has no fields, so .x fails"),
        ("{{ .Labels.job }}{{ .Value }}{{ .ExternalURL }}{{ . }}{{ $.Labels.job }}", ""),
        ("{{ with .Labels }}{{ .job }}{{ end }}", ""),
        ('{{ range $series := query "up" }}{{ $series.Labels.job }}{{ .Value }}{{ end }}', ""),
        ('{{ $value := query "up" | first }}{{ $value.Labels }}', ""),
        ('{{ define "a" }}{{ .job }}{{ end }}{{ template "a" .Labels }}', ""),
    ],
)
def test_fields_that_an_alert_does_not_have_are_refused(text: str, says: str) -> None:
    """Prometheus would write an error in the summary's place when the alert fires."""
    problem = check_template(text, product="prometheus")
    assert (problem is not None) == bool(says)
    assert problem is None or says in problem.message
