"""
A template rendered for a message: its text, or why it fails.

Nothing here raises, whatever the template; every execution is bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tocsin.promql.gotemplate.evaluate import UNSET
from tocsin.promql.gotemplate.execution import Execution, Limits, TooMuch
from tocsin.promql.gotemplate.html_context import Place
from tocsin.promql.gotemplate.program import Body, BuiltIn, Program
from tocsin.promql.gotemplate.times import Zone, utc
from tocsin.promql.gotemplate.values import Stopped, to_bytes, to_text
from tocsin.promql.gotemplate.zone_names import is_zone
from tocsin.promql.template_nodes import Node, Tree, read_tree


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a template wrote; with an error, what it wrote until then is not told."""

    text: str = ""
    error: str = ""
    offset: int = 0
    """Where the error is, in characters from the start of the template."""
    missing: tuple[str, str] | None = None
    """What was looked up last and was not there: where, such as `.Labels`, and its name."""
    too_much: bool = False
    """Whether a limit was reached, and not a mistake found."""
    cost: int = 0
    """What the rendering took: a million is about a hundredth of a second."""


def named_zone(name: str) -> Zone | None:
    """Know which zones there are, and show all of them as UTC."""
    return utc if is_zone(name) else None


class Template:
    """A template with everything that it may call, ready to be rendered often."""

    def __init__(
        self,
        text: str,
        *,
        shared: Mapping[str, list[Node]] | None = None,
        built_in: Mapping[str, BuiltIn] | None = None,
        html: bool = False,
    ) -> None:
        """Take a text that the parser has accepted, and the templates that there are."""
        tree: Tree = read_tree(text)
        own = frozenset(tree.defined)
        program = Program({**(shared or {}), **tree.defined}, built_in or {}, own=own)
        self._error: Stopped | None = None
        self._body = Body()
        try:
            self._body = program.main(tree.main, Place() if html else None)
            after = self._body.after
            if html and after is not None and after.state not in {"text", "dead"}:
                self._error = Stopped("the page ends inside of a tag or comment: close it")
        except Stopped as error:
            self._error = error
        except RecursionError:
            self._error = TooMuch("is nested too deeply: simplify the template")

    def render(
        self,
        data: object,
        *,
        now: int = 0,
        limits: Limits = Limits(),  # noqa: B008 it is frozen
        lenient: bool = False,
        zones: Callable[[str], Zone | None] = named_zone,
    ) -> Rendered:
        """Render for one message."""
        run = Execution(limits, now, zones, lenient)
        error = self._error
        if error is None and self._body.step is not None:
            frame: list[object] = [UNSET] * self._body.slots
            frame[0] = data
            try:
                self._body.step(run, frame, data)
            except Stopped as stopped:
                error = stopped
            except RecursionError:
                error = TooMuch("is nested too deeply: simplify the template")
        if error is not None:
            return Rendered(
                error=error.message,
                offset=max(error.offset, 0),
                missing=run.missing,
                too_much=isinstance(error, TooMuch),
                cost=run.cost,
            )
        written = "".join(run.out)
        # Two halves of a character may have met.
        text = written if written.isascii() else to_text(to_bytes(written))
        return Rendered(text, cost=run.cost)
