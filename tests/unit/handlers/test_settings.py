"""kopf's settings: no write, and no end of patience."""

from collections.abc import Sized
from itertools import islice

import pytest

from tocsin.handlers.settings import InfiniteJitteredBackoff, watch_settings


def test_pauses_grow_to_a_cap_and_never_end():
    pauses = list(islice(InfiniteJitteredBackoff(), 200))
    assert 0.18 < pauses[0] < 0.32
    assert all(15 <= pause <= 25 for pause in pauses[10:])
    assert len(set(pauses)) == 200


def test_pauses_begin_anew_for_each_request_and_have_no_length():
    backoff = InfiniteJitteredBackoff()
    assert not isinstance(backoff, Sized)
    list(islice(backoff, 50))
    assert next(iter(backoff)) < 0.4


def test_nothing_that_writes_is_left_on():
    settings = watch_settings()
    assert not settings.posting.enabled
    assert settings.peering.standalone
    assert settings.admission.managed is None
    assert settings.persistence.finalizer != watch_settings().persistence.finalizer
    assert settings.process.ultimate_exiting_timeout is None


@pytest.mark.parametrize("body", [{}, {"metadata": {"annotations": {"a": "b"}}, "spec": {"x": 1}}])
def test_the_storages_keep_nothing(body: dict):
    settings = watch_settings()
    patch: dict = {}
    base = settings.persistence.diffbase_storage
    assert base.build(body=body) == {}
    assert base.fetch(body=body) is None
    base.store(body=body, patch=patch, essence={"x": 1})
    progress = settings.persistence.progress_storage
    assert progress.fetch(key="k", body=body) is None
    progress.store(key="k", record={}, body=body, patch=patch)
    progress.purge(key="k", body=body, patch=patch)
    progress.touch(body=body, patch=patch, value="now")
    assert progress.clear(essence={"x": 1}) == {"x": 1}
    assert patch == {}
