"""What the stand-in for the kubelet makes of a pod's volumes."""

from __future__ import annotations

import base64
import gzip
from pathlib import Path
from typing import Any

import pytest
from tests.cluster import podfiles
from tests.cluster.podfiles import NotYet

ROOT = Path("/sandbox/prometheus")


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def secret(**data: bytes) -> dict[str, Any]:
    return {"kind": "Secret", "data": {key: encoded(value) for key, value in data.items()}}


def pod(volumes: list[Any], mounts: list[Any], **container: Any) -> dict[str, Any]:
    main = {"name": "prometheus", "volumeMounts": mounts, **container}
    return {
        "metadata": {"name": "prometheus-main-0", "namespace": "monitoring"},
        "spec": {"volumes": volumes, "containers": [main]},
    }


def mounted(pod: dict[str, Any], **objects: Any) -> podfiles.Mounted:
    sources = {name.replace("_", "-"): value for name, value in objects.items()}
    return podfiles.mount(pod, pod["spec"]["containers"][0], lambda _kind, n: sources.get(n))


def test_a_secret_becomes_a_file_a_key() -> None:
    one = pod(
        [{"name": "config", "secret": {"secretName": "generated"}}],
        [{"name": "config", "mountPath": "/etc/alertmanager/config"}],
    )
    files = mounted(one, generated=secret(url=b"https://x", other=b"\x00")).files
    assert files == {
        "/etc/alertmanager/config/url": b"https://x",
        "/etc/alertmanager/config/other": b"\x00",
    }


def test_a_config_map_keeps_its_text_and_its_binary_keys() -> None:
    one = pod(
        [{"name": "rules", "configMap": {"name": "rulefiles-0"}}],
        [{"name": "rules", "mountPath": "/etc/prometheus/rules/rulefiles-0/"}],
    )
    source = {"kind": "ConfigMap", "data": {"a.yaml": "ü"}, "binaryData": {"b": encoded(b"\xff")}}
    assert mounted(one, rulefiles_0=source).files == {
        "/etc/prometheus/rules/rulefiles-0/a.yaml": "ü".encode(),
        "/etc/prometheus/rules/rulefiles-0/b": b"\xff",
    }


def test_a_missing_source_makes_the_pod_wait_unless_it_is_optional() -> None:
    source = {"secretName": "absent"}
    mount = [{"name": "v", "mountPath": "/x"}]
    with pytest.raises(NotYet, match="Secret absent does not exist yet"):
        mounted(pod([{"name": "v", "secret": source}], mount))
    assert mounted(pod([{"name": "v", "secret": {**source, "optional": True}}], mount)).files == {}


def test_one_key_is_mounted_as_a_file() -> None:
    one = pod(
        [{"name": "web", "secret": {"secretName": "web"}}],
        [{"name": "web", "mountPath": "/etc/web/web.yaml", "subPath": "web.yaml"}],
    )
    source = {"kind": "Secret", "data": {"web.yaml": encoded(b"{}"), "more": encoded(b"-")}}
    assert mounted(one, web=source).files == {"/etc/web/web.yaml": b"{}"}


def test_projected_sources_and_chosen_keys() -> None:
    items = [{"key": "ca", "path": "ca.crt"}]
    sources = [
        {"secret": {"name": "tls", "items": items}},
        {"configMap": {"name": "more"}},
        {"serviceAccountToken": {"path": "token"}},
    ]
    one = pod(
        [{"name": "all", "projected": {"sources": sources}}],
        [{"name": "all", "mountPath": "/certs"}],
    )
    found = mounted(
        one, tls=secret(ca=b"CA", key=b"K"), more={"kind": "ConfigMap", "data": {"a": "b"}}
    )
    assert found.files == {"/certs/ca.crt": b"CA", "/certs/a": b"b"}


def test_the_configuration_is_unpacked_and_its_variables_filled_in() -> None:
    """An unfilled $(SHARD) drops every Probe target without a word."""
    text = "replica: $(POD_NAME)\nregex: $(SHARD)\nrule_files: [/etc/prometheus/rules/r-0/*.yaml]\n"
    reloader = {
        "name": "config-reloader",
        "args": [
            "--config-file=/etc/prometheus/config/prometheus.yaml.gz",
            "--config-envsubst-file=/etc/prometheus/config_out/prometheus.env.yaml",
        ],
        "env": [
            {"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
            {"name": "SHARD", "value": "0"},
        ],
    }
    one = pod([], [])
    one["spec"]["containers"].append(reloader)
    packed = {"/etc/prometheus/config/prometheus.yaml.gz": gzip.compress(text.encode())}
    assert podfiles.reloader_output(one, packed, ROOT) == {
        "/etc/prometheus/config_out/prometheus.env.yaml": (
            b"replica: prometheus-main-0\nregex: 0\n"
            b"rule_files: [/sandbox/prometheus/etc/prometheus/rules/r-0/*.yaml]\n"
        )
    }
    assert podfiles.reloader_output(one, {}, ROOT) == {}


def test_an_unknown_variable_stays() -> None:
    assert podfiles.substitute("$(HOME) $$ $(X)", {"X": "y"}) == "$(HOME) $$ y"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("url_file: /etc/alertmanager/config/a", "url_file: /r/etc/alertmanager/config/a"),
        ("'/etc/prometheus/certs/b'", "'/r/etc/prometheus/certs/b'"),
        ("/var/run/secrets/token", "/r/var/run/secrets/token"),
        ("https://host/etc/prometheus/x", "https://host/etc/prometheus/x"),
        ("/srv/etc/alertmanager/x", "/srv/etc/alertmanager/x"),
        ("/etc/prometheusx/a", "/etc/prometheusx/a"),
    ],
)
def test_only_the_paths_of_the_pod_are_rewritten(before: str, after: str) -> None:
    assert podfiles.localise(before, Path("/r")) == after


def test_arguments_get_local_paths_and_our_address() -> None:
    container = {
        "name": "prometheus",
        "args": [
            "--config.file=/etc/prometheus/config_out/p.yaml",
            "--storage.tsdb.path=/prometheus",
            "--web.route-prefix=/",
            "--web.external-url=http://x/prometheus",
            "--web.listen-address=:9090",
            "--web.enable-lifecycle",
        ],
    }
    scratch = ["/prometheus", "/etc/prometheus/config_out"]
    words = podfiles.arguments(container, podfiles.Mounted({}, scratch), ROOT, "127.0.0.1:5")
    assert words == [
        f"--config.file={ROOT}/etc/prometheus/config_out/p.yaml",
        f"--storage.tsdb.path={ROOT}/prometheus",
        "--web.route-prefix=/",
        "--web.external-url=http://x/prometheus",
        "--web.enable-lifecycle",
        "--web.listen-address=127.0.0.1:5",
    ]


def test_alertmanager_runs_without_peers() -> None:
    container = {"name": "alertmanager", "args": ["--cluster.peer=a:9094", "--data.retention=1h"]}
    words = podfiles.arguments(container, podfiles.Mounted(), ROOT, "127.0.0.1:5")
    assert words == [
        "--data.retention=1h",
        "--cluster.listen-address=",
        "--web.listen-address=127.0.0.1:5",
    ]
