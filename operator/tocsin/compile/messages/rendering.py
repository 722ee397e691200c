"""
Messages' templates rendered as Alertmanager would, for synthetic messages.

For one alert, for one without labels, for five hundred; firing and resolved. One that
fails on any of them would lose that notification (S10). Only a template of a user's own
comes here, and few have one: `message_checks` loads this when it is needed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache

from tocsin.compile.messages.built_in import built_in_templates
from tocsin.compile.messages.groups import NOW, Group, groups, names_in
from tocsin.compile.messages.texts import message_templates
from tocsin.compile.messages.use import MessageUse
from tocsin.promql.gotemplate.render import Rendered, Template
from tocsin.promql.gotemplate.values import Struct
from tocsin.promql.template_functions import Version, version_of
from tocsin.promql.template_nodes import Node, read_tree
from tocsin.promql.tokens import place


def rendered_problem(text: str, use: MessageUse) -> tuple[str, int]:
    """
    Say on which message a template that parses fails, where and why; empty if on none.

    Gives what the rendering cost beside it (`Rendered.cost`).
    """
    cost = 0
    version = version_of(use.version)
    template = Template(
        text,
        shared=_shared(use.severities, version),
        built_in=built_in_templates(version),
        html=use.html,
    )
    rendered = (
        (group, template.render(_as_of(group, version), now=NOW, lenient=not group.bare))
        for group in groups(names_in(text), resolves=use.resolves)
    )
    for number, (group, found) in enumerate(rendered):
        cost += found.cost
        if found.error:
            always = not number and all(later.error == found.error for _, later in rendered)
            return f"{place(text, found.offset)}: {_told(group, found, always=always)}", cost
        if use.document and not is_document(found.text):
            return (
                "writes no JSON, which Jira's API 3 asks for: build it with toJson, or leave the "
                "field out"
            ), cost
    return "", cost


def is_document(text: str) -> bool:
    """Tell whether a text is JSON, or nothing at all, which Jira takes too."""
    try:
        json.loads(text or "{}")
    except (ValueError, RecursionError):
        return False
    return True


def _as_of(group: Group, version: Version) -> Struct:
    """Give a message with the fields that this Alertmanager has."""
    missing = {name for name, since in _FIELDS_SINCE.items() if version < since}
    if not missing:
        return group.data
    fields: Mapping[str, object] = {
        name: one for name, one in group.data.fields.items() if name not in missing
    }
    return Struct(group.data.go_type, fields)


_FIELDS_SINCE: Mapping[str, Version] = {"NotificationReason": (0, 32), "RouteLabels": (0, 34)}


def _told(group: Group, found: Rendered, *, always: bool) -> str:
    if always:
        return f"fails whenever it notifies: {found.error}"
    if group.bare and found.missing is not None and not found.too_much:
        holder, name = found.missing
        what = "annotation" if "Annotations" in holder else "label"
        return (
            f"fails where the {what} {name} is missing: {found.error}; write it between "
            f"{{{{ with {holder}.{name} }}}} and {{{{ end }}}}"
        )
    advice = "" if found.too_much else "; test it with if or with before"
    return f"fails {group.words}: {found.error}{advice}"


@lru_cache(maxsize=4)
def _shared(severities: tuple[str, ...], version: Version) -> Mapping[str, list[Node]]:
    """Give Tocsin's own templates, which every Alertmanager has."""
    return read_tree(message_templates(severities, version)).defined
