"""
Fields that an older Alertmanager does not know.

Its loader is strict: one unknown field in one tenant's receiver makes it refuse the
whole configuration. What Tocsin writes by itself needs Alertmanager 0.28.
Source: CHANGELOG.md of prometheus/alertmanager.
"""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.api.problem import Problem, Reason
from tocsin.compile.receivers.entry import Surroundings, field_name

Version = tuple[int, int]

SINCE: dict[str, dict[str, Version]] = {
    "email": {"threading": (0, 30), "force_implicit_tls": (0, 31)},
    "pagerduty": {"timeout": (0, 30)},
    "slack": {
        "app_token_secret_ref": (0, 30),
        "app_url": (0, 30),
        "timeout": (0, 30),
        "message_text": (0, 31),
        "update_message": (0, 32),
    },
}


def check_versions(around: Surroundings) -> Iterator[Problem]:
    """Refuse what the Alertmanager of the operator's configuration would not load."""
    kind = around.spec.type
    member = getattr(around.spec, kind)
    major, minor = around.config.alertmanager.version.split(".")[:2]
    for name, since in SINCE.get(kind, {}).items():
        if name in member.model_fields_set and since > (int(major), int(minor)):
            yield Problem(
                Reason.NOT_YET_SUPPORTED,
                f"spec.{kind}.{field_name(member, name)}",
                f"needs Alertmanager {since[0]}.{since[1]}, and the operator's configuration says "
                f"{around.config.alertmanager.version}: leave it out meanwhile",
            )
