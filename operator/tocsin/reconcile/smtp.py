"""The platform's SMTP password: one Secret beside Alertmanager's, read now and then."""

from __future__ import annotations

import logging

from tocsin.api.notification_channel import NotificationChannelSpec
from tocsin.api.problem import Problem, Reason
from tocsin.compile.channels import SecretUse, clean_secret_value, smtp_secret_use
from tocsin.errors import ClusterError
from tocsin.reconcile.entries import ALERTMANAGER, SecretValue
from tocsin.reconcile.outside import Outside
from tocsin.reconcile.queue import Urgency, WorkQueue
from tocsin.reconcile.secrets import SecretAnswer, SecretReader
from tocsin.reconcile.snapshot import Snapshot

LOG = logging.getLogger("tocsin.reconcile")

_REREAD = 240.0


class SMTPSecret:
    """Keeps the password's last good value; a revoked right takes it away."""

    def __init__(
        self, outside: Outside, snapshot: Snapshot, queue: WorkQueue, secrets: SecretReader
    ) -> None:
        self._outside = outside
        self._snapshot = snapshot
        self._queue = queue
        self._secrets = secrets
        self._use = smtp_secret_use(snapshot.config)
        self._value: SecretValue | None = None
        self._read_at = float("-inf")

    async def refresh(self) -> None:
        """Read the Secret if the last look is four minutes ago."""
        use, now = self._use, self._outside.clock.monotonic()
        if use is None or now - self._read_at < _REREAD:
            return
        self._queue.add_after(ALERTMANAGER, _REREAD + 1)
        namespace = self._snapshot.config.alertmanager.secret.namespace
        try:
            answer = await self._secrets.read(namespace, use.ref.name)
        except ClusterError as error:
            LOG.warning("smtp.authPasswordSecretRef: %s", error)
            answer = SecretAnswer(None)
        else:
            self._read_at = now
        self._take(use, answer)

    def _take(self, use: SecretUse, answer: SecretAnswer) -> None:
        """Keep what was read; without it the last good value, unless the right was revoked."""
        value = (answer.data or {}).get(use.ref.key)
        problem = answer.problem
        if value is not None and value.reveal().strip():
            self._value = SecretValue(clean_secret_value(value.reveal()))
        elif answer.data is not None:
            message = f"Secret {use.ref.name} has no value under {use.ref.key!r}"
            problem = Problem(Reason.SECRET_KEY_NOT_FOUND, "", message)
        if problem is not None and problem.reason is Reason.FORBIDDEN:
            self._value = None
        elif self._value is None and (last := (self._snapshot.secret.data or {}).get(use.file)):
            self._value = SecretValue(last)
        self._tell(problem)

    def _tell(self, problem: Problem | None) -> None:
        """Let the channels that use the platform's relay say what is wrong with it."""
        said = problem and Problem(
            problem.reason,
            "",
            f"the platform's mail relay has no password ({problem.message}); the platform mends "
            "smtp.authPasswordSecretRef in the operator's configuration",
        )
        if said == self._snapshot.relay_problem:
            return
        if problem is not None:
            LOG.warning("smtp.authPasswordSecretRef: %s", problem)
        self._snapshot.relay_problem = said
        for ref, entry in self._snapshot.channels.items():
            if uses_platform_relay(entry.effective):
                self._queue.add(ref, Urgency.REPAIR)

    def values(self) -> dict[str, bytes]:
        """Give the key for the Alertmanager Secret; empty without a value."""
        if self._use is None or self._value is None:
            return {}
        return {self._use.file: self._value.reveal()}


def uses_platform_relay(spec: NotificationChannelSpec | None) -> bool:
    """Tell whether a channel sends mail through the relay of the operator's configuration."""
    return spec is not None and spec.email is not None and spec.email.smarthost is None
