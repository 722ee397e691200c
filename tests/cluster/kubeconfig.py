"""
Kubeconfig files: those we write for our own control plane, and those a user hands us.

Reading covers certificate authority, client certificate, token, token file, user name and
password, and exec plug-ins, which are run once. Anything else raises ``KubeconfigError``.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml


class KubeconfigError(ValueError):
    """The file cannot be used; the message names the field and the remedy."""


@dataclass(frozen=True)
class Credentials:
    """How to reach an API server and who to be there; certificates and keys are PEM texts."""

    server: str
    ca: str | None = None
    insecure: bool = False
    token: str | None = None
    client_certificate: str | None = None
    client_key: str | None = None
    basic: tuple[str, str] | None = None
    namespace: str = "default"


def dump(credentials: Credentials, *, name: str = "tocsin") -> str:
    """The text of a kubeconfig with one context that is the current one."""
    cluster: dict[str, Any] = {"server": credentials.server}
    if credentials.ca:
        cluster["certificate-authority-data"] = _encode(credentials.ca)
    if credentials.insecure:
        cluster["insecure-skip-tls-verify"] = True
    user: dict[str, Any] = {}
    if credentials.token:
        user["token"] = credentials.token
    if credentials.client_certificate and credentials.client_key:
        user["client-certificate-data"] = _encode(credentials.client_certificate)
        user["client-key-data"] = _encode(credentials.client_key)
    context = {"cluster": name, "user": name, "namespace": credentials.namespace}
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name,
        "clusters": [{"name": name, "cluster": cluster}],
        "users": [{"name": name, "user": user}],
        "contexts": [{"name": name, "context": context}],
    }
    return yaml.safe_dump(document, sort_keys=False)


def write(path: Path, credentials: Credentials) -> Path:
    """Write a kubeconfig that its owner alone can read."""
    path.touch(mode=0o600)
    path.write_text(dump(credentials))
    return path


def load(path: Path) -> Credentials:
    """Read the current context of a kubeconfig; every flaw of it is a ``KubeconfigError``."""
    document = _document(path)
    current = document.get("current-context")
    if not current:
        raise KubeconfigError(f"{path}: no current-context; run: kubectl config use-context NAME")
    context = _named(path, document, "contexts", "context", current)
    cluster = _named(path, document, "clusters", "cluster", _field(path, context, "cluster"))
    user = _named(path, document, "users", "user", _field(path, context, "user"))
    server = str(_field(path, cluster, "server")).rstrip("/")
    if not server.startswith(("https://", "http://")):
        raise KubeconfigError(f"{path}: server {server!r} is no URL; write https://HOST:PORT")
    if "auth-provider" in user:
        raise KubeconfigError(
            f"{path}: user {context['user']!r} logs in through the retired 'auth-provider'; write "
            "a kubeconfig with a token instead: kubectl create token NAME"
        )
    credentials = Credentials(
        server=server,
        ca=_text(path, cluster, "certificate-authority"),
        insecure=bool(cluster.get("insecure-skip-tls-verify")),
        token=_token(path, user),
        client_certificate=_text(path, user, "client-certificate"),
        client_key=_text(path, user, "client-key"),
        basic=(str(user["username"]), str(user.get("password"))) if "username" in user else None,
        namespace=context.get("namespace") or "default",
    )
    return _from_plugin(path, credentials, user["exec"]) if "exec" in user else credentials


def _document(path: Path) -> dict[str, Any]:
    remedy = "set KUBECONFIG to the kubeconfig of your cluster"
    try:
        document = yaml.safe_load(_read(path)) or {}
    except yaml.YAMLError as error:
        raise KubeconfigError(f"{path} is not YAML; {remedy}") from error
    if not isinstance(document, dict):
        raise KubeconfigError(f"{path} is no kubeconfig; {remedy}")
    return document


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except FileNotFoundError as error:
        raise KubeconfigError(
            f"there is no file {path}; set KUBECONFIG to the kubeconfig of your cluster"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise KubeconfigError(
            f"{path} cannot be read ({reason}); set KUBECONFIG to the kubeconfig of your cluster"
        ) from error


def _field(path: Path, entry: dict[str, Any], field: str) -> Any:
    if not entry.get(field):
        raise KubeconfigError(
            f"{path}: {field} is missing where the current context needs it; "
            "kubectl config view --minify shows what is there"
        )
    return entry[field]


def _from_plugin(path: Path, credentials: Credentials, plugin: dict[str, Any]) -> Credentials:
    """Ask the plug-in, as client-go does: ExecCredential on its standard output."""
    program, version = _field(path, plugin, "command"), _field(path, plugin, "apiVersion")
    info = {"apiVersion": version, "kind": "ExecCredential", "spec": {}}
    variables = {entry["name"]: entry["value"] for entry in plugin.get("env") or []}
    command = [program, *(plugin.get("args") or [])]
    environment = {**os.environ, **variables, "KUBERNETES_EXEC_INFO": json.dumps(info)}
    try:
        answer = subprocess.run(command, env=environment, capture_output=True, check=True)
        status = json.loads(answer.stdout)["status"]
    except (OSError, ValueError, KeyError, TypeError, subprocess.CalledProcessError) as error:
        raise KubeconfigError(
            f"{path}: the plug-in {program!r} failed; run it by hand to see why"
        ) from error
    return replace(
        credentials,
        token=status.get("token"),
        client_certificate=status.get("clientCertificateData"),
        client_key=status.get("clientKeyData"),
    )


def _named(path: Path, document: dict[str, Any], section: str, key: str, name: str) -> Any:
    entries = document.get(section)
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict) and entry.get("name") == name:
            found = entry.get(key)
            return found if isinstance(found, dict) else {}
    raise KubeconfigError(f"{path}: {section} has no entry named {name!r}")


def _text(path: Path, entry: dict[str, Any], field: str) -> str | None:
    data = entry.get(f"{field}-data")
    if data:
        try:
            return base64.b64decode(data, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise KubeconfigError(f"{path}: {field}-data is not base64 of a PEM text") from error
    if entry.get(field):
        return _beside(path, entry, field)
    return None


def _token(path: Path, user: dict[str, Any]) -> str | None:
    if user.get("token"):
        return str(user["token"])
    if user.get("tokenFile"):
        return _beside(path, user, "tokenFile").strip()
    return None


def _beside(path: Path, entry: dict[str, Any], field: str) -> str:
    """The text of a file that a field names, relative to the kubeconfig."""
    try:
        return (path.parent / str(entry[field])).read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise KubeconfigError(
            f"{path}: {field} names {entry[field]}, which cannot be read; log in again, or "
            "correct the path"
        ) from error


def _encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
