"""Every example of `tests/contract`: taken, or refused with field, value, reason and remedy."""

from __future__ import annotations

import pytest
from tests.contract.examples import Invalid, invalid_examples, valid_examples

from tocsin.api.crd import RULES
from tocsin.api.kinds import BY_KIND
from tocsin.api.meta import Resource
from tocsin.api.parse import parse_resource
from tocsin.api.problem import Reason, Rejection

INVALID = invalid_examples()
VALID = valid_examples()


@pytest.mark.parametrize("example", INVALID, ids=lambda example: example.name)
def test_one_mistake_gives_one_problem_that_names_field_and_remedy(example: Invalid) -> None:
    rejection = parse_resource(example.document)
    assert isinstance(rejection, Rejection)
    assert rejection.reason is Reason.INVALID_SPEC
    assert len(rejection.problems) == 1, rejection.message
    problem = rejection.problems[0]
    assert problem.field.split(".")[0] == "spec"
    assert example.says in str(problem)
    reason, _, remedy = problem.message.partition(";")
    assert reason
    assert len(remedy) > 3, "no remedy"
    assert problem.message.isprintable()


@pytest.mark.parametrize("document", VALID.values(), ids=VALID)
def test_valid_examples_are_taken(document: dict[str, object]) -> None:
    resource = parse_resource(document)
    assert isinstance(resource, Resource), resource.message
    assert resource.ref.kind == document["kind"]
    assert (resource.uid, resource.generation) == ("", 0)


def test_every_kind_and_every_judge_has_examples() -> None:
    assert len(INVALID) >= 60
    assert {example.refused_by for example in INVALID} == {"schema", "cel", "status"}
    assert {example.document["kind"] for example in INVALID} == set(BY_KIND)
    assert {document["kind"] for document in VALID.values()} == set(BY_KIND)


def test_every_rule_between_fields_is_broken_by_an_example() -> None:
    found = [parse_resource(example.document) for example in INVALID]
    told = "\n".join(one.message for one in found if isinstance(one, Rejection))
    rules = [rule for rules in RULES.values() for rule in rules]
    assert len(rules) > 50
    assert [rule.message for rule in rules if rule.message not in told] == []


def test_rules_without_cel_are_judged_in_status() -> None:
    silent = {rule.message for rules in RULES.values() for rule in rules if not rule.cel}
    for example in INVALID:
        rejection = parse_resource(example.document)
        assert isinstance(rejection, Rejection)
        by_rule_alone = any(message in rejection.message for message in silent)
        assert not by_rule_alone or example.refused_by in {"status", "schema"}, example.name
