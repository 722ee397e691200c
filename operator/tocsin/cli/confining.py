"""Expressions confined to their namespace by the child process, for the offline commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tocsin.promql.confined import Confined

if TYPE_CHECKING:
    from tocsin.adapters.promql_worker import PromqlWorker
    from tocsin.cli.offline import Confine


def confine_with(worker: PromqlWorker) -> Confine:
    """Give what an `Offline` asks where the platform confines tenants (enforceNamespace)."""
    from tocsin.adapters.promql_worker import ParserUnavailableError  # noqa: PLC0415 is loaded

    def confine(texts: Sequence[str], namespace: str) -> Mapping[str, Confined]:
        try:
            return worker.confine_many(texts, namespace)
        except ParserUnavailableError as error:
            return dict.fromkeys(texts, Confined(problem=str(error), unknown=True))

    return confine
