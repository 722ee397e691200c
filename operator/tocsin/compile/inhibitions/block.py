"""
Inhibition: what `inhibitedBy` asks of Alertmanager, as one small value and its rules.

A block is known by the digest of its namespace and its sources with all names made
absolute; alerts carry that digest as `tocsin_inhibit`. Rules that are muted alike
share a block, so inhibit rules grow with distinct blocks. The digest is frozen by
golden files: a change here would restart every alert's `for` once.

The muted side is always fenced by the digest *and* by `tocsin_namespace`: whatever
a block says, it mutes nothing of another namespace (S27).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.api.alert_rule import InhibitedBy
from tocsin.api.meta import ObjectRef
from tocsin.api.problem import Problem
from tocsin.compile.matchers import matcher
from tocsin.compile.names import canonical_json, digest_of
from tocsin.compile.refusals import control_problem, invalid, present, variable_problem

_DIGEST_DIGITS = 16
_LABEL = re.compile("[a-zA-Z_][a-zA-Z0-9_]*")
_OBJECT_FIELDS = {"kind", "namespace", "name"}


@dataclass(frozen=True, slots=True, order=True)
class InhibitSource:
    """
    What mutes while it fires: an object of ours, or every alert of one name.

    Either `kind`, `namespace` and `name` are set, or `alert_name` is; the others are
    empty. Without `equal` any firing alert of the source mutes.
    """

    kind: str = ""
    namespace: str = ""
    name: str = ""
    alert_name: str = ""
    equal: tuple[str, ...] = ()

    @property
    def ref(self) -> ObjectRef | None:
        """The object that is named; None for an alertName."""
        return ObjectRef(self.kind, self.namespace, self.name) if self.kind else None

    def to_record(self) -> dict[str, Any]:
        """Give the source as JSON-able data."""
        record: dict[str, Any] = (
            {"kind": self.kind, "namespace": self.namespace, "name": self.name}
            if self.kind
            else {"alertName": self.alert_name}
        )
        return record | ({"equal": list(self.equal)} if self.equal else {})


@dataclass(frozen=True, slots=True)
class InhibitBlock:
    """One distinct `inhibitedBy` of one namespace."""

    namespace: str
    digest: str
    sources: tuple[InhibitSource, ...]

    def to_record(self) -> dict[str, Any]:
        """Give the block as JSON-able data; the digest follows from it."""
        return _record(self.namespace, self.sources)

    @classmethod
    def from_record(cls, record: Any) -> InhibitBlock:
        """Read what `to_record` wrote; anything else raises ValueError."""
        if not isinstance(record, Mapping) or set(record) != {"namespace", "sources"}:
            raise ValueError("not an inhibitedBy block")
        sources = record["sources"]
        if not isinstance(sources, list) or not sources:
            raise ValueError("no sources")
        return _block(_text(record["namespace"]), [_source_from(one) for one in sources])


def inhibit_block(namespace: str, entries: Iterable[InhibitedBy]) -> InhibitBlock | None:
    """
    Give the block that an object of `namespace` asks for; None where it has none.

    The order of the entries and of their labels does not matter, nor whether the own
    namespace is spelled out: such an edit moves no alert.
    """
    sources = [
        InhibitSource(
            one.kind or "",
            (one.namespace or namespace) if one.kind else "",
            one.name or "",
            one.alert_name or "",
            tuple(sorted(set(one.equal))),
        )
        for one in entries
    ]
    return _block(namespace, sources) if sources else None


def check_inhibited_by(
    ref: ObjectRef, alert_name: str, entries: Iterable[InhibitedBy]
) -> Iterable[Problem]:
    """Give what is wrong with an object's `inhibitedBy`, as far as the object alone tells."""
    for index, one in enumerate(entries):
        field = f"spec.inhibitedBy[{index}]"
        source = ObjectRef(one.kind or "", one.namespace or ref.namespace, one.name or "")
        if one.alert_name is not None:
            name = f"{field}.alertName"
            yield from present(
                (control_problem(name, one.alert_name), variable_problem(name, one.alert_name))
            )
        if source == ref:
            yield invalid(field, "names this object itself, which cannot mute itself: remove it")
        elif one.alert_name == alert_name:
            yield invalid(
                f"{field}.alertName",
                f"{alert_name} is the name of this rule's own alerts, which cannot mute "
                "themselves: name the other rule by kind, namespace and name",
            )


def inhibit_rules_of(blocks: Iterable[InhibitBlock]) -> list[dict[str, Any]]:
    """Write Alertmanager's inhibit rules; equal blocks give equal rules, whatever their order."""
    return [
        _rule(block, source)
        for block in sorted(blocks, key=lambda one: one.digest)
        for source in block.sources
    ]


def _rule(block: InhibitBlock, source: InhibitSource) -> dict[str, Any]:
    if source.kind:
        muting = [
            matcher("tocsin_kind", "=", source.kind),
            matcher("tocsin_namespace", "=", source.namespace),
            matcher("tocsin_name", "=", source.name),
        ]
    else:
        muting = [matcher("alertname", "=", source.alert_name)]
    rule: dict[str, Any] = {
        "source_matchers": muting,
        "target_matchers": [
            matcher("tocsin_inhibit", "=", block.digest),
            matcher("tocsin_namespace", "=", block.namespace),
        ],
    }
    return rule | ({"equal": list(source.equal)} if source.equal else {})


def _record(namespace: str, sources: Iterable[InhibitSource]) -> dict[str, Any]:
    return {"namespace": namespace, "sources": [one.to_record() for one in sources]}


def _block(namespace: str, given: Iterable[InhibitSource]) -> InhibitBlock:
    sources = tuple(sorted(set(given)))
    record = _record(namespace, sources)
    return InhibitBlock(
        namespace, digest_of(("inhibit", canonical_json(record)), _DIGEST_DIGITS), sources
    )


def _source_from(record: Any) -> InhibitSource:
    if not isinstance(record, Mapping):
        raise ValueError("not a source")  # noqa: TRY004 one kind of error for every bad record
    equal = record.get("equal", [])
    if not isinstance(equal, list) or not all(
        isinstance(one, str) and _LABEL.fullmatch(one) for one in equal
    ):
        raise ValueError("equal is no list of labels")
    named = {name: _text(value) for name, value in record.items() if name != "equal"}
    if set(named) == _OBJECT_FIELDS:
        return InhibitSource(
            named["kind"], named["namespace"], named["name"], equal=tuple(sorted(set(equal)))
        )
    if set(named) == {"alertName"}:
        return InhibitSource(alert_name=named["alertName"], equal=tuple(sorted(set(equal))))
    raise ValueError("not a source")


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("not the text that was expected")
    return value
