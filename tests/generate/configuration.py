"""`configuration.md`: the operator's configuration file, from the models in `tocsin.api.config`."""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from tests.generate.markdown import code, table

from tocsin.api import config, policy
from tocsin.api.config import OperatorConfig

_TEXT = """# The operator's configuration

One YAML file, named by `tocsin operator --config FILE`. The chart writes it from the value
`config`. It is checked as a whole before anything starts; an unknown field is an error.
Every field may be left out.

{fields}
## Example

```yaml
alertmanager:
  secret: {{namespace: monitoring, name: alertmanager-tocsin}}
  urls: ["http://alertmanager-operated.monitoring.svc:9093"]
defaultChannels:
- {{name: on-call, namespace: platform, minSeverity: critical}}
smtp: {{smarthost: "smtp.example.org:587", from: alerts@example.org}}
severities: [critical, warning, info, none]
trustedNamespaces: [platform]
ruleLabels: {{release: kube-prometheus-stack}}
```
"""


def configuration_page() -> str:
    """Give the page."""
    schema = OperatorConfig.model_json_schema(by_alias=True)
    rows = list(_rows(OperatorConfig, schema, schema["$defs"], ""))
    return _TEXT.format(fields=table(("Field", "Type", "Default", "What it is"), rows))


def _rows(
    model: type[BaseModel], schema: dict[str, Any], definitions: dict[str, Any], prefix: str
) -> Iterator[tuple[str, str, str, str]]:
    """Give one row a field, parents before their fields."""
    docs = attribute_docs(model)
    for name, field in model.model_fields.items():
        alias = field.alias or name
        part = _resolve(schema["properties"][alias], definitions)
        many = part.get("type") == "array"
        path = f"{prefix}{alias}{'[]' if many else ''}"
        default = _default(schema["properties"][alias], field.is_required())
        yield code(path), _type(part, definitions), default, " ".join(docs[name].split())
        inner = _resolve(part["items"], definitions) if many else part
        if "properties" in inner:
            yield from _rows(_model_named(inner["title"]), inner, definitions, f"{path}.")


def _model_named(title: str) -> type[BaseModel]:
    modules = (config, policy)
    found: type[BaseModel] = next(getattr(one, title) for one in modules if hasattr(one, title))
    return found


def _resolve(part: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """Follow references and drop the null branch of an optional field."""
    for option in part.get("anyOf", ()):
        if option.get("type") != "null":
            return _resolve(option, definitions)
    if "$ref" in part:
        return _resolve(definitions[part["$ref"].rsplit("/", 1)[-1]], definitions)
    return part


def _type(part: dict[str, Any], definitions: dict[str, Any]) -> str:
    if part.get("type") == "array":
        return f"list of {_type(_resolve(part['items'], definitions), definitions)}"
    if part.get("type") == "object" and "properties" not in part:
        return "map"
    return str(part.get("type", "object"))


def _default(part: dict[str, Any], required: bool) -> str:
    default = part.get("default")
    if required:
        return "required"
    if default is None or (isinstance(default, dict) and default):
        return ""
    return code(json.dumps(default))


def attribute_docs(model: type[BaseModel]) -> dict[str, str]:
    """Give the docstrings that stand below a model's attributes, by attribute."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(model))).body[0]
    assert isinstance(tree, ast.ClassDef)
    docs: dict[str, str] = {}
    for before, after in zip(tree.body, tree.body[1:], strict=False):
        if (
            isinstance(before, ast.AnnAssign)
            and isinstance(before.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
        ):
            docs[before.target.id] = inspect.cleandoc(str(after.value.value))
    return docs
