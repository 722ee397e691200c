"""Reading and writing kubeconfig files."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
import yaml
from tests.cluster import kubeconfig
from tests.cluster.kubeconfig import Credentials, KubeconfigError


@pytest.mark.parametrize(
    "credentials",
    [
        Credentials("https://127.0.0.1:1", ca="CA", token="t", namespace="shop"),
        Credentials("https://127.0.0.1:1", insecure=True, client_certificate="C", client_key="K"),
    ],
)
def test_what_is_written_is_read_again(tmp_path: Path, credentials: Credentials) -> None:
    path = kubeconfig.write(tmp_path / "config", credentials)
    assert kubeconfig.load(path) == credentials
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_files_are_found_beside_the_kubeconfig(tmp_path: Path) -> None:
    (tmp_path / "ca.crt").write_text("CA")
    (tmp_path / "token").write_text("secret\n")
    path = _edited(tmp_path, {"tokenFile": "token"}, {"certificate-authority": "ca.crt"})
    loaded = kubeconfig.load(path)
    assert (loaded.ca, loaded.token) == ("CA", "secret")


def test_an_exec_plugin_is_asked_for_a_token(tmp_path: Path) -> None:
    answer = {"kind": "ExecCredential", "status": {"token": "from-the-plugin"}}
    plugin = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": "sh",
        "args": ["-c", 'test -n "$KUBERNETES_EXEC_INFO" && echo "$ANSWER"'],
        "env": [{"name": "ANSWER", "value": json.dumps(answer)}],
    }
    assert kubeconfig.load(_edited(tmp_path, {"exec": plugin}, {})).token == "from-the-plugin"


def test_a_plugin_that_fails_is_named(tmp_path: Path) -> None:
    plugin = {"apiVersion": "client.authentication.k8s.io/v1", "command": "no-such-plugin"}
    with pytest.raises(KubeconfigError, match="'no-such-plugin' failed; run it by hand"):
        kubeconfig.load(_edited(tmp_path, {"exec": plugin}, {}))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "there is no file .*; set KUBECONFIG"),
        (b"\xff\xfe\x00", "cannot be read .it is not text.; set KUBECONFIG"),
        (b"a: [", "is not YAML; set KUBECONFIG"),
        (b"just a text", "is no kubeconfig; set KUBECONFIG"),
        (b"- 1", "is no kubeconfig"),
        (b"current-context: x", "contexts has no entry named 'x'"),
        (b"current-context: x\ncontexts: [7, {name: x}]", "cluster is missing"),
    ],
)
def test_a_file_that_is_no_kubeconfig_is_one_line_with_a_remedy(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "config"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(KubeconfigError, match=said) as refused:
        kubeconfig.load(path)
    assert "\n" not in str(refused.value)
    with pytest.raises(KubeconfigError, match="cannot be read"):
        kubeconfig.load(tmp_path)


def test_a_file_that_a_kubeconfig_names_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(KubeconfigError, match="tokenFile names gone, which cannot be read"):
        kubeconfig.load(_edited(tmp_path, {"tokenFile": "gone"}, {}))
    with pytest.raises(KubeconfigError, match="server 'nowhere' is no URL"):
        kubeconfig.load(_edited(tmp_path, {"token": "t"}, {"server": "nowhere"}))


def test_what_cannot_be_used_is_refused_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(KubeconfigError, match="kubectl create token"):
        kubeconfig.load(_edited(tmp_path, {"auth-provider": {}}, {}))
    empty = tmp_path / "empty"
    empty.write_text("{}")
    with pytest.raises(KubeconfigError, match="kubectl config use-context"):
        kubeconfig.load(empty)


def test_a_context_that_points_nowhere_is_named(tmp_path: Path) -> None:
    document = yaml.safe_load(kubeconfig.dump(Credentials("https://x")))
    document["contexts"][0]["context"]["user"] = "ghost"
    path = tmp_path / "config"
    path.write_text(yaml.safe_dump(document))
    with pytest.raises(KubeconfigError, match="users has no entry named 'ghost'"):
        kubeconfig.load(path)


def _edited(folder: Path, user: dict[str, object], cluster: dict[str, object]) -> Path:
    document = yaml.safe_load(kubeconfig.dump(Credentials("https://x")))
    document["users"][0]["user"] = user
    document["clusters"][0]["cluster"] |= cluster
    path = folder / "config"
    path.write_text(yaml.safe_dump(document))
    return path
