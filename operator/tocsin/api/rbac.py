"""
What the operator may do: the one table that the shipped RBAC rules are generated from.

`make generate` writes it into the Helm chart and so into `manifests/install.yaml`.
There is no cluster-wide verb on Secrets here: the operator reads a tenant's Secret
only where that namespace has bound `SECRET_READER`, and writes one Secret, by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tocsin.api.kinds import KINDS
from tocsin.api.meta import GROUP

OPERATOR = "tocsin"
"""Name of the operator's ServiceAccount, ClusterRole and ClusterRoleBinding."""

SECRET_READER = "tocsin-secret-reader"  # noqa: S105 the name of a ClusterRole
"""ClusterRole that a namespace binds to let the operator read its Secrets."""


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """One rule of a Role, in RBAC's own words, and why it is there."""

    why: str
    group: str
    resources: tuple[str, ...]
    verbs: tuple[str, ...]

    def to_document(self, *, names: Sequence[str] = ()) -> dict[str, list[str]]:
        """Give the rule as the API's `PolicyRule`; `names` restrict it to these objects."""
        document = {
            "apiGroups": [self.group],
            "resources": list(self.resources),
            "verbs": list(self.verbs),
        }
        return {**document, "resourceNames": list(names)} if names else document


_PLURALS = tuple(kind.plural for kind in KINDS)

CLUSTER_RULES = (
    PolicyRule(
        "read what users write",
        GROUP,
        _PLURALS,
        ("list", "watch"),
    ),
    PolicyRule(
        "answer in its status",
        GROUP,
        tuple(f"{plural}/status" for plural in _PLURALS),
        ("patch",),
    ),
    PolicyRule(
        "write one PrometheusRule per AlertRule (creating through apply needs create and patch)",
        "monitoring.coreos.com",
        ("prometheusrules",),
        ("get", "list", "watch", "create", "patch", "delete"),
    ),
    PolicyRule(
        "judge allowedNamespaces by the namespaces' labels",
        "",
        ("namespaces",),
        ("list", "watch"),
    ),
    PolicyRule(
        "tell what happened, and count repetitions",
        "",
        ("events",),
        ("create", "patch"),
    ),
)
"""Rules of the ClusterRole `tocsin`."""

ALERTMANAGER_SECRET_RULES = (
    PolicyRule(
        "make and keep the Alertmanager configuration; by name, also where it does not exist yet",
        "",
        ("secrets",),
        ("list", "watch", "create", "patch"),
    ),
)
"""Rules of the Role in the Alertmanager Secret's namespace, restricted to its name."""

BASE_SECRET_RULES = (
    PolicyRule(
        "read the existing configuration that is kept, where alertmanager.baseSecret names one",
        "",
        ("secrets",),
        ("list", "watch"),
    ),
)
"""Further rules of that Role, restricted to the base Secret's name."""

SECRET_READER_RULES = (
    PolicyRule(
        "read a Secret that a channel of the namespace names",
        "",
        ("secrets",),
        ("get",),
    ),
)
"""Rules of the unbound ClusterRole `tocsin-secret-reader`."""
