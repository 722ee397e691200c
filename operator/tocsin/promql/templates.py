"""
Go templates, checked as Prometheus and Alertmanager check them, and a little earlier.

A template that does not parse makes prometheus-operator leave out the rule, and
makes Alertmanager drop the notification when it should be sent; so it is refused
when it is written. Which functions a template uses is known here too, because
`query` in an annotation reads series that its author may not see (threat S05).

Nothing here raises, whatever the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tocsin.promql.template_fields import field_problem
from tocsin.promql.template_functions import (
    FUNCTIONS,
    SINCE,
    VARIABLES,
    Product,
    age_problem,
    version_of,
)
from tocsin.promql.template_growth import growth_problem
from tocsin.promql.template_lexer import lex
from tocsin.promql.template_nodes import read_tree
from tocsin.promql.template_parser import TemplateParser
from tocsin.promql.template_pipeline import TemplateError
from tocsin.promql.tokens import place

MAX_LENGTH = 8_192
"""Characters of one template."""
_FORMATTERS = frozenset({"toUpper", "toLower", "title", "stripPort", "stripDomain"}).union(
    f"humanize{what}" for what in ("", "1024", "Duration", "Percentage", "Timestamp")
)
_ALL_FORMATTERS = max(SINCE["prometheus"].get(name, (0, 0)) for name in _FORMATTERS)
_NAME = "[A-Za-z_][A-Za-z0-9_]*"
_STRING = r'"[^"\\{}\n]*"'
_OPERAND = rf"\$(?:value|externalURL|(?:labels|externalLabels)(?:\.{_NAME})?)"
_PLAIN_ACTION = re.compile(
    rf"(?<!\{{)\{{\{{(?:- )? *(?:{_OPERAND}|index \$labels {_STRING}|printf {_STRING} {_OPERAND})"
    rf"(?: *\| *(?:{'|'.join(sorted(_FORMATTERS, reverse=True))}|printf {_STRING}))* *(?: -)?\}}\}}"
)
"""An action that stands alone and is good: most alerts have no other."""
_WIDE = re.compile(r"%(?![-+ 0]?[0-9]{0,3}(?:\.[0-9]{0,3})?[sdfgevt%])")
"""What a format of `printf` must have to write much more than it reads."""


@dataclass(frozen=True, slots=True)
class TemplateProblem:
    """
    Why a template is refused.

    `message` says the place, the reason and the remedy; `offset` counts characters
    from the start of the text.
    """

    message: str
    offset: int


def check_template(
    text: str, *, product: Product, forbidden: frozenset[str] = frozenset(), version: str = ""
) -> TemplateProblem | None:
    """
    Refuse a template that the product would refuse or fail on; None where it is good.

    `forbidden` names functions that this author may not use, wherever in the
    template they stand. Without `version` the product has every function there is.
    """
    if len(text) > MAX_LENGTH:
        return TemplateProblem(
            f"the text has {len(text):,} characters, the limit is {MAX_LENGTH:,}: shorten it",
            MAX_LENGTH,
        )
    if "{{" not in text:
        return None
    simple = product == "prometheus" and _FORMATTERS.isdisjoint(forbidden)
    if simple and _has_formatters(version) and _is_plain(text):
        return None
    return _parsed(text, product, forbidden, version)


def _has_formatters(version: str) -> bool:
    """Tell whether every formatter is known to a Prometheus of this version."""
    return not version or version_of(version) >= _ALL_FORMATTERS


def _parsed(
    text: str, product: Product, forbidden: frozenset[str], version: str
) -> TemplateProblem | None:
    parser = TemplateParser(text, FUNCTIONS[product], VARIABLES[product])
    problem: TemplateProblem | None = None
    try:
        parser.run()
    except TemplateError as error:
        problem = _problem(text, error.message, error.offset)
    for call in parser.calls:
        if call.value in forbidden:
            message = f"the function {call.value} is not allowed in this namespace: remove it"
            return _problem(text, message, call.offset)
        old = age_problem(call.value, product, version) if version else ""
        if old and problem is None:
            problem = _problem(text, old, call.offset)
    if problem is None and product == "prometheus":
        found = field_problem(read_tree(text))
        problem = None if found is None else _problem(text, *found)
    return problem


def check_growth(text: str, product: Product) -> TemplateProblem | None:
    """
    Refuse a template whose result has no sane bound; None where it has one.

    For templates that `check_template` has let pass for this product. Neither product
    limits what a template writes, so one could end a process that all share.
    """
    if "{{" not in text:
        return None
    if not ("printf" in text and _WIDE.search(text)) and _is_plain(text):
        return None
    found = growth_problem(read_tree(text), product)
    return None if found is None else _problem(text, *found)


def _is_plain(text: str) -> bool:
    """Tell whether a template has plain actions only, which spares the parser its work."""
    return "{{" not in _PLAIN_ACTION.sub("", text)


def functions_used(text: str) -> frozenset[str]:
    """
    Name the functions in a template, those that do not exist included.

    Of a template that does not parse, those that every word in an action could be.
    """
    if "{{" not in text:
        return frozenset()
    parser = TemplateParser(text[:MAX_LENGTH], None, ("$",))
    try:
        parser.run()
    except TemplateError:
        return frozenset(token.value for token in lex(text) if token.kind == "word")
    return frozenset(call.value for call in parser.calls)


def _problem(text: str, message: str, offset: int) -> TemplateProblem:
    return TemplateProblem(f"{place(text, offset)}: {message}", offset)
