"""Kubeconfig files in the forms that users have, and the mistakes in them."""

import base64
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tocsin.adapters.credentials import CredentialsError
from tocsin.adapters.kubeconfig import find_credentials, load


def config(user: dict[str, Any], cluster: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "current-context": "c",
        "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u", "namespace": "shop"}}],
        "clusters": [{"name": "k", "cluster": {"server": "http://k:1", **(cluster or {})}}],
        "users": [{"name": "u", "user": user}],
    }


def written(path: Path, document: Any) -> Path:
    path.write_text(document if isinstance(document, str) else yaml.safe_dump(document))
    return path


async def test_a_token(tmp_path: Path):
    credentials = load([written(tmp_path / "a", config({"token": "t"}))])
    assert await credentials.authorization() == "Bearer t"
    assert (credentials.server, credentials.namespace) == ("http://k:1", "shop")


async def test_a_token_file_is_relative_to_the_kubeconfig(tmp_path: Path):
    (tmp_path / "secret").write_text("t2")
    credentials = load([written(tmp_path / "a", config({"tokenFile": "secret"}))])
    assert await credentials.authorization() == "Bearer t2"


async def test_the_first_of_several_files_wins(tmp_path: Path):
    first = written(tmp_path / "a", {"users": [{"name": "u", "user": {"token": "first"}}]})
    second = written(tmp_path / "b", config({"token": "second"}))
    joined = os.pathsep.join((str(tmp_path / "absent"), str(first), str(second)))
    credentials = find_credentials(None, {"KUBECONFIG": joined})
    assert await credentials.authorization() == "Bearer first"


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("{", "is no YAML"),
        ("[]", "is no kubeconfig"),
        ({}, "no current-context"),
        ({**config({}), "current-context": "x"}, "contexts has no entry named 'x'"),
        ({**config({}), "users": []}, "users has no entry named 'u'"),
        (config({}, {"server": "ftp://x"}), "cluster.server must be an http or https URL"),
        (config({}, {"tls-server-name": "x"}), "tls-server-name is not supported"),
        (config({"client-certificate-data": "%%"}), "client-certificate-data is not the base64"),
    ],
)
def test_mistakes_name_the_field_and_the_remedy(tmp_path: Path, document: Any, said: str):
    with pytest.raises(CredentialsError, match=said):
        load([written(tmp_path / "a", document)])


def test_yaml_trouble_shows_no_line_of_the_file(tmp_path: Path):
    with pytest.raises(CredentialsError) as caught:
        load([written(tmp_path / "a", "token: canary: x")])
    assert "canary" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(CredentialsError, match="cannot be read; check the path"):
        find_credentials(tmp_path / "none")
    with pytest.raises(CredentialsError, match="cannot be read; check the path"):
        find_credentials(None, {"KUBECONFIG": str(tmp_path / "none")})


def test_certificate_data_is_used_and_left_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    data = base64.b64encode(b"canary").decode()
    user = {"client-certificate-data": data, "client-key-data": data}
    path = written(tmp_path / "a", config(user, {"server": "https://k:1"}))
    with pytest.raises(CredentialsError) as caught:  # no PEM
        load([path])
    assert "canary" not in str(caught.value)
    assert list((tmp_path / "temporary").iterdir()) == []


PLUGIN = """#!{python}
import json, pathlib
count = pathlib.Path({count!r})
n = int(count.read_text()) + 1
count.write_text(str(n))
status = {{"token": f"from-plugin-{{n}}", "expirationTimestamp": "2020-01-01T00:00:00Z"}}
print(json.dumps({{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
                   "status": status}}))
"""


async def test_an_exec_plugin_logs_in_and_again_when_its_token_expired(tmp_path: Path):
    count = written(tmp_path / "count", "0")
    program = written(tmp_path / "plugin", PLUGIN.format(python=sys.executable, count=str(count)))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    plugin = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": str(program),
        "interactiveMode": "Never",
    }
    credentials = load([written(tmp_path / "a", config({"exec": plugin}))])
    first = await credentials.authorization()
    assert first is not None
    assert first.startswith("Bearer from-plugin-")
    assert await credentials.renew()
    assert await credentials.authorization() != first
    assert credentials.server == "http://k:1"


def test_an_exec_plugin_that_fails_is_said_without_its_output(tmp_path: Path):
    program = written(tmp_path / "plugin", "#!/bin/sh\necho canary >&2\nexit 3\n")
    program.chmod(0o700)
    plugin = {"apiVersion": "client.authentication.k8s.io/v1", "command": str(program)}
    path = written(tmp_path / "a", config({"exec": {**plugin, "interactiveMode": "Never"}}))
    with pytest.raises(CredentialsError) as caught:
        load([path])
    assert "login plug-in" in str(caught.value)
    assert "canary" not in str(caught.value)
