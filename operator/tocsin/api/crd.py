"""
Kinds to CustomResourceDefinitions, from the models that the operator runs on.

Gives documents and writes nothing; `tocsin crds` prints them, and `crds/` holds what it
printed. A bare object starts with `observedGeneration: -1`, so that kstatus waits.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from tocsin.api.checks import alert_rule, health_check, notification_channel, notify
from tocsin.api.kinds import Column, Kind
from tocsin.api.meta import KubeModel
from tocsin.api.schema import Rules, Schema, SchemaWriter

CATEGORY = "tocsin"
MAX_BYTES = 100 * 1024
"""The largest CRD, as YAML; `kubectl apply` keeps a copy of it in an annotation."""

RULES: Rules = {
    **alert_rule.CEL_RULES,
    **health_check.CEL_RULES,
    **notification_channel.CEL_RULES,
    **notify.CEL_RULES,
}
_NEVER_OBSERVED = {"observedGeneration": -1}


def crd_document(kind: Kind) -> dict[str, Any]:
    """
    Give the CustomResourceDefinition of a kind.

    Raises `tocsin.api.schema.SchemaError` where a string, list, map or number has no
    bound, or a property no description.
    """
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": kind.resource},
        "spec": {
            "group": kind.group,
            "names": {
                "categories": [CATEGORY],
                "kind": kind.kind,
                "listKind": f"{kind.kind}List",
                "plural": kind.plural,
                "shortNames": [kind.short_name],
                "singular": kind.singular,
            },
            "scope": "Namespaced",
            "versions": [_version(kind)],
        },
    }


def _version(kind: Kind) -> Schema:
    writer = SchemaWriter(RULES)
    spec = writer.model(_model(kind.module, kind.spec_model), f"{kind.kind}.spec")
    status = writer.model(_model(kind.status_module, kind.status_model), f"{kind.kind}.status")
    charter = " ".join((import_module(kind.module).__doc__ or "").replace("`", "").split())
    return {
        "name": kind.version,
        "served": True,
        "storage": True,
        "additionalPrinterColumns": [_column(column) for column in kind.columns],
        "subresources": {"status": {}},
        "schema": {
            "openAPIV3Schema": {
                "description": charter,
                "type": "object",
                "required": ["spec"],
                "properties": {
                    "apiVersion": {
                        "description": "apiVersion of this object's schema.",
                        "type": "string",
                    },
                    "kind": {"description": f"kind is {kind.kind}.", "type": "string"},
                    "metadata": {"type": "object"},
                    "spec": spec,
                    "status": status | {"default": _NEVER_OBSERVED},
                },
            }
        },
    }


def _model(module: str, name: str) -> type[KubeModel]:
    model: type[KubeModel] = getattr(import_module(module), name)
    return model


def _column(column: Column) -> Schema:
    written: Schema = {"name": column.name, "type": column.type, "jsonPath": column.json_path}
    return written | ({"priority": column.priority} if column.priority else {})
