"""Templates that would write without end, or end a shared Prometheus, and those that would not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.promql.template_cases import ALERTMANAGER_GOOD, GOOD

from tocsin.promql.template_functions import Product
from tocsin.promql.templates import check_growth, check_template

DOUBLED = '{{ $x := "aaaaaaaa" }}' + "{{ $x = print $x $x }}" * 28 + "{{ $x }}"
CALLING = "".join(
    f'{{{{ define "a{n}" }}}}{{{{ template "a{n + 1}" . }}}}'
    f'{{{{ template "a{n + 1}" . }}}}{{{{ end }}}}'
    for n in range(30)
)
EVER_NEW = "".join(
    f'{{{{ define "a{n}" }}}}{{{{ template "a{n + 1}" (print . 1) }}}}'
    f'{{{{ template "a{n + 1}" . }}}}{{{{ end }}}}'
    for n in range(30)
)
DEEP = (
    "".join(
        f'{{{{ define "a{n}" }}}}{"{{if .}}" * 6}{{{{ template "a{n + 1}" }}}}'
        f"{'{{end}}' * 6}{{{{ end }}}}"
        for n in range(60)
    )
    + '{{ template "a0" }}'
)
LONG = '{{ $x := "' + "a" * 2000 + '" }}'

GROWING = {
    "{{ range 200000000 }}x{{ end }}": "may have no end",
    "{{ range (toTime $value).Unix }}x{{ end }}": "may have no end",
    '{{ range len "abc" }}x{{ end }}': "may have no end",
    "{{ range $labels }}" * 6 + "x" + "{{ end }}" * 6: "may grow",
    '{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}': "calls itself",
    CALLING + '{{ define "a30" }}x{{ end }}{{ template "a0" . }}': "may grow",
    EVER_NEW + '{{ define "a30" }}x{{ end }}{{ template "a0" "x" }}': "",
    DEEP: "too deeply",
    DOUBLED: "may grow",
    DOUBLED.replace("$x = ", "$x := "): "may grow",
    '{{ $x := "a" }}{{ range $labels }}{{ $x = print $x $x }}{{ end }}{{ $x }}': "every turn",
    LONG + '{{ if true }}{{ $x := "a" }}{{ end }}' + "{{ $x }}" * 600: "may grow",
    '{{ "\\\\\\\\" ' + "| js " * 30 + "}}": "may grow",
    "{{ $labels.x " + '| printf "%q" ' * 30 + "}}": "may grow",
    "{{ $labels.x " + '| printf "%[1]s%[1]s" ' * 30 + "}}": "may grow",
    '{{ printf "%*d" 999999 1 }}': "may grow",
    '{{ printf "%999999d" $value }}' * 3: "may grow",
    '{{ printf (print "%" "999999d") 1 }}': "may grow",
    LONG + '{{ reReplaceAll "" $x (reReplaceAll "" $x $x) }}': "may grow",
    "{{ $l := args $labels }}" + "{{ $l = args $l $l $l $l }}" * 12: "may grow",
}
BOUNDED = [
    *(text for text in GOOD if "query" not in text),
    "{{ range $name, $text := $labels }}{{ $name }}={{ $text }} {{ end }}",
    "{{ $worst := 1 }}{{ range $labels }}{{ $worst = 2 }}{{ end }}",
    '{{ printf "%-40s|%10.2f" $labels.x $value }}' * 20,
    "{{ $labels.instance }} " * 60,
]
MESSAGES = [
    *ALERTMANAGER_GOOD,
    "{{ range .Alerts }}{{ range .Labels.SortedPairs }}{{ .Name }}={{ .Value }}{{ end }}{{ end }}",
    "{{ with .CommonLabels.Remove .GroupLabels.Names }}{{ range .SortedPairs }}x{{ end }}{{ end }}",
    '{{ define "x" }}{{ range . }}{{ .Labels.a }}{{ end }}{{ end }}{{ template "x" .Alerts }}',
]


@pytest.mark.parametrize(("text", "says"), GROWING.items())
def test_growing(text: str, says: str) -> None:
    started = time.perf_counter()
    problem = check_growth(text, "prometheus")
    assert time.perf_counter() - started < 1
    assert problem is not None
    assert says in problem.message


@pytest.mark.parametrize("text", BOUNDED)
def test_bounded(text: str) -> None:
    assert check_growth(text, "prometheus") is None


@pytest.mark.parametrize("text", MESSAGES)
def test_bounded_message(text: str) -> None:
    assert check_growth(text, "alertmanager") is None


PIECES = st.sampled_from(
    [
        *("{{ if . }}", "{{ range .Alerts }}", "{{ range $i, $x := .Alerts }}", "{{ end }}"),
        *("{{ else }}", "{{ else if . }}", '{{ define "a" }}', '{{ template "a" . }}', "text"),
        *(
            '{{ block "b" $ }}',
            "{{ $x := . }}",
            "{{ $x = print $x 1 }}",
            "{{ $ | }}",
            "{{ break }}",
        ),
        *('{{ (index . 0).Labels.x | printf "%5.2s" }}', "{{- /* c */ -}}", "{{ .A.B.C | html }}"),
        *('{{ .StartsAt.Format "15" }}', '{{ join "," .Names }}', "{{ (print 1) | len }}"),
    ]
)


@given(st.lists(PIECES, max_size=12), st.sampled_from(["prometheus", "alertmanager"]))
def test_never_raises(pieces: list[str], product: Product) -> None:
    text = "".join(pieces)
    if check_template(text, product=product) is None:
        problem = check_growth(text, product)
        assert problem is None or problem.message
