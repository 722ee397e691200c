"""The parts of a real node that need none: what it asks of the machine, its files, its images."""

from __future__ import annotations

import hashlib
import io
import ipaddress
import json
import os
import sys
import tarfile
import tomllib
from pathlib import Path

import pytest
from tests.cluster import images, nodeconfig, nodeneeds
from tests.cluster.images import Image
from tests.cluster.nodeneeds import NodeUnavailable

pytestmark = pytest.mark.slow

FOLDERS = nodeconfig.Folders(Path("/base"), Path("/plugins"), "group")


def _no_packages(_packages: list[str]) -> str:
    return "E: no network"


def test_without_root_the_reason_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(NodeUnavailable, match=r"^a real node needs root$"):
        nodeneeds.ensure(print)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(nodeneeds, "_capabilities", lambda: 0)
    assert "privileged container" in str(nodeneeds.unavailable())
    monkeypatch.setattr(sys, "platform", "darwin")
    assert nodeneeds.unavailable() == "a real node needs Linux"


def test_what_is_missing_is_named_by_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nodeneeds, "obstacle", lambda: None)
    monkeypatch.setattr(nodeneeds, "path", lambda: str(tmp_path))
    monkeypatch.setattr(nodeneeds, "_PLUGIN_FOLDERS", (tmp_path / "cni",))
    with pytest.raises(NodeUnavailable, match=r"containerd, runc, .*there is no apt-get"):
        nodeneeds.ensure(print)
    for name in ("containerd", "ctr", "containerd-shim-runc-v2", "ip", "mount", "apt-get"):
        (tmp_path / name).touch(mode=0o755)
    assert nodeneeds.missing_packages() == ["runc", "iptables", "containernetworking-plugins"]
    monkeypatch.setattr(nodeneeds, "_apt_get", _no_packages)
    said: list[str] = []
    with pytest.raises(NodeUnavailable, match="apt-get did not bring them: E: no network"):
        nodeneeds.ensure(said.append)
    assert len(said) == 1


def test_a_whole_machine_installs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodeneeds, "unavailable", lambda: None)
    monkeypatch.setattr(nodeneeds, "missing_packages", list)
    monkeypatch.delattr(nodeneeds, "_apt_get")
    nodeneeds.ensure(print)


def test_the_addresses_do_not_overlap_and_belong_to_nobody() -> None:
    services, pods = (ipaddress.ip_network(n) for n in (nodeconfig.SERVICES, nodeconfig.PODS))
    node, api = (ipaddress.ip_address(a) for a in (nodeconfig.ADDRESS, nodeconfig.API_SERVICE))
    assert not services.overlaps(pods)
    assert node not in services
    assert node not in pods
    assert api == next(services.hosts())
    tests = ipaddress.ip_network("198.18.0.0/15")
    assert all(tests.supernet_of(one) for one in (services, pods))


def test_the_nodes_files_are_what_its_programs_read() -> None:
    files = nodeconfig.files(FOLDERS, Path("/ca.crt"), "198.18.0.1")
    cri = tomllib.loads(files["containerd.toml"])["plugins"]["io.containerd.grpc.v1.cri"]
    assert cri["sandbox_image"] == nodeconfig.PAUSE
    assert cri["restrict_oom_score_adj"] is True
    assert cri["cni"] == {"bin_dir": "/plugins", "conf_dir": "/base/cni"}
    kubelet = json.loads(files["kubelet.json"])
    assert kubelet["cgroupRoot"] == "/group"
    assert kubelet["authentication"]["anonymous"] == {"enabled": False}
    assert json.loads(files["cni/10-ptp.conflist"])["plugins"][0]["type"] == "ptp"


def _archive(folder: Path, *chosen: Image) -> tarfile.TarFile:
    return tarfile.open(images.write(folder / "images.tar", chosen))


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    assert file is not None
    return file.read()


def test_an_archive_names_each_image_with_its_layer(tmp_path: Path) -> None:
    program = tmp_path / "tool"
    program.write_text("#!")
    program.chmod(0o700)
    made = [images.of_program("localhost/tool:1", program), Image("localhost/empty:1", {})]
    with _archive(tmp_path, *made) as archive:
        first, second = json.loads(_member(archive, "manifest.json"))
        assert [first["RepoTags"], second["RepoTags"]] == [
            ["localhost/tool:1"],
            ["localhost/empty:1"],
        ]
        layer = _member(archive, first["Layers"][0])
        config = json.loads(_member(archive, first["Config"]))
    digest = hashlib.sha256(layer).hexdigest()
    assert config["rootfs"]["diff_ids"] == [f"sha256:{digest}"]
    assert (config["config"]["Entrypoint"], config["config"]["User"]) == (["/bin/tool"], "65534")
    with tarfile.open(fileobj=io.BytesIO(layer)) as files:
        entries = {entry.name: (entry.mode, entry.uid, entry.isfile()) for entry in files}
    assert entries["bin/tool"] == (0o755, 0, True)
    assert entries["tmp"] == (0o1777, 0, False)
    assert [path.name for path in tmp_path.glob("layer*")] == []


@pytest.mark.skipif(sys.platform != "linux", reason="there are nodes on Linux alone")
def test_the_image_of_python_holds_what_a_script_needs() -> None:
    image = images.of_python("python:1")
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    assert {"/usr/local/bin/python", f"/usr/local/lib/{version}/http/server.py"} <= set(image.files)
    assert not [path for path in image.files if "/test/" in path or "site-packages" in path]
    assert [path for path in image.files if Path(path).name.startswith("ld-")]


def test_two_names_of_one_file_are_two_files(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text("text")
    second.hardlink_to(first)
    with _archive(tmp_path, Image("localhost/x:1", {"/a": first, "/b": second})) as archive:
        layer = _member(archive, json.loads(_member(archive, "manifest.json"))[0]["Layers"][0])
    with tarfile.open(fileobj=io.BytesIO(layer)) as files:
        assert [_member(files, name) for name in ("a", "b")] == [b"text", b"text"]
