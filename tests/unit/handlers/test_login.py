"""kopf's login: a session of ours, and no hammering after refusals."""

import pytest

from tocsin.adapters.credentials import FileCredentials
from tocsin.handlers import login as module
from tocsin.handlers.framework import kopf
from tocsin.handlers.login import Login


async def test_kopf_gets_a_session_and_waits_longer_each_time(monkeypatch: pytest.MonkeyPatch):
    pauses: list[float] = []
    now = 1000.0

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(module.asyncio, "sleep", sleep)
    login = Login(FileCredentials("http://k:1", trust=None, namespace="shop"), lambda: now)
    sessions = []
    for _ in range(9):
        info = await login.log_in(logger=None, memo=None)
        sessions.append(info.aiohttp_session)
    assert (info.server, info.default_namespace) == ("http://k:1", "shop")
    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30]
    now += 61
    await login.log_in()
    await login.log_in()
    assert pauses[8:] == [0.5]
    await login.aclose()
    assert all(session.closed for session in sessions)


def test_it_is_the_only_login():
    registry = kopf.OperatorRegistry()
    Login(FileCredentials("http://k:1", trust=None)).register(registry)
    assert [handler.id for handler in registry._activities.get_all_handlers()] == ["login"]
