"""Credentials from files: rotation, rotation half done, and nothing that leaks."""

from pathlib import Path

import pytest

from tocsin.adapters.credentials import (
    RECHECK_SECONDS,
    CredentialsError,
    FileCredentials,
    TrustFiles,
    in_cluster,
)


class Time:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


async def test_a_token_file_is_read_again_when_it_is_due(tmp_path: Path):
    file, time = tmp_path / "token", Time()
    file.write_text("one\n")
    credentials = FileCredentials("http://a/", trust=None, token_file=file, monotonic=time)
    assert credentials.server == "http://a"
    file.write_text("two")
    assert await credentials.authorization() == "Bearer one"
    time.now += RECHECK_SECONDS
    assert await credentials.authorization() == "Bearer two"


async def test_renew_reads_at_once_and_tells_whether_it_helped(tmp_path: Path):
    file = tmp_path / "token"
    file.write_text("one")
    credentials = FileCredentials("http://a", trust=None, token_file=file)
    assert not await credentials.renew()
    file.write_text("two")
    assert await credentials.renew()
    assert await credentials.authorization() == "Bearer two"


@pytest.mark.parametrize("garbage", [None, "", "two words", "a\nb", "sch\u00f6n"])
async def test_a_rotation_half_done_keeps_what_was_read(tmp_path: Path, garbage: str | None):
    file = tmp_path / "token"
    file.write_text("one")
    credentials = FileCredentials("http://a", trust=None, token_file=file)
    if garbage is None:
        file.unlink()
    else:
        file.write_text(garbage)
    assert not await credentials.renew()
    assert await credentials.authorization() == "Bearer one"


def test_a_missing_or_empty_token_is_said_at_the_start(tmp_path: Path):
    with pytest.raises(CredentialsError, match="cannot be read; check its mount"):
        FileCredentials("http://a", trust=None, token_file=tmp_path / "none")
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(CredentialsError, match="holds no token"):
        FileCredentials("http://a", trust=None, token_file=tmp_path / "empty")


async def test_user_name_and_password():
    credentials = FileCredentials("http://a", trust=None, basic=("u", "p"))
    assert await credentials.authorization() == "Basic dTpw"


def test_certificates_that_cannot_be_used_are_named(tmp_path: Path):
    with pytest.raises(CredentialsError, match=r"ca\.crt: cannot be used for TLS"):
        TrustFiles(ca_file=tmp_path / "ca.crt").context()
    (tmp_path / "ca.crt").write_text("no certificate")
    with pytest.raises(CredentialsError, match=r"ca\.crt: cannot be used for TLS"):
        TrustFiles(ca_file=tmp_path / "ca.crt").context()
    with pytest.raises(CredentialsError, match="the client certificate"):
        TrustFiles(certificate="canary-pem", key="canary-key").context()


def test_a_certificate_never_shows_itself():
    shown = repr(TrustFiles(ca_data="canary", certificate="canary", key="canary"))
    assert "canary" not in shown


@pytest.mark.parametrize(
    ("host", "server"),
    [("10.0.0.1", "https://10.0.0.1:6443"), ("fd00::1", "https://[fd00::1]:6443")],
)
def test_in_a_pod_the_mounted_files_are_used(
    tmp_path: Path, host: str, server: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(TrustFiles, "context", lambda _self: None)
    monkeypatch.setattr(TrustFiles, "stamp", lambda _self: ())
    (tmp_path / "token").write_text("t")
    (tmp_path / "namespace").write_text("tocsin-system")
    environment = {"KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": "6443"}
    credentials = in_cluster(environment, tmp_path)
    assert credentials.server == server
    assert credentials.namespace == "tocsin-system"


def test_outside_of_a_pod_the_remedy_is_named():
    with pytest.raises(CredentialsError, match="give --kubeconfig or set KUBECONFIG"):
        in_cluster({})
