"""The compiler's outputs, pinned: a change of behaviour is a difference that can be read."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from tests.unit.compile import cases

from tocsin.compile.alertmanager import compile_alertmanager
from tocsin.compile.routing import check_document, routing_of
from tocsin.compile.yaml_text import read_yaml, write_documents


def rules_of(path: Path) -> str:
    """Show what compiled, then what was rejected and why."""
    case = cases.load(path)
    documents = [one.child for one in case.rules.values()]
    warnings = {
        str(ref): [str(problem) for problem in one.warnings]
        for ref, one in case.rules.items()
        if one.warnings
    }
    return write_documents([*documents, {"rejected": case.rejected, "warnings": warnings}])


def alertmanager_of(path: Path) -> str:
    """Show the configuration without what every one has, then who hears, and what was rejected."""
    case = cases.load(path)
    output = compile_alertmanager(case.inputs)
    document = {k: v for k, v in output.document.items() if k != "inhibit_rules"}
    document["inhibit_rules"] = [
        f"{rule['source_matchers'][0]} mutes {rule['target_matchers'][0]}"
        for rule in output.document["inhibit_rules"]
    ]
    routing = {
        f"{ref} ({', '.join(rule.severities)})": {
            "channels": list(found.told),
            "on_purpose": found.on_purpose,
            "problems": [f"{one.reason}: {one}" for one in found.problems],
        }
        for ref, rule in sorted(case.rules.items())
        for found in [routing_of(ref, rule.block, rule.severities, case.inputs)]
    }
    return write_documents([document, {"routing": routing, "rejected": case.rejected}])


def questions_of(path: Path) -> str:
    """Show what promtool is asked, and what was rejected and why."""
    case = cases.load(path)
    questions = [one.tests.questions for one in case.rules.values() if one.tests is not None]
    return write_documents([*questions, {"rejected": case.rejected}])


SHOWN = {"rules": rules_of, "alertmanager": alertmanager_of, "tests": questions_of}
CASES = [(artefact, path) for artefact in SHOWN for path in cases.paths(artefact)]
NAMES = [f"{artefact}/{path.name.removesuffix('.in.yaml')}" for artefact, path in CASES]


@pytest.mark.parametrize(("artefact", "path"), CASES, ids=NAMES)
def test_matches_golden(artefact: str, path: Path, golden) -> None:
    """`<case>.in.yaml` compiles to `<case>.out.yaml`, and to nothing else."""
    golden.check(cases.output(path), SHOWN[artefact](path))


@pytest.mark.parametrize("path", cases.paths("alertmanager"), ids=lambda path: path.stem)
def test_configuration_passes_the_last_checks(path: Path) -> None:
    """What is compiled is read back as it was, and Alertmanager's rules find nothing in it."""
    output = compile_alertmanager(cases.load(path).inputs)
    assert read_yaml(output.text) == output.document
    assert check_document(read_yaml(output.text)) == ()
    assert list(output.files) == [output.document["templates"][0].rpartition("/")[2]]


def test_no_golden_file_is_an_orphan() -> None:
    """An output without an input would pass for ever."""
    outputs = set(cases.TESTDATA.rglob("*.out.yaml"))
    assert outputs == {cases.output(path) for _, path in CASES}
    assert all(list(yaml.safe_load_all(path.read_text(encoding="utf-8"))) for path in outputs)
