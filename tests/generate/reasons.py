"""`reasons.md`: every reason that a condition can have, and what to do about it."""

from __future__ import annotations

from tests.generate.markdown import code, table

from tocsin.api.problem import Reason
from tocsin.api.reasons import SENTENCES

__all__ = ["SENTENCES", "reasons_page"]

_TEXT = """# Reasons

The reason of a condition is one word of this list. `kubectl get tocsin -A -o wide` shows the
reason of `Ready`; the message beside it in the status names the field and the remedy.

{reasons}"""


def reasons_page() -> str:
    """Give the page; every reason has a sentence, or this fails."""
    rows = ((code(reason), SENTENCES[reason]) for reason in Reason)
    return _TEXT.format(reasons=table(("Reason", "What it means, and what to do"), rows))
