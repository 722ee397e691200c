"""`<kind>.md`: every field of a kind, from its generated CRD."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from tests.generate.markdown import code, table

_TEXT = """# {kind}: all fields

`{api_version}`, short name `{short}`. How to use them: [{kind}](../kinds/{page}).

## spec

{spec}
## status

{status}"""


def field_page(crd: Path) -> tuple[str, str]:
    """Give a page's file name and its text."""
    spec = yaml.safe_load(crd.read_text())["spec"]
    names = spec["names"]
    [version] = [one for one in spec["versions"] if one["storage"]]
    parts = version["schema"]["openAPIV3Schema"]["properties"]
    page = f"{names['singular']}.md"
    return page, _TEXT.format(
        kind=names["kind"],
        api_version=f"{spec['group']}/{version['name']}",
        short=names["shortNames"][0],
        page=page,
        spec=_table(parts["spec"]),
        status=_table(parts["status"]),
    )


def _table(part: dict[str, Any]) -> str:
    return table(("Field", "Type", "What it is"), _rows(part, ""))


def _rows(part: dict[str, Any], prefix: str) -> Iterator[tuple[str, str, str]]:
    required = set(part.get("required", ()))
    for name, field in part.get("properties", {}).items():
        many = field.get("type") == "array"
        path = f"{prefix}{name}{'[]' if many else ''}"
        needed = " (required)" if name in required else ""
        yield code(path), _type(field) + needed, " ".join(field.get("description", "").split())
        yield from _rows(field["items"] if many else field, f"{path}.")


def _type(field: dict[str, Any]) -> str:
    if field.get("x-kubernetes-int-or-string"):
        return "integer or string"
    if "enum" in field:
        return " or ".join(code(str(value)) for value in field["enum"])
    if field.get("type") == "array":
        return f"list of {_type(field['items'])}"
    if "additionalProperties" in field:
        return f"map of {_type(field['additionalProperties'])}"
    return str(field.get("type", "object"))
