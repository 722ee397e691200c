"""The operator's own series, as Prometheus would read them."""

from prometheus_client.parser import text_string_to_metric_families

from tocsin.adapters.telemetry import COUNTERS, GAUGES, HISTOGRAMS, PREFIX, PrometheusTelemetry


def telemetry() -> PrometheusTelemetry:
    return PrometheusTelemetry("9.9.9", monotonic=lambda: 50.0, wall=lambda: 1000.0)


def samples(of: PrometheusTelemetry) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(of.exposition().decode())
        for sample in family.samples
    }


def test_every_call_of_the_port_shows():
    of = telemetry()
    of.reconciled("AlertRule", "success", 0.004)
    of.reconciled("AlertRule", "success", 40.0)
    of.wrote("prometheusrules", "apply")
    of.failed("AlertRule", "Conflict")
    of.queue(7, 1.5)
    of.full_pass(40.0)
    of.alertmanager_secret(123, 1000)
    of.event_dropped("RateLimited")
    of.watches_restarted()
    of.loop_lag(0.25)
    seen = samples(of)
    rule = ("kind", "AlertRule")
    name = PREFIX + "reconcile_duration_seconds"
    assert seen[PREFIX + "reconciles_total", (rule, ("result", "success"))] == 2
    assert seen[name + "_bucket", (rule, ("le", "0.005"))] == 1
    assert seen[name + "_count", (rule,)] == 2
    assert seen[PREFIX + "writes_total", (("resource", "prometheusrules"), ("verb", "apply"))] == 1
    assert seen[PREFIX + "errors_total", (rule, ("reason", "Conflict"))] == 1
    assert seen[PREFIX + "queue_depth", ()] == 7
    assert seen[PREFIX + "queue_oldest_seconds", ()] == 1.5
    assert seen[PREFIX + "last_full_pass_timestamp_seconds", ()] == 990
    assert of.last_full_pass == 40.0
    assert seen[PREFIX + "alertmanager_secret_bytes", ()] == 123
    assert seen[PREFIX + "alertmanager_secret_budget_bytes", ()] == 1000
    assert seen[PREFIX + "events_dropped_total", (("reason", "RateLimited"),)] == 1
    assert seen[PREFIX + "watch_restarts_total", ()] == 1
    assert seen[PREFIX + "event_loop_lag_seconds", ()] == 0.25
    assert seen[PREFIX + "build_info", (("version", "9.9.9"),)] == 1


def test_a_reason_that_no_object_has_any_more_is_gone():
    of = telemetry()
    of.rejected("AlertRule", {"InvalidSpec": 2, "SizeLimit": 1})
    of.rejected("HealthCheck", {"NotYetSupported": 1})
    of.rejected("AlertRule", {"InvalidSpec": 3})
    shown = {key[1]: value for key, value in samples(of).items() if "rejected" in key[0]}
    assert shown == {
        (("kind", "AlertRule"), ("reason", "InvalidSpec")): 3,
        (("kind", "HealthCheck"), ("reason", "NotYetSupported")): 1,
    }


def test_names_follow_prometheus_conventions_and_process_series_are_there():
    of = telemetry()
    of.failed("AlertRule", "x")
    text = of.exposition().decode()
    assert "process_resident_memory_bytes" in text
    assert "_created" not in text
    for name in (*COUNTERS, *GAUGES, *HISTOGRAMS):
        assert not name.endswith("_total")  # the library adds it
        assert "milli" not in name
        assert "minutes" not in name
    assert all(label != "namespace" for _, labels in COUNTERS.values() for label in labels)


def test_two_in_one_process_do_not_collide():
    telemetry().queue(1, 0)
    other = telemetry()
    assert samples(other)[PREFIX + "queue_depth", ()] == 0
