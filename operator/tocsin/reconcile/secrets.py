"""
Reading Secrets: by name, rarely, and only where the namespace consents.

The operator has no Secret verb of its own: a RoleBinding of the namespace gives
`get` (reliability.md 2.1). A refusal is therefore an answer, and its message is
the command that mends it. At most ten reads a second leave here on average.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from tocsin.api.config import OperatorConfig
from tocsin.api.problem import Problem, Reason
from tocsin.errors import ClusterError
from tocsin.reconcile.entries import SecretValue, decode_data
from tocsin.reconcile.outside import SECRETS, Outside

_RATE = 10.0
_BURST = 50.0


@dataclass(frozen=True, slots=True)
class SecretAnswer:
    """A Secret's data, or the problem with reading it."""

    data: dict[str, SecretValue] | None
    problem: Problem | None = None


class SecretReader:
    """Reads Secrets within the promised rate."""

    def __init__(self, outside: Outside, config: OperatorConfig) -> None:
        self._outside = outside
        self._account = config.service_account
        self._tokens = _BURST
        self._refilled = outside.clock.monotonic()
        self._turn = asyncio.Lock()

    async def read(self, namespace: str, name: str) -> SecretAnswer:
        """
        Read one Secret.

        Raises `ClusterError` where the API server cannot answer now; a missing
        Secret or a missing consent is an answer.
        """
        await self._take_turn()
        try:
            document = await self._outside.cluster.read(SECRETS, namespace, name)
        except ClusterError as error:
            if error.status != 403:  # noqa: PLR2004 Forbidden
                raise
            return SecretAnswer(None, self._forbidden(namespace))
        if document is None:
            message = (
                f"Secret {namespace}/{name} does not exist; create it, or correct the name here"
            )
            return SecretAnswer(None, Problem(Reason.SECRET_NOT_FOUND, "", message))
        data = decode_data(document.get("data") or {})
        return SecretAnswer({key: SecretValue(value) for key, value in data.items()})

    def _forbidden(self, namespace: str) -> Problem:
        account = self._account
        message = (
            f"namespace {namespace} has not consented to Tocsin reading its Secrets; consent with: "
            f"kubectl create rolebinding tocsin -n {namespace} "
            f"--clusterrole=tocsin-secret-reader "
            f"--serviceaccount={account.namespace}:{account.name}"
        )
        return Problem(Reason.FORBIDDEN, "", message)

    async def _take_turn(self) -> None:
        async with self._turn:
            while True:
                now = self._outside.clock.monotonic()
                self._tokens = min(_BURST, self._tokens + (now - self._refilled) * _RATE)
                self._refilled = now
                if self._tokens >= 1:
                    self._tokens -= 1
                    return
                await asyncio.sleep((1 - self._tokens) / _RATE)
