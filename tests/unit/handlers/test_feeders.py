"""The feeders: one per kind, named in full, passing on what comes."""

from tocsin.handlers.feeders import WATCHED, register_feeders
from tocsin.handlers.framework import kopf


def handlers(put):
    registry = kopf.OperatorRegistry()
    register_feeders(registry, put)
    return list(registry._watching.get_all_handlers()), registry


def test_every_kind_is_watched_by_its_full_name():
    found, registry = handlers(lambda *_: None)
    names = {(h.selector.group, h.selector.version, h.selector.plural) for h in found}
    assert names == {
        ("tocsin.dev", "v1alpha1", "alertrules"),
        ("tocsin.dev", "v1alpha1", "healthchecks"),
        ("tocsin.dev", "v1alpha1", "notificationchannels"),
        ("monitoring.coreos.com", "v1", "prometheusrules"),
        ("", "v1", "namespaces"),
    }
    assert set(WATCHED) == {
        "AlertRule",
        "HealthCheck",
        "NotificationChannel",
        "PrometheusRule",
        "Namespace",
    }
    for others in (registry._changing, registry._spawning, registry._indexing, registry._webhooks):
        assert list(others.get_all_handlers()) == []


async def test_an_event_is_passed_on_as_it_is_and_nothing_comes_back():
    seen = []
    found, _ = handlers(lambda *event: seen.append(event))
    document = {"metadata": {"name": "a"}}
    for handler in found:
        assert (
            await handler.fn(event={"type": None, "object": document}, body={}, logger=None) is None
        )
    assert {kind for kind, *_ in seen} == set(WATCHED)
    assert all(kind_type is None and given is document for _, kind_type, given in seen)
