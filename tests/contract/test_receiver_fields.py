"""Every field of our receivers is one that the real Alertmanager knows, with the type it wants."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml
from tests.cluster.programs import ProgramsUnavailable, ensure_programs

from tocsin.api.meta import KubeModel, SecretKeyRef
from tocsin.api.notification_channel import TYPES, NotificationChannelSpec
from tocsin.api.receivers.email import EmailHeader
from tocsin.api.receivers.http_config import HTTPConfig
from tocsin.api.shape import Shape, fields_of, shape_at, shape_of, shape_of_field

_WRONG = re.compile(r"field (\S+) not found|cannot unmarshal")
_SAMPLES = {str: "1m", int: 1, bool: True}


@pytest.fixture(scope="module")
def amtool() -> Path:
    try:
        return ensure_programs(["amtool"]) / "amtool"
    except ProgramsUnavailable as reason:
        pytest.skip(f"no amtool: {reason}")


def sample(shape: Shape) -> Any:
    if shape.model is not None:
        return every_field(shape.model)
    if shape.type is list:
        item = shape_of(shape.arguments[0])
        return {"X": "a"} if item.type is EmailHeader else [sample(item)]
    if shape.type is dict:
        return {"key": "value"}
    if shape.type is Literal:
        return shape.arguments[-1]
    if shape.pattern is not None and "https?" in shape.pattern:
        return "https://example.org"
    return (
        "example.org:25" if (shape.pattern or "").endswith(":[0-9]{1,5}$") else _SAMPLES[shape.type]
    )


def every_field(model: type[KubeModel]) -> dict[str, Any]:
    """Write a value into every field, in Alertmanager's spelling; a secret becomes a file."""
    written: dict[str, Any] = {}
    fields_of(model)
    for attribute, info in model.model_fields.items():
        shape = shape_of_field(info)
        if shape.type is SecretKeyRef:
            written[attribute.removesuffix("_secret_ref") + "_file"] = "/secret"
        else:
            written[attribute.rstrip("_")] = sample(shape)
    return written


def complaints(amtool: Path, folder: Path, name: str, receiver: dict[str, Any]) -> list[str]:
    file = folder / "alertmanager.yml"
    config = {
        "route": {"receiver": "r"},
        "receivers": [{"name": "r", f"{name}_configs": [receiver]}],
    }
    file.write_text(yaml.safe_dump(config))
    done = subprocess.run(
        [amtool, "check-config", file], capture_output=True, text=True, check=False
    )
    return [
        line.strip() for line in (done.stdout + done.stderr).splitlines() if _WRONG.search(line)
    ]


@pytest.mark.programs
@pytest.mark.parametrize("name", [name for name in TYPES if name != "existing"])
def test_alertmanager_knows_every_field(amtool: Path, tmp_path: Path, name: str) -> None:
    shape = shape_at(NotificationChannelSpec, [name])
    assert shape is not None
    assert shape.model is not None
    receiver = every_field(shape.model)
    assert complaints(amtool, tmp_path, name, receiver) == []
    assert complaints(amtool, tmp_path, name, receiver | {"no_such": 1}), "the check sees nothing"


@pytest.mark.programs
def test_alertmanager_knows_every_field_of_the_http_configuration(
    amtool: Path, tmp_path: Path
) -> None:
    receiver = {"url": "https://example.org", "http_config": every_field(HTTPConfig)}
    assert complaints(amtool, tmp_path, "webhook", receiver) == []
