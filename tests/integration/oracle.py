"""
The oracle: `tocsin render` on the objects as the API server gives them (I1).

It is the same compiler, but in another process, without a history and without the
operator's memory. What it prints must be what is live.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from tests.integration.objects import API_VERSION, Object, alert_labels
from tests.integration.waiting import wait_for
from tests.integration.world import RULES, World

_TOCSIN = Path(sys.executable).parent / "tocsin"
_KINDS = ("AlertRule", "NotificationChannel")


class Oracle:
    """Compares what is live with what the objects say."""

    def __init__(self, world: World) -> None:
        self._world = world

    def await_agreement(self, namespaces: Iterable[str], *, timeout: float = 60) -> None:
        """Wait until children and routing agree in these namespaces."""
        wanted = list(namespaces)
        wait_for(
            lambda: self._differences(wanted),
            lambda seen: not seen,
            "what is live is what `tocsin render` says",
            timeout=timeout,
        )

    def _differences(self, namespaces: list[str]) -> list[str]:
        expected = {_key(one): one for one in self._render(namespaces)}
        live = {_key(one): one for one in self._live(namespaces)}
        found = [f"missing: {key}" for key in expected.keys() - live.keys()]
        found += [f"not wanted: {key}" for key in live.keys() - expected.keys()]
        for key in expected.keys() & live.keys():
            if expected[key]["spec"] != live[key]["spec"]:
                found.append(f"differs: {key}")
            elif self._misrouted(live[key]):
                found.append(f"routed otherwise: {key}")
        return found

    def _misrouted(self, child: Object) -> bool:
        """Tell whether the receivers of a rule are others than its status says."""
        owner = child["metadata"]["ownerReferences"][0]["name"]
        namespace = child["metadata"]["namespace"]
        found = self._world.admin.get(API_VERSION, "AlertRule", owner, namespace) or {}
        said = set((found.get("status") or {}).get("channels", ()))
        told = {name for name in self._world.told(alert_labels(child)) if "/" in name}
        return said != told

    def _live(self, namespaces: list[str]) -> list[Object]:
        return [
            one
            for namespace in namespaces
            for one in self._world.admin.list(RULES, "PrometheusRule", namespace)
        ]

    def _render(self, namespaces: list[str]) -> list[Any]:
        objects = [
            one
            for namespace in namespaces
            for kind in _KINDS
            for one in self._world.admin.list(API_VERSION, kind, namespace)
        ]
        for one in objects:
            one.setdefault("apiVersion", API_VERSION)
        done = subprocess.run(
            [_TOCSIN, "render", "-"],
            input=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in {0, 1}, done.stderr
        return [one for one in yaml.safe_load_all(done.stdout) if one]


def _key(document: Object) -> str:
    return f"{document['metadata']['namespace']}/{document['metadata']['name']}"
