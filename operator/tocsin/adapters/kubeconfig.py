"""
Kubeconfig files, read by ourselves where tokens and certificates are all they need.

Users who log in through an exec or auth-provider plug-in are handed to the
`kubernetes` package (`plugin_login`), which is imported only then: it costs 19 MiB.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tocsin.adapters.credentials import (
    SERVICE_ACCOUNT,
    Credentials,
    CredentialsError,
    FileCredentials,
    TrustFiles,
    in_cluster,
)

_PLUGINS = ("exec", "auth-provider")


def find_credentials(
    kubeconfig: Path | None, environment: Mapping[str, str] = os.environ
) -> Credentials:
    """
    Find credentials: the file named, then KUBECONFIG, then the pod, then ~/.kube/config.

    Raises CredentialsError, which names what was looked for and the remedy.
    """
    if kubeconfig is not None:
        return load([kubeconfig])
    named = [Path(part) for part in environment.get("KUBECONFIG", "").split(os.pathsep) if part]
    if named:
        return load([path for path in named if path.exists()] or named[:1])
    default = Path("~/.kube/config").expanduser()
    if (SERVICE_ACCOUNT / "token").exists() or not default.exists():
        return in_cluster(environment)
    return load([default])


def load(paths: list[Path]) -> Credentials:
    """Read the current context; of several files the first that names something wins."""
    documents = [(path, _document(path)) for path in paths]
    current = next((d["current-context"] for _, d in documents if d.get("current-context")), None)
    first = paths[0]
    if not current:
        raise CredentialsError(f"{first}: no current-context; run kubectl config use-context NAME")
    _, context = _named(documents, "contexts", "context", str(current))
    at, cluster = _named(documents, "clusters", "cluster", str(context.get("cluster")))
    user_at: Path = first
    user: dict[str, Any] = {}
    if context.get("user"):
        user_at, user = _named(documents, "users", "user", str(context["user"]))
    if any(plugin in user for plugin in _PLUGINS):
        # Imported here alone: the package is large, and hardly anybody needs it.
        from tocsin.adapters.plugin_login import PluginCredentials  # noqa: PLC0415 see above

        return PluginCredentials(paths)
    if cluster.get("tls-server-name"):
        raise CredentialsError(
            f"{at}: cluster.tls-server-name is not supported; "
            "use an address that the server's certificate names"
        )
    token_file = user.get("tokenFile")
    basic = (str(user["username"]), str(user.get("password", ""))) if "username" in user else None
    return FileCredentials(
        _server(at, cluster),
        trust=_trust(at, cluster, user_at, user),
        token=user.get("token"),
        token_file=user_at.parent / token_file if token_file else None,
        basic=basic,
        namespace=str(context.get("namespace") or "default"),
        proxy=cluster.get("proxy-url"),
    )


def _document(path: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load(path.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise CredentialsError(f"{path}: cannot be read; check the path") from error
    except yaml.YAMLError as error:
        # The error's own text would show lines of the file, and so perhaps a token.
        raise CredentialsError(f"{path}: is no YAML; write it again with kubectl config") from error
    if not isinstance(document, dict):
        raise CredentialsError(f"{path}: is no kubeconfig; write it again with kubectl config")
    return document


def _named(
    documents: list[tuple[Path, dict[str, Any]]], section: str, key: str, name: str
) -> tuple[Path, dict[str, Any]]:
    for path, document in documents:
        for entry in document.get(section) or ():
            if isinstance(entry, dict) and entry.get("name") == name:
                return path, entry.get(key) or {}
    raise CredentialsError(f"{documents[0][0]}: {section} has no entry named {name!r}; add it")


def _server(path: Path, cluster: dict[str, Any]) -> str:
    server = str(cluster.get("server") or "")
    if not server.startswith(("http://", "https://")):
        raise CredentialsError(f"{path}: cluster.server must be an http or https URL")
    return server


def _trust(
    cluster_at: Path, cluster: dict[str, Any], user_at: Path, user: dict[str, Any]
) -> TrustFiles:
    ca = _pem(cluster_at, cluster, "certificate-authority")
    return TrustFiles(
        ca_file=ca if isinstance(ca, Path) else None,
        ca_data=ca if isinstance(ca, str) else None,
        certificate=_pem(user_at, user, "client-certificate"),
        key=_pem(user_at, user, "client-key"),
        insecure=bool(cluster.get("insecure-skip-tls-verify")),
    )


def _pem(path: Path, entry: dict[str, Any], name: str) -> Path | str | None:
    data = entry.get(f"{name}-data")
    if data:
        try:
            return base64.b64decode(data, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError, ValueError, TypeError) as error:
            raise CredentialsError(
                f"{path}: {name}-data is not the base64 of a PEM text; write it again"
            ) from error
    return path.parent / entry[name] if entry.get(name) else None
