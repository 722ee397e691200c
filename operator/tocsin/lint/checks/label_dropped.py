"""A text that shows a label which the expression has aggregated away: it stays empty."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tocsin.lint.check import RuleCheck
from tocsin.lint.finding import Finding, Level
from tocsin.lint.rule import Rule, Settings
from tocsin.lint.words import listed

_LABEL = re.compile(
    r"""(?<!\$)\{[ \t]*labels(?:\.([A-Za-z_]\w*)|\[[ \t]*"([^"\\{}]+)"[ \t]*\])
        [ \t]*(?:\|[^{}\n]*)?\}
      | (?:\$labels|\.Labels)\.([A-Za-z_]\w*)
      | index[ ]+(?:\$labels|\.Labels)[ ]+"([^"\\]+)"
    """,
    re.VERBOSE | re.ASCII,
)


def _look(rule: Rule, settings: Settings) -> Iterator[Finding]:
    del settings
    expressions = {id(each.expression): each.expression for each in rule.conditions}.values()
    known = [one.facts.labels for one in expressions if one is not None]
    if not known or len(known) < len(expressions) or not any(one.kind for one in known):
        return  # what one of the levels gives cannot be told
    for field, text in rule.texts():
        if "abels" not in text:
            continue
        seen: set[str] = set()
        for found in _LABEL.finditer(text):
            name = next(part for part in found.groups() if part)
            if name in seen or any(one.may_have(name) for one in known):
                continue
            seen.add(name)
            yield Finding(field, _message(name, known[0].names, known[0].kind), _span(found))


def _span(found: re.Match[str]) -> tuple[int, int]:
    return found.start(), found.end() - found.start()


def _message(name: str, names: tuple[str, ...], kind: str) -> str:
    if kind == "exactly" and names:
        rest = f"the expression keeps only {listed(list(names))}"
    elif kind == "exactly":
        rest = "the expression keeps no label"
    else:
        rest = "the expression drops it"
    return f"the label {name} is always empty here, because {rest}: keep it with by ({name})"


CHECK = RuleCheck(
    "label-dropped", Level.WARNING, "A text shows a label that the expression drops.", _look
)
