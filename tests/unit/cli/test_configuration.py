"""The operator's configuration of the offline commands, given or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tocsin.api.meta import ObjectRef
from tocsin.api.notification_channel import NotificationChannelSpec
from tocsin.cli.configuration import read_config
from tocsin.cli.sources import UsageError
from tocsin.compile.channels import check_channel

REF = ObjectRef("NotificationChannel", "shop", "c")
MAIL = NotificationChannelSpec.model_validate({"email": {"to": "a@example.org"}})
SECRET = {"name": "s", "key": "k"}
WECHAT = NotificationChannelSpec.model_validate(
    {"wechat": {"apiSecretSecretRef": SECRET, "corpID": "c", "toUser": "u"}}
)


def test_without_a_file_the_platform_is_taken_to_have_a_relay(tmp_path: Path) -> None:
    """Whether it has one, only its configuration says."""
    (tmp_path / "config.yaml").write_text("alertmanager: {}\n")
    assert check_channel(REF, MAIL, read_config(None)) == ()
    [problem] = check_channel(REF, MAIL, read_config(str(tmp_path / "config.yaml")))
    assert problem.reason == "SMTPNotConfigured"


@pytest.mark.parametrize("version", ["0.30.1", "v0.30.1", "0.30"])
def test_a_version_on_the_command_line_wins(version: str, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("alertmanager: {version: 0.34.2}\n")
    config = read_config(str(tmp_path / "config.yaml"), version)
    [problem] = check_channel(REF, WECHAT, config)
    assert "needs Alertmanager 0.31" in problem.message
    assert check_channel(REF, WECHAT, read_config(None, "0.31.0")) == ()


@pytest.mark.parametrize("version", ["", "1.0", "newest", "0.x", "0.34.2; rm"])
def test_a_version_that_is_none(version: str) -> None:
    with pytest.raises(UsageError, match=r"write for example 0\.34\.2"):
        read_config(None, version)
