"""The platform's SMTP password: one Secret beside Alertmanager's, read now and then."""

from __future__ import annotations

import logging

from tocsin.compile.channels import clean_secret_value, smtp_secret_use
from tocsin.errors import ClusterError
from tocsin.reconcile.entries import ALERTMANAGER, SecretValue
from tocsin.reconcile.outside import Outside
from tocsin.reconcile.queue import WorkQueue
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
        value = (answer.data or {}).get(use.ref.key)
        if value is not None and value.reveal().strip():
            self._value = SecretValue(clean_secret_value(value.reveal()))
            return
        if answer.data is not None or answer.problem is not None:
            LOG.warning("smtp.authPasswordSecretRef: %s", answer.problem or "the key is not there")
        last = (self._snapshot.secret.data or {}).get(use.file)
        if self._value is None and last and answer.problem is None:
            self._value = SecretValue(last)

    def values(self) -> dict[str, bytes]:
        """Give the key for the Alertmanager Secret; empty without a value."""
        if self._use is None or self._value is None:
            return {}
        return {self._use.file: self._value.reveal()}
