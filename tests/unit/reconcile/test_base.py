"""The base Secret: absent, broken and unreadable are three things."""

from __future__ import annotations

import base64
from typing import Any

from tocsin.api.config import OperatorConfig
from tocsin.api.problem import Reason
from tocsin.reconcile.base import BASE_KEY, BaseState

CONFIG = OperatorConfig.model_validate({"alertmanager": {"baseSecret": {"name": "base"}}})
GOOD = (
    "route: {receiver: a}\nreceivers: [{name: a}]\ntemplates: [/etc/alertmanager/config/t.tmpl]\n"
)


def secret(text: str | None, **files: str) -> dict[str, Any]:
    given = files if text is None else {"alertmanager.yaml": text, "t.tmpl": "x", **files}
    data = {name: base64.b64encode(value.encode()).decode() for name, value in given.items()}
    return {"metadata": {"uid": "u"}, "data": data}


def state(*documents: dict[str, Any] | None) -> BaseState:
    made = BaseState(CONFIG)
    for document in documents:
        made.take(document)
    return made


def reason(given: BaseState) -> Reason | None:
    return given.problem.reason if given.problem else None


def test_without_a_name_nothing_waits() -> None:
    assert BaseState(OperatorConfig()).must_wait() == ""


def test_what_was_not_listed_yet_is_waited_for() -> None:
    made = BaseState(CONFIG)
    assert "monitoring/base could not be read yet" in made.must_wait()
    made.unreadable("Forbidden")
    assert "(Forbidden)" in made.must_wait()
    assert made.looked.is_set()
    made.take(secret(GOOD))
    assert made.must_wait() == ""
    assert made.unread == ""


def test_what_is_not_there_is_none_and_said() -> None:
    made = state(secret(GOOD), None)
    assert (made.good, reason(made), made.must_wait()) == (None, Reason.SECRET_NOT_FOUND, "")


def test_what_is_broken_keeps_the_last_good() -> None:
    made = state(secret(GOOD))
    good = made.good
    for broken, why in (
        (secret("route: ["), Reason.SECRET_MALFORMED),
        (secret(None, other="x"), Reason.SECRET_KEY_NOT_FOUND),
    ):
        made.take(broken)
        assert made.good is good is not None
        assert reason(made) is why
        assert "the last good one stays" in str(made.problem)
    made.take(secret(GOOD))
    assert made.problem is None


def test_a_first_base_that_is_broken_counts_as_none() -> None:
    made = state(secret("route: ["))
    assert (made.good, made.must_wait()) == (None, "")
    assert "there was no good one before" in str(made.problem)


def test_losing_the_right_to_read_changes_nothing_that_is_merged() -> None:
    made = state(secret(GOOD))
    made.unreadable("Forbidden")
    assert made.good is not None
    assert made.must_wait() == ""


def test_the_same_again_is_no_news() -> None:
    made = state(secret(GOOD))
    assert not made.take(secret(GOOD))
    assert made.take(secret(GOOD.replace("a", "b")))
    assert made.take(None)
    assert not made.take(None)


def test_the_last_good_one_outlives_a_restart() -> None:
    live = state(secret(GOOD)).keys()
    assert set(live) == {BASE_KEY, "t.tmpl"}
    for document in (secret("route: ["), "unreadable"):
        again = BaseState(CONFIG)
        if isinstance(document, str):
            again.unreadable("Forbidden")
        else:
            again.take(document)
        again.recall(live)
        assert again.good == state(secret(GOOD)).good
        assert again.must_wait() == ""
        assert again.keys() == live


def test_a_base_that_was_deleted_is_not_recalled() -> None:
    live = state(secret(GOOD)).keys()
    again = state(None)
    again.recall(live)
    assert again.good is None
    unnamed = BaseState(OperatorConfig())
    unnamed.recall(live)
    assert unnamed.good is None


def test_a_damaged_record_of_it_is_passed_over() -> None:
    again = BaseState(CONFIG)
    again.recall({BASE_KEY: b"garbage"})
    assert again.good is None
