"""
Descriptions for the CRDs: the docstrings below the models' fields, read from the source.

Read by the generators only, so that the texts cost nothing when the operator starts.
"""

from __future__ import annotations

import ast
import inspect
from functools import cache
from itertools import pairwise
from textwrap import dedent

from tocsin.api.meta import KubeModel


def describe_model(model: type[KubeModel]) -> str:
    """Give the model's docstring, its blanks made single."""
    return " ".join((inspect.getdoc(model) or "").split())


@cache
def describe_fields(model: type[KubeModel]) -> dict[str, str]:
    """Give the text below each field, by attribute; those of base models are included."""
    texts: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if issubclass(base, KubeModel) and base is not KubeModel:
            texts.update(_own_fields(base))
    return texts


def _own_fields(model: type[KubeModel]) -> dict[str, str]:
    tree = ast.parse(dedent(inspect.getsource(model))).body[0]
    body = tree.body if isinstance(tree, ast.ClassDef) else []
    found: dict[str, str] = {}
    for field, below in pairwise(body):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
            and isinstance(below.value.value, str)
        ):
            found[field.target.id] = " ".join(below.value.value.split())
    return found
