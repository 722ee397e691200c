"""The objects beside the quick start, and what a pod that does not run says."""

from __future__ import annotations

import json
from pathlib import Path

import yaml
from tests.demo import links, pod
from tests.demo.created import title
from tests.demo.objects import QUICKSTART, quickstart, quickstart_overlay, scrape_config


def test_the_quick_start_holds_what_the_story_tells() -> None:
    kinds = {document["kind"]: document["metadata"] for document in quickstart()}
    assert kinds["Namespace"]["name"] == links.NAMESPACE
    assert kinds["AlertRule"] == {"name": links.RULE, "namespace": links.NAMESPACE}
    assert kinds.keys() >= {"Secret", "RoleBinding", "NotificationChannel"}


def test_the_overlay_replaces_the_url_and_nothing_else(tmp_path: Path) -> None:
    folder = quickstart_overlay(tmp_path / "overlay", "http://127.0.0.1:1/on-call")
    text = (folder / "kustomization.yaml").read_text()
    overlay = yaml.safe_load(text)
    assert (folder / overlay["resources"][0]).resolve() == QUICKSTART.resolve()
    (patch,) = overlay["patches"]
    assert patch["target"] == {"kind": "Secret"}
    assert json.loads(patch["patch"]) == [
        {"op": "replace", "path": "/stringData/url", "value": "http://127.0.0.1:1/on-call"}
    ]
    assert (folder / "kustomization.yaml").stat().st_mode & 0o077 == 0


def test_the_shop_is_scraped_each_second_under_its_own_name() -> None:
    spec = scrape_config("127.0.0.1:1234")["spec"]
    assert spec["staticConfigs"] == [{"targets": ["127.0.0.1:1234"]}]
    assert spec["relabelings"] == [{"targetLabel": "job", "replacement": links.JOB}]


def test_the_pod_runs_the_very_scripts_and_no_more_than_it_must() -> None:
    documents = {document["kind"]: document for document in pod.documents("python:3.13-slim")}
    assert documents["ConfigMap"]["data"].keys() == {"sample.py", "receiver.py"}
    for container in documents["Pod"]["spec"]["containers"]:
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert container["image"] == "python:3.13-slim"
    assert title(documents["Pod"]) == "Pod shop/demo"


def test_a_pod_that_does_not_run_says_why() -> None:
    ready = {"status": {"conditions": [{"type": "Ready", "status": "True"}]}}
    waiting = {"reason": "ImagePullBackOff", "message": "no such image"}
    pulling = {"status": {"containerStatuses": [{"state": {"waiting": waiting}}]}}
    condition = {"type": "PodScheduled", "status": "False", "message": "0/0 nodes are available"}
    assert pod.why_not_ready(ready) is None
    assert pod.why_not_ready(pulling) == "ImagePullBackOff: no such image"
    assert pod.why_not_ready({"status": {"conditions": [condition]}}) == "0/0 nodes are available"
    assert pod.why_not_ready({"status": {"phase": "Pending"}}) == "phase Pending"
    assert pod.why_not_ready(None) == "the pod does not exist"
