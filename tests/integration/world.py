"""
The world that the integration tests act in: one API server, and what may be asked of it.

It only reads and writes through the API server as a user would, and judges what it finds
with the real programs. What the operator thinks of it is never asked.
"""

from __future__ import annotations

import base64
import json
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from tests.cluster import Cluster
from tests.integration.objects import API_VERSION, Object, alert_labels, condition, rule
from tests.integration.waiting import wait_for

from tocsin.api.meta import ObjectRef
from tocsin.compile.names import child_name

OPERATOR_USER = "system:serviceaccount:tocsin-system:tocsin"
ALERTMANAGER_SECRET = ("monitoring", "alertmanager-tocsin")
TEST_AGENT = "tocsin-tests"
RULES = "monitoring.coreos.com/v1"
MOUNTED = "/etc/alertmanager/config"


class World:
    """What tests may do and see."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.admin = cluster.admin

    # -- objects -----------------------------------------------------------

    def namespace(self, prefix: str = "t", **labels: str) -> str:
        """Make a namespace of its own."""
        name = f"{prefix}-{uuid.uuid4().hex[:8]}"
        self.cluster.create_namespace(name, labels=labels)
        return name

    def wait_until_gone(self) -> None:
        """Wait until no namespace is on its way out any more."""
        wait_for(
            lambda: [
                one["metadata"]["name"]
                for one in self.admin.list("v1", "Namespace")
                if "deletionTimestamp" in one["metadata"]
            ],
            lambda leaving: not leaving,
            "earlier namespaces are gone",
            timeout=60,
        )

    def wait_until_quiet(self, seconds: float = 3) -> None:
        """Wait until the operator has written nothing for so long; its own delays are shorter."""
        seen, since = -1, 0.0

        def is_quiet() -> bool:
            nonlocal seen, since
            now = len(self.operator_writes(events=True))
            if now != seen:
                seen, since = now, time.monotonic()
            return time.monotonic() - since > seconds

        wait_for(is_quiet, bool, "the operator writes nothing more", timeout=60)

    def reconnect(self) -> None:
        """Find out that the API server was away: reads are sent again, writes never."""
        self.admin.request("GET", "/version")

    def apply(self, *documents: Object) -> Object:
        """Apply objects in their order; gives the last as it now is."""
        return [self.admin.apply(document) for document in documents][-1]

    def get(self, document: Object) -> Object | None:
        """Read an object by its own kind, namespace and name."""
        meta = document["metadata"]
        return self.admin.get(
            document["apiVersion"], document["kind"], meta["name"], meta.get("namespace")
        )

    def delete(self, document: Object) -> None:
        """Delete an object."""
        meta = document["metadata"]
        self.admin.delete(
            document["apiVersion"], document["kind"], meta["name"], meta.get("namespace")
        )

    def touch(self, document: Object) -> None:
        """Annotate an object, so that its controller looks at it again."""
        meta = document["metadata"]
        self.admin.merge_patch(
            document["apiVersion"],
            document["kind"],
            meta["name"],
            {"metadata": {"annotations": {"example.org/touched": uuid.uuid4().hex}}},
            meta.get("namespace"),
        )

    # -- status ------------------------------------------------------------

    def wait_condition(
        self,
        document: Object,
        type_: str = "Ready",
        status: str = "True",
        reason: str | None = None,
        *,
        timeout: float = 30,
    ) -> Object:
        """Wait until a condition says so about the generation that is there now."""

        def met(seen: Object | None) -> bool:
            found = condition(seen, type_)
            return (
                seen is not None
                and found.get("observedGeneration") == seen["metadata"]["generation"]
                and found["status"] == status
                and reason in (None, found["reason"])
            )

        wanted = f"{document['kind']} {type_}={status} {reason or ''}"
        seen = wait_for(lambda: self.get(document), met, wanted, timeout=timeout)
        assert seen is not None
        return seen

    def apply_ready(self, *documents: Object, timeout: float = 30) -> Object:
        """Apply objects and wait until ours among them are ready; gives the last."""
        for document in documents:
            self.apply(document)
        for document in documents:
            if document["apiVersion"] == API_VERSION:
                self.wait_condition(document, timeout=timeout)
        last = self.get(documents[-1])
        assert last is not None
        return last

    def fence(self, namespace: str) -> None:
        """Return when what was written to a namespace before has been looked at."""
        self.apply_ready(rule(namespace, f"fence-{uuid.uuid4().hex[:6]}", notify={"channels": []}))

    # -- children ----------------------------------------------------------

    def child(self, document: Object) -> Object | None:
        """Read the PrometheusRule of an AlertRule."""
        meta = document["metadata"]
        ref = ObjectRef(document["kind"], meta["namespace"], meta["name"])
        return self.admin.get(RULES, "PrometheusRule", child_name(ref), meta["namespace"])

    def wait_child(
        self, document: Object, met: Callable[[Object | None], Any] = bool, what: str = "a child"
    ) -> Object:
        """Wait until the child is as wanted."""
        seen = wait_for(lambda: self.child(document), met, f"{what} of {document['metadata']}")
        return seen or {}

    # -- the Alertmanager configuration --------------------------------------

    def secret_data(self) -> dict[str, bytes]:
        """Read the Alertmanager Secret's data; empty where there is none."""
        namespace, name = ALERTMANAGER_SECRET
        found = self.admin.get("v1", "Secret", name, namespace)
        return decode((found or {}).get("data"))

    def configuration(self) -> dict[str, Any]:
        """Read the Alertmanager configuration; empty where there is none."""
        return yaml.safe_load(self.secret_data().get("alertmanager.yaml", b"{}")) or {}

    def receiver_names(self) -> set[str]:
        """Name the receivers of the configuration."""
        return {one["name"] for one in self.configuration().get("receivers", ())}

    def told(self, labels: Mapping[str, str]) -> set[str]:
        """Ask Alertmanager's own code which receivers hear of an alert with these labels."""
        text = self.secret_data().get("alertmanager.yaml", b"").decode()
        if not text:
            return set()
        assert self.cluster.programs is not None
        answer = subprocess.run(
            [self.cluster.programs / "route-judge"],
            input=json.dumps({"config": text, "labelsets": [dict(labels)]}),
            capture_output=True,
            text=True,
            check=True,
        )
        return {one["receiver"] for one in json.loads(answer.stdout)[0]}

    def told_by(self, document: Object) -> set[str]:
        """Give the receivers that hear of an AlertRule's first alert as it is live now."""
        child = self.child(document)
        return self.told(alert_labels(child)) if child else set()

    def wait_told(self, document: Object, *receivers: str, timeout: float = 30) -> None:
        """Wait until exactly these receivers (`namespace/name`) hear of an AlertRule."""
        wait_for(
            lambda: self.told_by(document),
            lambda seen: seen == set(receivers),
            f"{document['metadata']['name']} tells {receivers}",
            timeout=timeout,
        )

    def check_configuration(self, data: Mapping[str, bytes] | None = None) -> None:
        """Let the real amtool judge the Secret, mounted as Alertmanager would see it."""
        data = self.secret_data() if data is None else data
        assert self.cluster.programs is not None
        with tempfile.TemporaryDirectory() as folder:
            for name, value in data.items():
                text = value.replace(MOUNTED.encode(), folder.encode())
                (Path(folder) / name).write_bytes(text)
            done = subprocess.run(
                [self.cluster.programs / "amtool", "check-config", f"{folder}/alertmanager.yaml"],
                capture_output=True,
                text=True,
                check=False,
            )
        assert done.returncode == 0, done.stdout + done.stderr

    def check_rules(self, *children: Object) -> None:
        """Let the real promtool judge PrometheusRules."""
        assert self.cluster.programs is not None
        with tempfile.TemporaryDirectory() as folder:
            paths = []
            for index, child in enumerate(children):
                paths.append(Path(folder) / f"{index}.yaml")
                paths[-1].write_text(yaml.safe_dump({"groups": child["spec"]["groups"]}))
            done = subprocess.run(
                [self.cluster.programs / "promtool", "check", "rules", *paths],
                capture_output=True,
                text=True,
                check=False,
            )
        assert done.returncode == 0, done.stdout + done.stderr

    # -- audit -------------------------------------------------------------

    def operator_writes(self, *, events: bool = False) -> list[Object]:
        """Give the operator's write requests until now, oldest first."""
        return [
            one
            for one in self.cluster.audit_writes(OPERATOR_USER)
            if (events or one["objectRef"]["resource"] != "events") and not by_a_test(one)
        ]


def decode(data: Mapping[str, str] | None) -> dict[str, bytes]:
    """Decode a Secret's data."""
    return {name: base64.b64decode(text) for name, text in (data or {}).items()}


def by_a_test(event: Object) -> bool:
    """Tell whether a test acted as the operator, to see what its rights allow."""
    return bool(event["userAgent"] == TEST_AGENT)


def about(writes: Iterable[Object], namespace: str) -> list[Object]:
    """Keep the writes to objects of one namespace."""
    return [one for one in writes if one["objectRef"].get("namespace") == namespace]


def summary(writes: Iterable[Object]) -> list[str]:
    """Say each write in short: `patch alertrules/status errors`."""
    return [
        " ".join(
            (
                one["verb"],
                "/".join(
                    part
                    for part in (one["objectRef"]["resource"], one["objectRef"].get("subresource"))
                    if part
                ),
                one["objectRef"].get("name", ""),
            )
        )
        for one in writes
    ]


def written_secrets(writes: Iterable[Object]) -> list[dict[str, bytes]]:
    """Give the data of every Alertmanager Secret that the operator applied, oldest first."""
    return [
        decode(one["requestObject"]["data"])
        for one in writes
        if one["objectRef"]["resource"] == "secrets" and one["requestObject"].get("kind")
    ]
