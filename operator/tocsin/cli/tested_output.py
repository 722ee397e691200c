"""How tests went, as people and machines read it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from tocsin.api.shown import plain
from tocsin.cli.tested import Result, Work


def write_results(form: str, work: Work, results: Sequence[Result], *, quiet: bool) -> None:
    """Print all results in one form: table, json or junit."""
    if form == "json":
        print(json.dumps(_document(work, results), indent=2, ensure_ascii=False))
    elif form == "junit":
        ET.indent(root := _junit(results))
        print(f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}')
    else:
        for line in _table(work, results, quiet=quiet):
            print(line)


def _table(work: Work, results: Sequence[Result], *, quiet: bool) -> Iterator[str]:
    rows = [one for one in results if one.failures or not quiet]
    width = max((len(str(one.ref)) for one in rows), default=0)
    for one in rows:
        word = "FAIL" if one.failures else "ok  "
        yield f"{word}  {one.ref!s:{width}}  {plain(one.result.name)}"
        for failure in one.failures:
            at = f"at {failure.at}: " if failure.at else ""
            yield f"      {_where(one, failure.field)}: {at}{plain(failure.message)}"
    failed = sum(bool(one.failures) for one in results)
    yield f"{_count(len(results) - failed, 'test')} passed, {failed} failed" + _without(work)


def _without(work: Work) -> str:
    return f"; {_count(work.without, 'rule')} without tests" if work.without else ""


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _where(result: Result, field: str) -> str:
    position = result.place.position(field)
    return plain(f"{result.place.source.name}:{position.line}:{position.column}")


def _document(work: Work, results: Sequence[Result]) -> dict[str, Any]:
    failed = sum(bool(one.failures) for one in results)
    return {
        "passed": len(results) - failed,
        "failed": failed,
        "rulesWithoutTests": work.without,
        "tests": [
            {
                "rule": str(one.ref),
                "name": one.result.name,
                "file": one.place.source.name,
                "line": one.place.line(one.field),
                "passed": not one.failures,
                "failures": [
                    {
                        "field": failure.field,
                        "line": one.place.line(failure.field),
                        "at": failure.at,
                        "message": failure.message,
                        "expected": list(failure.expected),
                        "got": list(failure.got),
                    }
                    for failure in one.failures
                ],
            }
            for one in results
        ],
    }


def _junit(results: Sequence[Result]) -> ET.Element:
    """Make JUnit's tree: a suite for each rule. Control characters are no XML, so are escaped."""
    root = ET.Element("testsuites")
    suites: dict[str, ET.Element] = {}
    for one in results:
        name = str(one.ref)
        suite = suites.get(name)
        if suite is None:
            counts = {"name": name, "tests": "0", "failures": "0"}
            suite = suites[name] = ET.SubElement(root, "testsuite", counts)
        suite.set("tests", str(int(suite.get("tests", "0")) + 1))
        suite.set("failures", str(int(suite.get("failures", "0")) + bool(one.failures)))
        case = ET.SubElement(
            suite,
            "testcase",
            {
                "classname": name,
                "name": plain(one.result.name),
                "file": plain(one.place.source.name),
            },
        )
        if one.failures:
            text = "\n".join(
                f"{_where(one, failure.field)}: {plain(one.result.sentence(failure))}"
                for failure in one.failures
            )
            first = plain(one.result.sentence(one.failures[0]))
            ET.SubElement(case, "failure", {"message": first}).text = text
    return root
