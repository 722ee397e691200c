"""The folder `operator/` bears the name of a standard library module; this keeps that harmless."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_the_folder_operator_is_no_package() -> None:
    traps = ["operator/__init__.py", "operator.py", "tests/operator"]
    assert [trap for trap in traps if (ROOT / trap).exists()] == []


def test_the_standard_library_wins_from_the_repository_root() -> None:
    code = "import operator, sysconfig; print(operator.__file__, sysconfig.get_path('stdlib'))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found, library = done.stdout.split()
    assert Path(found).parent == Path(library)


def test_the_installed_package_is_this_checkout() -> None:
    code = "import tocsin; print(tocsin.__file__)"
    done = subprocess.run(
        [sys.executable, "-Ic", code], cwd="/", capture_output=True, text=True, check=True
    )
    assert Path(done.stdout.strip()).parent == ROOT / "operator/tocsin"


def test_versions_agree() -> None:
    import tomllib

    import yaml

    import tocsin

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    charts = [
        yaml.safe_load((ROOT / f"charts/{name}/Chart.yaml").read_text())
        for name in ("tocsin", "tocsin-crds")
    ]
    versions = {chart[field] for chart in charts for field in ("version", "appVersion")}
    assert versions == {project["version"]} == {tocsin.__version__}


def test_the_image_is_given_what_it_copies() -> None:
    """A file that .dockerignore keeps back would only be missed where images are built."""
    dockerfile = (ROOT / "operator/Dockerfile").read_text()
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    let_through = [line[1:].rstrip("/") for line in ignored if line.startswith("!")]
    copied = [
        word.rstrip("/")
        for line in dockerfile.splitlines()
        if line.startswith("COPY ") and "--from=" not in line
        for word in line.split()[1:-1]
    ]
    assert "tests/cluster/gomodules/prometheus" in copied
    assert [path for path in copied if not (ROOT / path).exists()] == []
    assert [path for path in copied if path not in let_through] == []
