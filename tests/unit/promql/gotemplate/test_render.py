"""Templates rendered: what comes out, what fails and why, and what it may cost."""

from __future__ import annotations

from itertools import pairwise

import pytest
from tests.conftest import Golden
from tests.unit.promql.gotemplate import cases

from tocsin.promql.gotemplate.execution import Limits
from tocsin.promql.gotemplate.render import Rendered, Template
from tocsin.promql.template_nodes import read_tree
from tocsin.promql.templates import check_template


def render(text: str, *, html: bool = False, limits: Limits | None = None) -> Rendered:
    problem = check_template(text, product="alertmanager")
    if problem is not None:
        return Rendered(error=problem.message)
    template = Template(text, html=html)
    return template.render(cases.DATA, zones=cases.zone_of, limits=limits or Limits())


@pytest.mark.parametrize(
    ("name", "html"),
    [
        ("plain", False),
        ("failing", False),
        ("stricter", False),
        ("pages", True),
        ("failing_pages", True),
        ("stricter_pages", True),
    ],
)
def test_every_case_gives_what_is_written_below_it(name: str, html: bool, golden: Golden) -> None:
    path = cases.TESTDATA / f"{name}.txt"
    reasons = _reasons(path.read_text())
    parts = []
    for text in cases.read(name):
        found = render(text, html=html)
        made = f"! {found.error}" if found.error else found.text
        shown = made.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
        reason = reasons.get(text, "")
        parts.append(f"--- {text.replace(chr(10), '⏎')}\n{reason}{shown.replace(chr(13), '␍')}\n\n")
    golden.check(path, "".join(parts))


def _reasons(text: str) -> dict[str, str]:
    lines = text.splitlines()
    return {
        before[4:].replace("⏎", "\n"): f"{line}\n"
        for before, line in pairwise(lines)
        if before.startswith("--- ") and line.startswith("# ")
    }


def test_the_files_say_whether_a_template_fails() -> None:
    for name in ("failing", "failing_pages", "stricter", "stricter_pages"):
        assert all(render(text, html="pages" in name).error for text in cases.read(name))
    for name in ("plain", "pages"):
        assert not any(render(text, html="pages" in name).error for text in cases.read(name))


@pytest.mark.parametrize(
    "text",
    [
        "{{ range 1000000000 }}{{ end }}",
        "{{ range 100 }}{{ range 100 }}{{ range 100 }}x{{ end }}{{ end }}{{ end }}",
        '{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}',
        '{{ define "a" }}{{ template "b" }}{{ end }}{{ block "b" . }}{{ template "a" }}{{ end }}',
        '{{ $x := "0123456789" }}{{ range 60 }}{{ $x = print $x $x }}{{ end }}{{ len $x }}',
        "{{ $x := list 1 }}{{ range 60 }}{{ $x = list $x $x }}{{ end }}{{ $x }}",
        '{{ $x := "aaaaaaaaaa" }}{{ range 9 }}{{ $x = reReplaceAll "a" $x $x }}{{ end }}',
        '{{ printf "%1000000d" 1 }}{{ printf "%1000000d" 1 }}{{ printf "%1000000d" 1 }}',
        '{{ $x := printf "%1000000d" 1 }}{{ range 1000 }}{{ $y := title $x }}{{ end }}',
        '{{ $x := printf "%900000d" 1 }}{{ range 9 }}{{ $x = html $x }}{{ $x = js $x }}{{ end }}',
    ],
)
@pytest.mark.parametrize("html", [False, True])
def test_what_would_never_end_is_stopped(text: str, html: bool) -> None:
    found = render(text, html=html)
    assert found.error
    assert found.text == ""


def test_ranges_within_each_other_do_not_double_the_work_for_a_page() -> None:
    depth = 31
    text = (
        "{{ range .Alerts.Firing }}" + "{{ range 1 }}" * depth + "<p>" + "{{ end }}" * (depth + 1)
    )
    assert "nested" in render(text, html=True).error
    assert render(text).text == "<p>"


def test_a_limit_is_told_apart_from_a_mistake() -> None:
    assert render("{{ range 9999999 }}{{ end }}").too_much
    assert not render("{{ .Nothing }}").too_much
    small = Limits(written=10)
    assert render("0123456789", limits=small).text == "0123456789"
    assert render("0123456789x", limits=small).too_much


def test_what_was_missing_is_named() -> None:
    assert render("{{ slice .CommonLabels.zone 0 1 }}").missing == (".CommonLabels", "zone")
    found = render('{{ slice (index (index .Alerts 0).Annotations "x") 0 1 }}')
    assert found.missing == (".Annotations", "x")


def test_an_error_has_its_place() -> None:
    text = "{{ .Status }}\n{{ range .Alerts }}{{ .Labels.a.b }}{{ end }}"
    assert text[render(text).offset :].startswith(".Labels")


def test_templates_of_others_are_named_and_placed_at_the_call() -> None:
    text = 'abc {{ template "theirs" . }}'
    theirs = read_tree('{{ define "theirs" }}{{ .Nothing }}{{ end }}').defined
    found = Template(text, shared=theirs).render(cases.DATA)
    assert 'the template "theirs"' in found.error
    assert text[found.offset :].startswith("template")


def test_now_and_since_come_from_the_caller() -> None:
    text = "{{ now.Unix }} {{ since (index .Alerts 0).StartsAt }}"
    assert Template(text).render(cases.DATA, now=cases.START + 90).text == "1700000090 1m30s"


def test_text_that_cannot_be_read_counts_only_where_it_is_real() -> None:
    for text in (
        "{{ (index .Alerts 0).Labels.team | humanizeDuration }}",
        '{{ mustToDate "2006" (index .Alerts 0).Labels.team }}',
        "{{ (index .Alerts 0).Labels.instance | base64decode }}",
        "{{ tz (index .Alerts 0).Labels.team (index .Alerts 0).StartsAt }}",
        '{{ urlUnescape (printf "%%%s" .Status) }}',
    ):
        assert Template(text).render(cases.DATA).error, text
        assert not Template(text).render(cases.DATA, lenient=True).error, text
