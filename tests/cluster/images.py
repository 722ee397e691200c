"""
Container images without a registry: one ``docker-archive`` file with one layer an image.

An image is either one static program, or the Python that runs this, with the libraries that it
needs. Nothing is downloaded, and nothing of this project is in them.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import platform
import re
import subprocess
import sys
import sysconfig
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

NOBODY = "65534"
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
_LEFT_OUT = {"test", "tests", "idlelib", "lib2to3", "ensurepip", "turtledemo", "tkinter"}
_LEFT_OUT |= {"site-packages", "dist-packages", "__pycache__", "pydoc_data"}
_LEFT_OUT_FILES = ("_tkinter", "_test", "_ctypes_test", "_xxtest", "_dbm", "_gdbm")
_LIBRARY = re.compile(r"(?:=> )?(/\S+) \(0x")


@dataclass(frozen=True)
class Image:
    """
    ``name`` with its tag; ``files`` maps paths in the image to files here (each readable by all).

    ``folders`` are empty ones that anybody may write into.
    """

    name: str
    files: Mapping[str, Path]
    entrypoint: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str = NOBODY
    folders: tuple[str, ...] = ("tmp",)


def of_program(name: str, program: Path) -> Image:
    """An image of one static program, at /bin/NAME."""
    inside = f"/bin/{program.name}"
    return Image(name, {inside: program.resolve()}, entrypoint=(inside,))


def of_python(name: str) -> Image:
    """
    The Python that runs this, as ``python`` and ``python3``, with its standard library alone.

    It finds its library beside itself, and its shared libraries by LD_LIBRARY_PATH.
    """
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    executable = Path(os.path.realpath(sys.executable))
    files = {f"/usr/local/bin/{one}": executable for one in ("python", "python3", version)}
    standard = Path(sysconfig.get_path("stdlib"))
    extensions = []
    for path in _tree(standard):
        files[f"/usr/local/lib/{version}/{path.relative_to(standard)}"] = path
        if path.suffix == ".so":
            extensions.append(path)
    for library in _libraries([executable, *extensions]):
        loader = library.name.startswith("ld-")
        files[str(library) if loader else f"/usr/local/lib/{library.name}"] = library.resolve()
    environment = {"PATH": "/usr/local/bin:/bin", "LD_LIBRARY_PATH": "/usr/local/lib"}
    return Image(name, files, environment=environment)


def _tree(folder: Path) -> Iterable[Path]:
    for here, folders, names in os.walk(folder):
        folders[:] = [one for one in folders if one not in _LEFT_OUT and "config-" not in one]
        yield from (Path(here) / n for n in sorted(names) if not n.startswith(_LEFT_OUT_FILES))


def _libraries(programs: list[Path]) -> list[Path]:
    """The shared libraries that programs need, the loader included, as they are named."""
    found: set[str] = set()
    for program in programs:
        said = subprocess.run(["ldd", program], capture_output=True, text=True, check=False)
        found.update(_LIBRARY.findall(said.stdout))
    return [Path(path) for path in sorted(found)]


def write(path: Path, images: Iterable[Image]) -> Path:
    """Write one archive with all images, for ``ctr images import``."""
    manifest = []
    with tarfile.open(path, "w") as archive:
        for number, image in enumerate(images):
            layer = path.with_name(f"layer-{number}.tar")
            digest = _layer(layer, image)
            config = json.dumps(_config(image, digest)).encode()
            names = {"Config": f"{number}.json", "Layers": [layer.name]}
            archive.add(layer, layer.name)
            layer.unlink()
            _add_bytes(archive, names["Config"], config)
            manifest.append({**names, "RepoTags": [image.name]})
        _add_bytes(archive, "manifest.json", json.dumps(manifest).encode())
    return path


def _layer(target: Path, image: Image) -> str:
    """The image's files as a layer; gives its digest."""
    with tarfile.open(target, "w", format=tarfile.GNU_FORMAT) as layer:
        made: set[str] = set()
        for folder in image.folders:
            _add_folder(layer, folder, 0o1777, made)
        for inside, source in image.files.items():
            for parent in reversed(Path(inside).parents):
                _add_folder(layer, str(parent).strip("/"), 0o755, made)
            entry = layer.gettarinfo(source, inside.lstrip("/"))
            entry.type, entry.linkname = tarfile.REGTYPE, ""
            entry.size = source.stat().st_size  # a hard link, seen before, would have none
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = ""
            entry.mode |= 0o444 | (0o111 if entry.mode & 0o100 else 0)
            with source.open("rb") as content:
                layer.addfile(entry, content)
    with target.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _add_folder(layer: tarfile.TarFile, name: str, mode: int, made: set[str]) -> None:
    if name in ("", ".") or name in made:
        return
    made.add(name)
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode = tarfile.DIRTYPE, mode
    layer.addfile(entry)


def _add_bytes(archive: tarfile.TarFile, name: object, content: bytes) -> None:
    entry = tarfile.TarInfo(str(name))
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))


def _config(image: Image, layer: str) -> dict[str, object]:
    return {
        "architecture": _ARCHITECTURES.get(platform.machine(), platform.machine()),
        "os": "linux",
        "config": {
            "User": image.user,
            "Entrypoint": list(image.entrypoint),
            "Env": [f"{name}={value}" for name, value in image.environment.items()],
        },
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer}"]},
    }
