"""Delivery, on the whole stack: what fires in Prometheus is read by somebody (I8)."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.cluster import Sink
from tests.cluster.sink import Notification
from tests.integration.conftest import run_operator
from tests.integration.mailbox import Mailbox
from tests.integration.objects import (
    Object,
    alert_labels,
    channel,
    condition,
    consent,
    notify,
    rule,
    secret,
)
from tests.integration.world import World

GOLDEN = Path(__file__).parent / "golden"
FIRING, RESOLVED = "vector(0.123) > 0", "vector(0) > 1"
TEXTS = {
    "severity": "critical",
    "summary": "{value | percent} of the requests fail",
    "description": "More than <5 %> & rising.",
    "runbookURL": "https://runbooks.example.org/errors",
    "dashboardURL": "https://grafana.example.org/d/errors",
}


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    """The platform's mail relay."""
    with Mailbox() as box:
        yield box


@pytest.fixture(scope="module", autouse=True)
def on_stack(stack: World, mailbox: Mailbox) -> Iterator[None]:
    """The operator beside Prometheus and Alertmanager, which it observes."""
    config = {
        "grouping": {"groupWait": "1s", "groupInterval": "1s"},
        "smtp": {
            "smarthost": f"127.0.0.1:{mailbox.port}",
            "from": "alerts@example.org",
            "requireTLS": False,
        },
    }
    with run_operator(stack, config):
        yield


@pytest.fixture
def sink() -> Iterator[Sink]:
    """A receiver."""
    with Sink() as sink:
        yield sink


@pytest.fixture
def shop(stack: World) -> Iterator[str]:
    """A namespace on the stack, which consents."""
    name = stack.namespace("shop")
    stack.apply(consent(name))
    yield name
    stack.admin.delete("v1", "Namespace", name)


def firing(namespace: str, expr: str = FIRING, **spec: Any) -> Object:
    """Make a rule that fires at once, or with another `expr` has ended."""
    return rule(namespace, expr=expr, interval="1s", **{**TEXTS, **spec})


def test_a_default_webhook_hears_firing_and_resolved(stack: World, shop: str, sink: Sink) -> None:
    stack.apply(secret(shop, "chat", url=f"{sink.url}/hook"))
    receiver = {"urlSecretRef": {"name": "chat", "key": "url"}}
    stack.apply_ready(channel(shop, webhook=receiver, default={}), firing(shop))
    told = sink.wait_for(lambda n: n.body["status"] == "firing", timeout=60)
    alert = told.body["alerts"][0]
    assert told.path == "/hook"
    assert alert["annotations"]["summary"] == "12.3% of the requests fail"
    assert alert["labels"]["tocsin_namespace"] == shop
    assert told.body["groupLabels"] == {"tocsin_namespace": shop, "tocsin_name": "errors"}

    stack.apply_ready(firing(shop, RESOLVED))
    ended = sink.wait_for(lambda n: n.body["status"] == "resolved", timeout=60)
    assert ended.body["alerts"][0]["fingerprint"] == alert["fingerprint"]


def test_a_route_is_loaded_before_its_rule(stack: World, shop: str, sink: Sink) -> None:
    document = firing(shop, notify=notify("chat", groupWait="1s"))
    stack.apply(channel(shop, webhook={"url": f"{sink.url}/routed"}))
    stack.apply(document)
    seen = stack.wait_condition(document, timeout=60)
    routed = condition(seen, "Routed")
    assert (routed["status"], routed["reason"]) == ("True", "Succeeded")
    digest = alert_labels(stack.child(document) or {})["tocsin_route"]
    loaded = stack.cluster.stack.pod_folder("alertmanager")
    texts = [p.read_text(errors="replace") for p in loaded.rglob("alertmanager*.y*ml")]
    assert any(digest in text for text in texts)
    sink.wait_for(lambda n: n.path == "/routed", timeout=60)


def test_what_each_provider_shows(stack: World, shop: str, sink: Sink) -> None:
    stack.apply(
        secret(shop, "slack", url=f"{sink.url}/slack"),
        secret(shop, "discord", url=f"{sink.url}/discord"),
        secret(shop, "pagerduty", key="0123456789abcdef0123456789abcdef"),
    )
    slack = {"apiURLSecretRef": {"name": "slack", "key": "url"}, "channel": "#shop"}
    discord = {"webhookURLSecretRef": {"name": "discord", "key": "url"}}
    pagerduty = {
        "routingKeySecretRef": {"name": "pagerduty", "key": "key"},
        "url": f"{sink.url}/pagerduty",
    }
    stack.apply_ready(
        channel(shop, "slack", slack=slack, default={}),
        channel(shop, "discord", discord=discord, default={}),
        channel(shop, "pagerduty", pagerduty=pagerduty, default={}),
        firing(shop),
    )
    for provider in ("slack", "discord", "pagerduty"):
        told = sink.wait_for(partial(_came_to, f"/{provider}", ""), timeout=60)
        golden(f"{provider}-firing.json", told.body, shop)
    sink.clear()
    stack.apply_ready(firing(shop, RESOLVED))
    for provider in ("slack", "discord", "pagerduty"):
        told = sink.wait_for(partial(_came_to, f"/{provider}", "resolve"), timeout=60)
        golden(f"{provider}-resolved.json", told.body, shop)


def _came_to(path: str, text: str, told: Notification) -> bool:
    return told.path == path and text in json.dumps(told.body)


def test_mail_through_the_platforms_relay(stack: World, shop: str, mailbox: Mailbox) -> None:
    mail = channel(shop, "mail", email={"to": "ops@example.org"}, default={})
    stack.apply_ready(mail, firing(shop, alertName="MailedAlert"))
    message = mailbox.wait_for("MailedAlert", timeout=60)
    assert message["From"] == "alerts@example.org"
    assert message["To"] == "ops@example.org"
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    golden("email-firing.txt", plain.get_content(), shop)
    assert "More than &lt;5 %&gt; &amp; rising." in html.get_content()
    assert 'href="https://runbooks.example.org/errors"' in html.get_content()


def test_the_higher_level_mutes_the_lower(stack: World, shop: str, sink: Sink) -> None:
    levels = [
        {"severity": "warning", "above": 0},
        {"severity": "critical", "above": "5%"},
    ]
    document = rule(shop, expr="vector(0.123)", levels=levels, interval="1s")
    stack.apply_ready(channel(shop, webhook={"url": f"{sink.url}/levels"}, default={}), document)
    sink.wait_for(
        lambda n: any(a["labels"]["severity"] == "critical" for a in n.body["alerts"]), timeout=60
    )
    stack.apply_ready(rule(shop, expr="vector(0.04)", levels=levels, interval="1s"))
    sink.wait_for(
        lambda n: any(
            a["labels"]["severity"] == "warning" and a["status"] == "firing"
            for a in n.body["alerts"]
        ),
        timeout=60,
    )
    first = sink.received[0].body["alerts"]
    assert {one["labels"]["severity"] for one in first} == {"critical"}


def golden(name: str, body: Any, namespace: str) -> None:
    """Compare a message with its golden file; what differs by run is masked."""
    text = body if isinstance(body, str) else json.dumps(body, indent=2, ensure_ascii=False)
    text = text.replace(namespace, "NAMESPACE").replace("\r\n", "\n")
    text = re.sub(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?( UTC|Z)", "TIME", text)
    text = re.sub(r"127\.0\.0\.1:\d+", "HOST", text)
    text = re.sub(r"resolved after \d+m?\d*s", "resolved after DURATION", text)
    text = re.sub(r"\b[0-9a-f]{16,64}\b", "DIGEST", text)
    text = re.sub(r'"(ts|timestamp)": \d+', r'"\1": 0', text)
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text.rstrip("\n") + "\n")
    assert text.rstrip("\n") + "\n" == path.read_text(), f"{name}: UPDATE_GOLDEN=1 rewrites it"
