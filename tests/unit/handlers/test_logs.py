"""Logging: readable, structured, and without credentials."""

import io
import json
import logging

import pytest

from tocsin.handlers.logs import configure_logging, redact


@pytest.fixture
def restored():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in ("kopf", "httpx", "aiohttp")}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, old in levels.items():
        logging.getLogger(name).setLevel(old)


def captured(form: str, level: str = "info") -> io.StringIO:
    configure_logging(level, form)
    out = io.StringIO()
    logging.getLogger().handlers[0].setStream(out)
    return out


@pytest.mark.usefixtures("restored")
def test_json_lines():
    out = captured("json")
    logging.getLogger("tocsin.x").warning("two\nlines and %s", "a value")
    try:
        raise ValueError("oops")
    except ValueError:
        logging.getLogger("tocsin.x").exception("failed")
    first, second = (json.loads(line) for line in out.getvalue().splitlines())
    assert first["level"] == "warning"
    assert first["logger"] == "tocsin.x"
    assert first["message"] == "two\nlines and a value"
    assert first["time"].endswith("Z")
    assert "ValueError: oops" in second["exception"]


@pytest.mark.usefixtures("restored")
@pytest.mark.parametrize("form", ["json", "text"])
def test_credentials_are_cut_out(form: str):
    out = captured(form)
    logging.getLogger("tocsin").info("Authorization: Bearer eyJhbGciOi.canary-1")
    logging.getLogger("tocsin").info("GET https://user:canary-2@am.example.org/api")
    assert "canary" not in out.getvalue()
    assert out.getvalue().count("<secret>") == 2
    assert "am.example.org/api" in out.getvalue()


@pytest.mark.parametrize("text", ["the bearer of news", "https://example.org:8080/a@b", "basic x"])
def test_ordinary_text_stays(text: str):
    assert redact(text) == text


@pytest.mark.usefixtures("restored")
def test_libraries_are_quiet_even_when_debugging():
    out = captured("text", "debug")
    for name in ("kopf.objects", "httpx", "httpcore.http11", "aiohttp.client", "asyncio"):
        logging.getLogger(name).info("POST https://hooks.example.org/canary")
        logging.getLogger(name).debug("canary")
    logging.getLogger("tocsin").debug("ours")
    assert "canary" not in out.getvalue()
    assert "ours" in out.getvalue()


@pytest.mark.usefixtures("restored")
def test_kopfs_retries_are_warnings_and_its_thread_is_meant():
    out = captured("json")
    kopf = logging.getLogger("kopf._cogs.clients.watching")
    kopf.error("Request attempt #1 failed; will retry: GET /x -> refused")
    kopf.error("Something else failed")
    kopf.warning("OS signals are ignored: running not in the main thread.")
    levels = [json.loads(line)["level"] for line in out.getvalue().splitlines()]
    assert levels == ["warning", "error"]
