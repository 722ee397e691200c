"""
Anything as input: a clear error, in bounded time and memory, and the rest is still read.

In this process where it can do no harm; what could end a process runs in one of its own.
"""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tocsin.cli.files import read_file
from tocsin.cli.sources import Object, Source, Unreadable, objects_in, read_sources
from tocsin.cli.yaml_bounds import MAX_BYTES, MAX_DOCUMENTS, MalformedError
from tocsin.cli.yaml_reading import read_documents, read_parts

GOOD = (
    "apiVersion: tocsin.dev/v1alpha1\nkind: AlertRule\nmetadata: {name: a}\nspec: {expr: up == 0}\n"
)
_MEMORY = 1 << 30
COMMANDS = ("lint", "render")

HOSTILE = {
    "tabs": (b"a: b\n\tc: d\n", "tab character"),
    "duplicate key": (b"a: 1\na: 2\n", "stands twice"),
    "tag": (b"!!python/object/apply:os.system ['true']", "tag"),
    "NUL": (b"a: 'x\x00y'\n", "control characters"),
    "invalid UTF-8": (b"a: \xff\xfe\n", "UTF-8"),
    "binary": (bytes(range(256)) * 40, "not YAML"),
    "ELF": (b"\x7fELF\x02\x01\x01" + bytes(4000), "not YAML"),
    "brackets": (b"[" * 100_000, "deeper than 100"),
    "brackets closed in texts": (b'["]",' * 100_000, "deeper than 100"),
    "braces closed in texts": (b'{"}": ' * 100_000, "deeper than 100"),
    "brackets closed in comments": (b"[#]\n" * 100_000, "deeper than 100"),
    "brackets closed in tags": (b"[ !<]> " * 100_000, "deeper than 100"),
    "dashes": (b"- " * 200_000, "deeper than 100"),
    "dashes in UTF-16": (("- " * 100_000).encode("utf-16"), "deeper than 100"),
    "question marks": (b"? " * 200_000, "deeper than 100"),
    "alias of itself": (b"a: &a [*a]", "inside of what it repeats"),
    "just words": (b"just words", "no Kubernetes object"),
    "values": (b"- a\n" * 1_500_000, "values: split it"),
    "documents": (b"\n---" * (MAX_DOCUMENTS + 1), "documents: split it"),
    "too large": (b"#" * (MAX_BYTES + 1), "larger than"),
}  # fmt: skip


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_hostile_files_are_told_and_the_others_are_read(command: str, tmp_path: Path) -> None:
    """All in one folder and one limited process: none may end it, fill it, or hide the rest."""
    for name, (data, _) in HOSTILE.items():
        (tmp_path / f"{name}.yaml").write_bytes(data)
    (tmp_path / "good.yaml").write_text(GOOD)
    done = subprocess.run(
        [sys.executable, "-m", "tocsin", command, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
        preexec_fn=limited,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    told = done.stdout + done.stderr
    assert done.returncode == 2, told
    assert "Traceback" not in told
    for name, (_, says) in HOSTILE.items():
        line = next((one for one in told.splitlines() if f"/{name}.yaml" in one), "")
        assert says in line, name
    assert ("expr: up == 0" if command == "render" else "default/a") in told


def read(data: bytes, *, is_json: bool = False) -> list[object]:
    return list(objects_in([Source("x", data, is_json)]))


def test_a_malformed_document_spoils_no_other() -> None:
    text = f"{GOOD}---\na: [\n---\n{GOOD}---\n\ta\n---\n{GOOD}"
    found = read(text.encode())
    assert [type(one) for one in found] == [Object, Unreadable, Object, Unreadable, Object]
    bad = [one.line for one in found if isinstance(one, Unreadable)]
    assert bad == [7, 13]
    last = found[-1]
    assert isinstance(last, Object)
    assert last.place.line("spec.expr") == 18


@pytest.mark.slow
def test_ten_thousand_documents_are_fine() -> None:
    documents = read_documents("---\n".join([GOOD] * 10_000).encode())
    assert len(documents) == 10_000


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.encode("utf-16"),
    ],
    ids=["BOM", "CRLF", "UTF-16"],
)
def test_other_editors_files_are_read(data: bytes) -> None:
    (found,) = read(data)
    assert isinstance(found, Object)
    assert found.document["spec"] == {"expr": "up == 0"}
    position = found.place.position("spec.expr")
    assert (position.line, position.column) == (4, 8)


def test_json_with_a_bom_and_a_json_error_has_a_place() -> None:
    assert isinstance(read(b'\xef\xbb\xbf{"kind": "x"}', is_json=True)[0], Object)
    (found,) = read(b'{\n "a": }', is_json=True)
    assert isinstance(found, Unreadable)
    assert (found.line, found.column) == (2, 7)


def test_a_wide_json_object_with_a_key_twice_is_refused_at_once() -> None:
    keys = ",".join(f'"k{n}":1' for n in range(100_000))
    with pytest.raises(MalformedError, match="twice"):
        read_documents(f'{{{keys},"k0":2}}'.encode(), is_json=True)


def test_a_hundred_megabytes_are_not_even_read(tmp_path: Path) -> None:
    big = tmp_path / "big.yaml"
    with big.open("wb") as file:
        file.truncate(100 << 20)
    found = read_file(str(big), named=True)
    assert isinstance(found, MalformedError)
    assert "larger than" in found.message


def test_what_is_no_plain_file_in_a_folder(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    (tmp_path / "gone.yaml").symlink_to("nowhere.yaml")
    (tmp_path / "zero.yaml").symlink_to("/dev/zero")
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "around").symlink_to(tmp_path)
    (tmp_path / "good.yaml").write_text(GOOD)
    with socket.socket(socket.AF_UNIX) as end:
        end.bind(str(tmp_path / "socket.yaml"))
        sources = read_sources([str(tmp_path)])
    told = {Path(one.name).name: one.message for one in sources if isinstance(one, Unreadable)}
    assert told == {
        "pipe.yaml": "is a named pipe, and no plain file: move it away",
        "loop.yaml": "cannot be read: Too many levels of symbolic links",
        "gone.yaml": "cannot be read: No such file or directory",
        "zero.yaml": "is a device, and no plain file: move it away",
        "socket.yaml": "cannot be read: No such device or address",
    }
    assert [Path(one.name).name for one in sources if isinstance(one, Source)] == ["good.yaml"]


def test_a_pipe_that_the_user_names_is_read() -> None:
    reading, writing = os.pipe()
    os.write(writing, GOOD.encode())
    os.close(writing)
    try:
        (source,) = read_sources([f"/dev/fd/{reading}"])
    finally:
        os.close(reading)
    assert isinstance(source, Source)
    assert source.data == GOOD.encode()


def test_an_endless_device_is_read_to_the_limit() -> None:
    (source,) = read_sources(["/dev/zero"])
    assert isinstance(source, Source)
    assert "larger than" in str(next(iter(read_parts(source.data))))


@pytest.mark.parametrize("name", ["a\nb.yaml", "\x1b[31m.yaml", "x" * 5_000, "a\x00b"])
def test_names_of_files_are_no_trap(name: str) -> None:
    (found,) = read_sources([name])
    assert isinstance(found, Unreadable)
    assert "cannot be read" in found.message or "embedded" in found.message
