"""The command: arguments and configuration that are wrong end it with 2, and say why."""

import argparse
import subprocess
import sys
from pathlib import Path

import pytest

from tocsin.handlers import main


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    main.add_arguments(parser)
    return main.run(parser.parse_args(arguments))


def test_a_bad_address(capsys: pytest.CaptureFixture[str]):
    assert run("--listen", "nowhere") == 2
    assert "write HOST:PORT" in capsys.readouterr().err


def test_a_bad_configuration(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "config.yaml"
    file.write_text("severities: []\n")
    assert run("--config", str(file)) == 2
    assert "severities" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--log-level", "loud"], ["--log-format", "xml"], ["x"]])
def test_unknown_choices(arguments: list[str], capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as caught:
        run(*arguments)
    assert caught.value.code == 2
    capsys.readouterr()


@pytest.mark.slow
def test_no_cluster_is_said_with_the_remedy(tmp_path: Path):
    path = next(entry for entry in sys.path if entry.endswith("operator"))
    program = (
        f"import sys, argparse; sys.path.insert(0, {path!r})\n"
        "from tocsin.handlers import main\n"
        "parser = argparse.ArgumentParser(); main.add_arguments(parser)\n"
        "sys.exit(main.run(parser.parse_args()))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, "--listen", "127.0.0.1:0", "--log-format", "json"],
        check=False,
        capture_output=True,
        text=True,
        env={"HOME": str(tmp_path)},
        timeout=30,
    )
    assert ran.returncode == 1
    assert "give --kubeconfig or set KUBECONFIG" in ran.stderr
    assert "Traceback" not in ran.stderr
