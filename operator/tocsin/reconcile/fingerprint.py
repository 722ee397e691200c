"""
Fingerprints of PrometheusRules: what we own in the live object, in 16 bytes.

Two fingerprints are equal where the live object holds exactly what we would
write. Labels and annotations of others do not count; an extra rule group does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from tocsin.api.meta import ALERT_RULE, GROUP
from tocsin.compile.quota import size_of
from tocsin.reconcile.entries import ChildEntry, pack

LAST_GOOD = f"{GROUP}/last-good"
OWNER_UID = f"{GROUP}/owner-uid"
TESTS_PASSED = f"{GROUP}/tests-passed"

_OUR_NAME = re.compile(r"-[0-9a-f]{10}$")
_OWNER_FIELDS = ("apiVersion", "kind", "name", "uid", "controller", "blockOwnerDeletion")


def bears_our_name(name: str) -> bool:
    """Tell whether a PrometheusRule's name could be one that `child_name` makes."""
    return _OUR_NAME.search(name) is not None


def controller_of(metadata: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Give the owner reference that controls the object, or None."""
    for owner in metadata.get("ownerReferences") or ():
        if owner.get("controller"):
            return dict(owner)
    return None


def owned_part(document: Mapping[str, Any], label_names: frozenset[str]) -> dict[str, Any]:
    """Give what we own of a PrometheusRule, live or desired."""
    metadata = document.get("metadata") or {}
    labels = metadata.get("labels") or {}
    annotations = metadata.get("annotations") or {}
    owner = controller_of(metadata) or {}
    return {
        "labels": {name: labels[name] for name in label_names if name in labels},
        "annotations": {
            name: text for name, text in annotations.items() if name.startswith(f"{GROUP}/")
        },
        "owner": [owner.get(field) for field in _OWNER_FIELDS],
        "spec": document.get("spec") or {},
    }


def fingerprint(document: Mapping[str, Any], label_names: frozenset[str]) -> bytes:
    """Digest what we own of a PrometheusRule; 16 bytes."""
    return blake2b(pack(owned_part(document, label_names)), digest_size=16).digest()


def read_child(document: Mapping[str, Any], label_names: frozenset[str]) -> ChildEntry:
    """Make a snapshot entry of a PrometheusRule as the API server gives it."""
    metadata = document.get("metadata") or {}
    uid, name = _owner(metadata)
    return ChildEntry(
        uid=str(metadata.get("uid", "")),
        version=int(metadata.get("resourceVersion") or 0),
        owner_uid=uid,
        owner_name=name,
        fingerprint=fingerprint(document, label_names),
        route=_digest(document.get("spec") or {}, "tocsin_route"),
        inhibit=_digest(document.get("spec") or {}, "tocsin_inhibit"),
        tests_passed=str((metadata.get("annotations") or {}).get(TESTS_PASSED, "")),
        size=size_of({**document, "metadata": metadata}),
    )


def _owner(metadata: Mapping[str, Any]) -> tuple[str, str]:
    """
    Give the uid and name of the AlertRule that an object belongs to.

    An object that lost its owner reference by hand is still known by our
    annotation; one that somebody else controls is not ours.
    """
    owner = controller_of(metadata)
    if owner is not None:
        ours = owner.get("kind") == ALERT_RULE and str(owner.get("apiVersion", "")).startswith(
            f"{GROUP}/"
        )
        return (str(owner.get("uid", "")), str(owner.get("name", ""))) if ours else ("", "")
    annotations = metadata.get("annotations") or {}
    return str(annotations.get(OWNER_UID, "")), ""


def _digest(spec: Mapping[str, Any], label: str) -> str:
    for group in spec.get("groups") or ():
        for rule in group.get("rules") or ():
            digest = (rule.get("labels") or {}).get(label)
            if digest:
                return str(digest)
    return ""
