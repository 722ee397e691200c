"""`jira`: issues, with a text for Jira's API 2 and a document for its API 3."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from tocsin.api.problem import Problem
from tocsin.api.receivers.jira import Jira, JiraField
from tocsin.compile.messages.texts import call
from tocsin.compile.receivers.entry import (
    Entry,
    Surroundings,
    alertmanager_version,
    opening,
    translate,
    with_defaults,
)
from tocsin.compile.receivers.versions import too_new
from tocsin.compile.refusals import invalid

_SINCE_DOCUMENTS = (0, 31)


def check_jira(jira: Jira, around: Surroundings) -> Iterator[Problem]:
    """Refuse Jira's API 3 where it would get a text, which it does not take."""
    text = jira.description.template if jira.description else None
    if takes_documents(jira) and text and "{{" not in text and not _is_json(text):
        yield invalid(
            "spec.jira.description.template",
            "is no JSON, which Jira's API 3 asks for: write a document, or leave the field out",
        )
    if takes_documents(jira) and alertmanager_version(around.config) < _SINCE_DOCUMENTS:
        yield too_new(
            "spec.jira.apiURL",
            _SINCE_DOCUMENTS,
            around,
            "end it with /rest/api/2 meanwhile",
        )


def compile_jira(jira: Jira, around: Surroundings) -> Entry:
    """Write an entry of `jira_configs`."""
    entry = opening(around) | translate(
        jira, "jira", around.files, without=("summary", "description")
    )
    text = call("jira.document" if takes_documents(jira) else "jira.text")
    entry["summary"] = _field(jira.summary, call("jira.summary"))
    entry["description"] = _field(jira.description, text)
    return with_defaults(entry, {"priority": call("jira.priority")})


def takes_documents(jira: Jira | None) -> bool:
    """Tell whether API 3 is spoken, as Alertmanager does: by the end of the address's path."""
    if jira is None:
        return False
    address = jira.api_url.partition("#")[0].partition("?")[0]
    path = unquote("/".join(["", *address.split("/")[3:]]))
    return path.rstrip("/").endswith("/3")


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _field(field: JiraField | None, default: str) -> Any:
    """Write a text as every Alertmanager knows it; only `enableUpdate` needs an object."""
    template = default if field is None or field.template is None else field.template
    if template in {"null", "~"}:
        # go-yaml takes these for nothing even in quotes, and then for no jira field at all.
        template = f'{{{{ "{template}" }}}}'
    if field is None or field.enable_update is None:
        return template
    return {"template": template, "enable_update": field.enable_update}
