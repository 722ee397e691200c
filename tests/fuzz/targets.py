"""
One function a target: it takes any bytes, and raises AssertionError where a law is broken.

Any other exception, a death of the process, or more than some seconds is a finding, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.unit.promql import expressions, template_cases
from tests.unit.promql.gotemplate import cases

from tocsin.cli.yaml_reading import MalformedError, compose_documents, read_documents, read_parts
from tocsin.promql.gotemplate.execution import Limits
from tocsin.promql.gotemplate.render import Template
from tocsin.promql.guard import check_limits
from tocsin.promql.outline import facts_of
from tocsin.promql.parse import judge
from tocsin.promql.placeholders import to_go_template
from tocsin.promql.template_functions import Product
from tocsin.promql.templates import check_growth, check_template, functions_used

_LIMITS = Limits(written=100_000, steps=20_000, work=1 << 20)
_PRODUCTS: tuple[Product, ...] = ("prometheus", "alertmanager")
_KINDS = Path(__file__).parents[1] / "contract" / "valid"


@dataclass(frozen=True)
class Target:
    """What is called, what to begin with, and words that it knows."""

    run: Callable[[bytes], None]
    seeds: Callable[[], Iterable[str]]
    words: tuple[str, ...]


def template_parser(data: bytes) -> None:
    """A verdict has a message and a place, and what is accepted can be read as a tree."""
    text = data.decode("utf-8", "ignore")
    functions_used(text)
    for product in _PRODUCTS:
        found = check_template(text, product=product) or check_growth(text, product)
        assert found is None or (found.message and 0 <= found.offset <= len(text))


def evaluator(data: bytes) -> None:
    """What the parser accepts ends within its limits, with a text or an error."""
    text = data.decode("utf-8", "ignore")
    if check_template(text, product="alertmanager") is not None:
        return
    for html in (False, True):
        template = Template(text, html=html)
        found = template.render(cases.DATA, limits=_LIMITS)
        assert len(found.text) <= _LIMITS.written
        assert 0 <= found.offset <= len(text)
        assert template.render(cases.DATA, limits=_LIMITS) == found


def placeholders(data: bytes) -> None:
    """What has no problem compiles to a template that is good wherever the text was."""
    text = data.decode("utf-8", "ignore")
    found = to_go_template(text)
    if found.problem is not None:
        assert found.text == text
    elif check_template(text, product="prometheus") is None and len(found.text) <= 8192:
        assert check_template(found.text, product="prometheus") is None


def guard(data: bytes) -> None:
    """The guard lets nothing to the parser that ends the process, and facts never fail."""
    text = data.decode("utf-8", "ignore")
    refused = check_limits(text)
    verdict = judge(text)
    assert refused is None or not verdict.accepted
    if verdict.accepted:
        facts_of(text)


def yaml_loader(data: bytes) -> None:
    """Whatever is no YAML is told as such; what can be read can be read again."""
    try:
        documents = read_documents(data)
    except MalformedError:
        pass
    else:
        assert len(compose_documents(data)) >= len([one for one in documents if one is not None])
    list(read_parts(data))
    list(read_parts(data, is_json=True))


def _templates() -> Iterable[str]:
    return (*cases.PLAIN, *cases.PAGES, *cases.FAILING, *cases.FAILING_PAGES,
            *template_cases.ALERTMANAGER_GOOD)  # fmt: skip


_TEMPLATE_WORDS = (
    "{{ ", " }}", "{{- ", " -}}", "{{ end }}", "{{ range .Alerts }}", "{{ if ", "{{ with ",
    "{{ else }}", '{{ define "a" }}', '{{ template "a" . }}', '{{ block "a" . }}', " | ",
    ":=", "$x", ".Labels", ".CommonLabels", ".StartsAt", ".Format", "printf", "index", "slice",
    "len", "eq", "dict", "list", "append", "reReplaceAll", "title", "toJson", "match", "html",
    "urlquery", '"%d"', "/*", "*/", "`", "'", "(", ")", "0x1p4", '<a href="', '<p style="',
    "<!--", "-->", "<script>", "</script>", "<style>", "url(", "{value | percent}", "{labels.x}",
)  # fmt: skip

TARGETS = {
    "yaml-loader": Target(
        yaml_loader,
        lambda: [path.read_text() for path in sorted(_KINDS.rglob("*.yaml"))],
        ("---\n", "...\n", "&a ", "*a", "<<: ", "!!str ", "? ", ": ", "- ", "{", "}", "[", "]",
         "|-\n", ">\n", "\t", '"', "'", "\\u0000", "%YAML 1.2\n", "#", "\r\n"),
    ),
    "guard": Target(
        guard,
        lambda: [text for texts in expressions.VALID.values() for text in texts],
        ("rate(", "sum by (", "[5m]", "offset 5m", "@ start()", "and on (", "group_left (", "{",
         "}", '=~"', "!=", " or ", "unless", "bool", "-", "^", "0x", "1e", "Inf", "[5m:1m]",
         "histogram_quantile(", "absent(", "label_replace(", "`", "#", "anchored", "fill("),
    ),
    "placeholders": Target(placeholders, lambda: template_cases.ALERTMANAGER_GOOD, _TEMPLATE_WORDS),
    "template-parser": Target(template_parser, _templates, _TEMPLATE_WORDS),
    "evaluator": Target(evaluator, _templates, _TEMPLATE_WORDS),
}  # fmt: skip
