"""Label selectors, as Kubernetes matches them."""

from __future__ import annotations

from typing import Any

import pytest

from tocsin.api.selector import LabelSelector

LABELS = {"tenant": "true", "team": "payments"}


def needs(key: str, operator: str, *values: str) -> dict[str, Any]:
    return {"matchExpressions": [{"key": key, "operator": operator, "values": list(values)}]}


@pytest.mark.parametrize(
    ("selector", "matches"),
    [
        ({}, True),
        ({"matchLabels": {"tenant": "true"}}, True),
        ({"matchLabels": {"tenant": "false"}}, False),
        ({"matchLabels": {"tenant": "true", "zone": "a"}}, False),
        (needs("team", "In", "payments"), True),
        (needs("team", "In", "shop"), False),
        (needs("zone", "In", ""), False),
        (needs("team", "NotIn", "payments"), False),
        (needs("zone", "NotIn", "a"), True),
        (needs("team", "Exists"), True),
        (needs("zone", "Exists"), False),
        (needs("team", "DoesNotExist"), False),
        (needs("zone", "DoesNotExist"), True),
        ({"matchLabels": {"tenant": "true"}, **needs("zone", "Exists")}, False),
    ],
)
def test_a_selector_matches_as_kubernetes_does(selector: dict[str, Any], matches: bool) -> None:
    assert LabelSelector.model_validate(selector).matches(LABELS) is matches
