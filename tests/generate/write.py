"""
Writes everything generated below a root folder, and tells what differs from the working tree.

`make drift` writes into a temporary copy and compares, so that it changes nothing.
What needs `helm` is left out, and named, where that program cannot be had.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from tests.cluster.programs import ProgramsUnavailable, ensure_programs
from tests.generate.checks import check_pages
from tests.generate.manifests import install_manifest
from tests.generate.reference import reference_pages
from tests.generate.rules import rules_template
from tests.generate.values import values_schema

from tocsin.api.kinds import KINDS
from tocsin.cli.crds import crd_text, file_name

ROOT = Path(__file__).parent.parent.parent

CRDS = "crds"
CRD_COPIES = ("charts/tocsin/crds", "charts/tocsin-crds/files")
REFERENCE = "docs/reference"
CHECKS = "docs/checks"
RULES = "charts/tocsin/templates/_rules.tpl"
VALUES_SCHEMA = "charts/tocsin/values.schema.json"
INSTALL = "manifests/install.yaml"

_FOLDERS = (CRDS, *CRD_COPIES, REFERENCE, CHECKS)
_FILES = (RULES, VALUES_SCHEMA, INSTALL)


def write(root: Path) -> list[str]:
    """Write all below `root`, which holds the charts; gives what had to be left out, and why."""
    _write_crds(root)
    (root / RULES).write_text(rules_template())
    (root / VALUES_SCHEMA).write_text(values_schema())
    _fill(root / REFERENCE, reference_pages(root / CRDS))
    _fill(root / CHECKS, check_pages())
    try:
        helm = ensure_programs(["helm"]) / "helm"
    except ProgramsUnavailable as reason:
        return [f"{INSTALL} (no helm: {reason})"]
    (root / INSTALL).write_text(install_manifest(helm, root / "charts/tocsin"))
    return []


def drift() -> tuple[list[str], list[str]]:
    """Give the generated files that differ from their sources, and what was not compared."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        shutil.copytree(ROOT / "charts", fresh / "charts")
        (fresh / "manifests").mkdir()
        left_out = write(fresh)
        names = sorted(_generated(fresh) | _generated(ROOT))
        skipped = {line.split()[0] for line in left_out}
        return [n for n in names if n not in skipped and _differs(fresh / n, ROOT / n)], left_out


def _write_crds(root: Path) -> None:
    crds = {file_name(kind): crd_text(kind) for kind in KINDS}
    for folder in (CRDS, *CRD_COPIES):
        _fill(root / folder, crds)


def _fill(folder: Path, pages: dict[str, str]) -> None:
    """Make `folder` hold exactly these files."""
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.iterdir():
        stale.unlink()
    for name, text in pages.items():
        (folder / name).write_text(text)


def _generated(root: Path) -> set[str]:
    found = {f"{folder}/{path.name}" for folder in _FOLDERS for path in (root / folder).glob("*")}
    return found | {name for name in _FILES if (root / name).exists()}


def _differs(one: Path, other: Path) -> bool:
    return not (one.exists() and other.exists()) or one.read_bytes() != other.read_bytes()
