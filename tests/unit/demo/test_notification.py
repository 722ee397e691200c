"""A webhook message is laid out for people, and cannot touch their terminal."""

from __future__ import annotations

from typing import Any

from tests.demo import notification


def message(status: str = "firing", **labels: str) -> dict[str, Any]:
    """A message as Alertmanager 0.34 sends it, about one rule."""
    return {
        "version": "4",
        "status": status,
        "receiver": "shop/on-call",
        "alerts": [
            {
                "status": status,
                "labels": {
                    "alertname": "checkout-errors",
                    "severity": "critical",
                    "tocsin_kind": "AlertRule",
                    "tocsin_namespace": "shop",
                    "tocsin_name": "checkout-errors",
                    **labels,
                },
                "annotations": {
                    "summary": "50% of the requests to shop fail",
                    "runbook_url": "https://runbooks.example.org/checkout-errors",
                },
                "startsAt": "2026-03-01T10:00:00Z",
                "endsAt": "0001-01-01T00:00:00Z" if status == "firing" else "2026-03-01T10:01:30Z",
            }
        ],
    }


def test_a_firing_message() -> None:
    assert notification.title(message()) == "[FIRING] checkout-errors"
    assert notification.lines(message()) == [
        "severity    critical",
        "summary     50% of the requests to shop fail",
        "source      AlertRule shop/checkout-errors",
        "since       10:00:00 UTC",
        "runbook     https://runbooks.example.org/checkout-errors",
    ]


def test_a_resolved_message_says_how_long_it_lasted() -> None:
    assert "lasted      90 s" in notification.lines(message("resolved"))


def test_several_alerts_are_counted_and_kept_apart() -> None:
    body = message()
    body["alerts"] *= 2
    assert notification.title(body) == "[FIRING] checkout-errors (2 alerts)"
    assert notification.lines(body).count("") == 1


def test_it_is_about_one_rule_and_one_state() -> None:
    assert notification.is_about(message(), "checkout-errors", "shop", "firing")
    assert not notification.is_about(message(), "checkout-errors", "shop", "resolved")
    assert not notification.is_about(message(), "checkout-errors", "other", "firing")
    assert not notification.is_about("no JSON", "checkout-errors", "shop", "firing")


def test_control_characters_do_not_reach_the_terminal() -> None:
    shown = notification.lines(message(severity="\033[31mred\r\n\u202e"))
    shown.append(notification.title(message(alertname="\033]0;title\007")))
    assert all(line.isprintable() for line in shown)
