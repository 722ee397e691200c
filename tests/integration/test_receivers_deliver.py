"""
Every receiver, delivered for real: the real Alertmanager tells a server that stands for all.

What arrived is compared with golden files, one a channel and state. Pushover, PagerDuty's
first API and Slack's `chat.postMessage` have addresses that Alertmanager's configuration
cannot change; they are reached through the channel's own `httpConfig.proxyURL`.
"""

from __future__ import annotations

import datetime as dt
import email
import os
import re
import ssl
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from aiosmtpd.controller import Controller
from tests.cluster.ports import Ports
from tests.integration.alone import Alertmanager, Channel, programs_with, write_alertmanager
from tests.integration.mailbox import Mailbox
from tests.integration.providers import Providers
from tests.integration.waiting import wait_for

from tocsin.compile.yaml_text import write_documents

pytestmark = pytest.mark.programs

GOLDEN = Path(__file__).parent / "golden" / "receivers"
CONFIG = {"grouping": {"groupWait": "1s", "groupInterval": "1s", "repeatInterval": "4h"}}
LABELS = {
    "alertname": "CheckoutErrors",
    "severity": "critical",
    "team": "payments",
    "route": "/pay",
    "tocsin_kind": "AlertRule",
    "tocsin_namespace": "shop",
    "tocsin_name": "checkout-errors",
    "tocsin_instance": "map[route:/pay]",
}
ANNOTATIONS = {
    "summary": "12.3% of the requests to /pay fail",
    "description": "More than <5 %> & rising.\nCall @here, <!channel>, @all or pay@example.org.",
    "runbook_url": "https://runbooks.example.org/checkout?a=1&b=2",
    "dashboard_url": "https://grafana.example.org/d/checkout",
}
REQUESTS = {"wechat": (2, 1), "jira": (2, 4), "jira-cloud": (2, 2)}
"""Requests that a channel makes when it tells of the firing, and of the end; else one each."""
HOSTS = {
    "pushover": "api.pushover.net",
    "pagerduty-v1": "events.pagerduty.com",
    "slack-updates": "slack.com",
}


def channels(url: str, smtp: int) -> list[Channel]:
    """Read a channel of each receiver; each has an address of its own, by its name."""
    text = (Path(__file__).parent / "every_receiver.yaml").read_text(encoding="utf-8")
    text = text.replace("URL/", f"{url}/").replace("proxyURL: URL", f"proxyURL: {url}")
    documents = yaml.safe_load_all(text.replace("SMTP", f"127.0.0.1:{smtp}"))
    values = {"s/token": "TOKEN", "s/key": "0123456789abcdef0123456789abcdef", "s/chat": "-100"}
    return [
        Channel(one["name"], one["spec"], values | {"s/url": f"{url}/{one['name']}"})
        for one in documents
    ]


@dataclass
class Running:
    """What one run of Alertmanager has around it."""

    alertmanager: Alertmanager
    providers: Providers
    mailbox: Mailbox
    channels: list[str]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("alertmanager")
    names = "localhost," + ",".join(HOSTS.values())
    mkcerts = programs_with("alertmanager", "mkcerts") / "mkcerts"
    subprocess.run([mkcerts, "-dir", folder, "-names", names], check=True)
    with Providers(folder) as providers, Mailbox() as mailbox:
        wanted = channels(providers.url, mailbox.port)
        config = write_alertmanager(wanted, CONFIG, folder)
        with Alertmanager(config, folder) as alertmanager:
            yield Running(alertmanager, providers, mailbox, [one.name for one in wanted])


def alert(*, ended: bool = False, **labels: str) -> dict[str, Any]:
    """Write an alert that began two minutes ago."""
    now = dt.datetime.now(dt.UTC)
    began = now - dt.timedelta(minutes=2)
    end = now - dt.timedelta(seconds=1) if ended else now + dt.timedelta(minutes=10)
    return {
        "labels": LABELS | labels,
        "annotations": ANNOTATIONS,
        "startsAt": began.isoformat(),
        "endsAt": end.isoformat(),
        "generatorURL": "http://prometheus.example.org/graph",
    }


def test_what_every_receiver_is_told(running: Running) -> None:
    """A firing, and then its end."""
    for state, ended in (("firing", False), ("resolved", True)):
        running.providers.clear()
        running.alertmanager.send(alert(ended=ended))
        wrong = [name for name in running.channels if not _is_golden(running, name, state)]
        assert wrong == [], f"{state}: UPDATE_GOLDEN=1 rewrites these"
    assert "Notify for alerts failed" not in running.alertmanager.log


TEAMS = ("boss@example.org, x", "a\nb", "x y", "evil.org>,<a", "..", "a" * 200 + "@", "")


@pytest.mark.parametrize("number", range(len(TEAMS)))
def test_a_team_never_adds_a_recipient(running: Running, number: int) -> None:
    """S09: a label's value is a plain word, or it is nobody's."""
    name, team = f"Team{number}", TEAMS[number]
    running.alertmanager.send(alert(alertname=name, team=team, tocsin_name=name.lower()))
    message = running.mailbox.wait_for(name, timeout=60)
    assert message["To"] == "no-team@example.org"
    told = running.providers.wait_for_text("slack", name)
    assert told.body["channel"] == "#no-team-alerts"


HOSTILE = {
    "summary": "BOOM <b>@here</b> <!channel> <@U1> [Log](https://evil.example.org) [~boss] @@all "
    + "\U0001f4a5&<" * 300,
    "description": "@everyone {{ .Status }} *_`~ ]( javascript:alert(1) " + "\u00e4<&@\"'" * 1000,
    "runbook_url": "https://runbooks.example.org/?x=" + "&a=1" * 40,
    "dashboard_url": "javascript:alert(1)",
}
LIMITS: dict[str, tuple[Callable[[Any], str], int]] = {
    "discord": (lambda body: body["embeds"][0]["description"], 4096),
    "jira": (lambda body: body["fields"]["description"], 32_767),
    "mattermost": (lambda body: body["attachments"][0]["text"], 16_383),
    "opsgenie": (lambda body: body["description"], 15_000),
    "rocketchat": (lambda body: body["attachments"][0]["text"], 5_000),
    "slack": (lambda body: body["attachments"][0]["text"], 40_000),
    "sns": (lambda body: body["Message"], 256 * 1024),
    "telegram": (lambda body: body["text"], 4096),
    "telegram-plain": (lambda body: body["text"], 4096),
    "victorops": (lambda body: body["state_message"], 20_480),
}
"""What a provider shows, and how many characters it takes."""
BYTES: dict[str, tuple[Callable[[Any], str], int]] = {
    "msteams": (lambda body: body["text"], 24_000),
    "msteamsv2": (lambda body: body["attachments"][0]["content"]["body"][1]["text"], 24_000),
    "sns-phone": (lambda body: body["Message"], 1_600),
    "webex": (lambda body: body["markdown"], 7_439),
    "wechat": (lambda body: body["text"]["content"], 2_048),
}
"""Likewise, in bytes."""
CALLS = re.compile(r"(?:^|[^A-Za-z0-9])@(?:here|all|everyone)|<!|<@")
"""What would call people in a chat."""
MARKDOWN = {"discord", "mattermost", "msteams", "msteamsv2", "rocketchat", "webex"}
"""Providers for which `](` would hide where a link leads."""
CALLING = {"jira", "opsgenie", "sns", "sns-phone", "victorops"}
"""Providers that show text as it is; what calls people in Jira is looked for apart."""


def test_five_hundred_hostile_alerts(running: Running) -> None:
    """Each message fits, says how many there are, and calls nobody (S09)."""
    many = [alert(alertname="Flood", tocsin_name="flood", instance=str(i)) for i in range(500)]
    running.alertmanager.send(*(one | {"annotations": HOSTILE} for one in many))
    for name, (shown, limit) in (LIMITS | BYTES).items():
        told = running.providers.wait_for_text(name, "of 500 alerts", avoid="search")
        text = shown(told.body)
        size = len(text.encode()) if name in BYTES else len(text)
        assert size <= limit, name
        assert 1 <= text.count("BOOM") <= 10, name
        assert "could not be sent" not in text, name
        assert "Runbook" in text or size > limit - 1_000 or name == "sns-phone", name
        assert "Dashboard" not in text, name
        assert CALLS.search(text) is None or name in CALLING, name
        assert "](" not in text or name not in MARKDOWN, name
        assert "[~boss]" not in text or name != "jira"
    paged = running.providers.wait_for_text("pagerduty", "BOOM")
    assert [link["text"] for link in paged.body["links"]] == ["Runbook"]
    pushed = running.providers.wait_for_text("api.pushover.net", "of+500+alerts")
    assert len(parse_qs(urlsplit(pushed.address).query)["message"][0]) <= 1_024
    assert "Notify for alerts failed" not in running.alertmanager.log


class Encrypted:
    """A mail server that takes nothing before STARTTLS."""

    def __init__(self, folder: Path) -> None:
        self.subjects: list[str] = []
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(folder / "serving.crt", folder / "serving.key")
        ports = Ports()
        self.port = ports.take()
        ports.close()
        self.controller = Controller(
            self, hostname="127.0.0.1", port=self.port, tls_context=tls, require_starttls=True
        )

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 aiosmtpd's name
        """Keep the subject."""
        self.subjects.append(str(email.message_from_bytes(envelope.content)["Subject"]))
        return "250 OK"


def test_a_relay_with_an_authority_of_its_own(tmp_path: Path) -> None:
    """A certificate that is damaged stops its own channel, and no other."""
    mkcerts = programs_with("alertmanager", "mkcerts") / "mkcerts"
    subprocess.run([mkcerts, "-dir", tmp_path, "-names", "localhost"], check=True)
    relay = Encrypted(tmp_path)
    relay.controller.start()
    spec = {
        "email": {
            "to": "a@example.org",
            "from": "b@example.org",
            "smarthost": f"127.0.0.1:{relay.port}",
            "headers": [{"name": "Subject", "value": "{{ .Receiver }}"}],
            "tlsConfig": {"serverName": "localhost", "caSecretRef": {"name": "s", "key": "ca"}},
        }
    }
    good = Channel("good", spec, {"s/ca": (tmp_path / "ca.crt").read_text()})
    damaged = Channel("damaged", spec, {"s/ca": "-----BEGIN CERTIFICATE-----\nMII=\n"})
    config = write_alertmanager([good, damaged], CONFIG, tmp_path)
    try:
        with Alertmanager(config, tmp_path) as alertmanager:
            alertmanager.send(alert())
            wait_for(lambda: list(relay.subjects), bool, "a mail", timeout=60)
            assert alertmanager.reload() == ""
            wait_for(
                lambda: alertmanager.log, lambda log: "unable to use specified CA" in log, "damaged"
            )
    finally:
        relay.controller.stop()
    assert set(relay.subjects) == {"shop/good"}


def _is_golden(running: Running, name: str, state: str) -> bool:
    if name == "email":
        text = _mail(running.mailbox, f"[{'critical' if state == 'firing' else state}]")
    else:
        count = REQUESTS.get(name, (1, 1))[state == "resolved"]
        told = running.providers.wait_for(HOSTS.get(name, name), count)
        text = write_documents([_readable(request.shown()) for request in told])
    text = _masked(text)
    path = GOLDEN / f"{name}-{state}.yaml"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return path.exists() and path.read_text() == text


def _mail(mailbox: Mailbox, subject: str) -> str:
    message = mailbox.wait_for(subject, timeout=60)
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    shown = {name.lower(): str(message[name]) for name in ("From", "To", "Subject")}
    bodies = {"text": plain.get_content(), "html": html.get_content()}
    return write_documents([shown | {k: v.replace("\r\n", "\n") for k, v in bodies.items()}])


def _readable(part: Any) -> Any:
    """Show the blank without width that breaks mentions and markup up."""
    if isinstance(part, dict):
        return {name: _readable(value) for name, value in part.items()}
    if isinstance(part, list):
        return [_readable(value) for value in part]
    return part.replace("\u200b", "[ZWSP]") if isinstance(part, str) else part


def _masked(text: str) -> str:
    text = re.sub(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?( UTC|Z)", "TIME", text)
    text = re.sub(r"http://[a-zA-Z0-9.-]+:\d+", "http://ALERTMANAGER", text)
    text = re.sub(r"resolved after \d+m?\d*s", "resolved after DURATION", text)
    return re.sub(r"\b(?!0123456789abcdef)[0-9a-f]{16,64}\b", "DIGEST", text)
