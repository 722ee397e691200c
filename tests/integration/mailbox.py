"""A local mail server that keeps what it gets."""

from __future__ import annotations

import email
import email.message
import email.policy
import socket
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller
from tests.integration.waiting import wait_for


class Mailbox:
    """Use with `with`; `messages` grows."""

    def __init__(self) -> None:
        self.messages: list[email.message.EmailMessage] = []
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 aiosmtpd's name
        """Take one message."""
        parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(parsed, email.message.EmailMessage)
        self.messages.append(parsed)
        return "250 OK"

    def wait_for(self, subject: str, *, timeout: float = 30) -> email.message.EmailMessage:
        """Wait for the first message whose subject holds a text."""

        def found() -> list[email.message.EmailMessage]:
            return [one for one in self.messages if subject in str(one["Subject"])]

        return wait_for(found, bool, f"a mail with {subject!r}", timeout=timeout)[0]

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._controller.stop()
