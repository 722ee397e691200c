"""The objects that the demo adds to the quick start, and the overlay that points it here."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import yaml
from tests.cluster.base import ClusterAccess
from tests.demo.links import JOB, NAMESPACE
from tests.running.install import ROOT, load_documents

QUICKSTART = ROOT / "manifests" / "examples" / "quickstart"
MONITORING = ROOT / "manifests" / "examples" / "monitoring"

# Messages at once, not after half a minute, and resolutions seconds later, not minutes.
CONFIG = {"grouping": {"groupWait": "1s", "groupInterval": "2s"}}

Object = dict[str, Any]


def quickstart() -> list[Object]:
    """The quick start's objects, in their order."""
    return load_documents(QUICKSTART)


def scrape_config(target: str) -> Object:
    """Let Prometheus scrape the sample service; a ScrapeConfig takes any address."""
    return {
        "apiVersion": "monitoring.coreos.com/v1alpha1",
        "kind": "ScrapeConfig",
        "metadata": {"name": "shop", "namespace": NAMESPACE},
        "spec": {
            "jobName": JOB,
            "scrapeInterval": "1s",
            "staticConfigs": [{"targets": [target]}],
            # prometheus-operator sets job to the object's path; the alert shows it to people
            "relabelings": [{"targetLabel": "job", "replacement": JOB}],
        },
    }


def quickstart_overlay(folder: Path, receiver_url: str) -> Path:
    """
    A kustomization in ``folder``: the quick start as it is, its Secret's URL replaced.

    The URL stands in a file alone, never on a command line.
    """
    folder.mkdir(parents=True, exist_ok=True)
    replace = [{"op": "replace", "path": "/stringData/url", "value": receiver_url}]
    document = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": [os.path.relpath(QUICKSTART, folder)],
        "patches": [{"target": {"kind": "Secret"}, "patch": json.dumps(replace)}],
    }
    target = folder / "kustomization.yaml"
    target.touch(mode=0o600)
    target.write_text(yaml.safe_dump(document, sort_keys=False))
    return folder


def kubectl_apply(cluster: ClusterAccess, receiver_url: str) -> None:
    """``kubectl apply -k`` of the quick start, with the receiver's URL; says what kubectl said."""
    folder = quickstart_overlay(cluster.work / "quickstart", receiver_url)
    done = cluster.kubectl("apply", "-k", str(folder), check=False)
    if done.returncode:
        raise RuntimeError(f"kubectl apply failed: {done.stderr.strip()}")
