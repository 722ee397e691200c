"""
Free TCP ports of the loopback address, kept for one cluster.

Ports lie below the range from which the system takes its own, so that no outgoing connection
snatches one between choice and use. A UDP socket bound to the same number keeps clusters that
start side by side apart; the system closes it with the process that holds it.
"""

from __future__ import annotations

import random
import socket

_FIRST, _LAST = 20_000, 32_000
_TRIES = 500


class Ports:
    """Chooses ports and keeps them until ``close``."""

    def __init__(self) -> None:
        self._claims: list[socket.socket] = []

    def take(self) -> int:
        """A port that nobody listens on and no other cluster has taken."""
        for port in random.SystemRandom().sample(range(_FIRST, _LAST), _TRIES):
            claim = _bound(socket.SOCK_DGRAM, port)
            if claim is None:
                continue
            probe = _bound(socket.SOCK_STREAM, port)
            if probe is not None:
                probe.close()
                self._claims.append(claim)
                return port
            claim.close()
        raise RuntimeError(
            f"no free port found between {_FIRST} and {_LAST}; end the programs that hold them"
        )

    def close(self) -> None:
        """Give the ports back."""
        while self._claims:
            self._claims.pop().close()


def _bound(kind: socket.SocketKind, port: int) -> socket.socket | None:
    bound = socket.socket(socket.AF_INET, kind)
    try:
        bound.bind(("127.0.0.1", port))
    except OSError:
        bound.close()
        return None
    return bound
