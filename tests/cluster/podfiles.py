"""
What a kubelet and a config-reloader make of a pod's volumes, as a pure function.

In: a pod, and the Secrets and ConfigMaps of its namespace. Out: files below a folder that stands
for the pod's root, and the arguments of its main container with paths that lead there.
"""

from __future__ import annotations

import base64
import gzip
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

Object = dict[str, Any]
Files = dict[str, bytes]
Lookup = Callable[[str, str], Object | None]
"""(kind, name) -> the Secret or ConfigMap, or None."""

_CONFIG_PATHS = re.compile(r"(?<![\w./-])(/etc/prometheus|/etc/alertmanager|/var/run/secrets)(?=/)")
_VARIABLE = re.compile(r"\$\((\w+)\)")


class NotYet(Exception):  # noqa: N818 - it is a state, not a mistake
    """A volume's source does not exist yet; a kubelet would wait as well."""


@dataclass
class Mounted:
    """``files``: path in the pod -> content. ``scratch``: mount paths of emptyDir volumes."""

    files: Files = field(default_factory=dict)
    scratch: list[str] = field(default_factory=list)


def mount(pod: Object, container: Object, lookup: Lookup) -> Mounted:
    """The files that a container sees; raises ``NotYet`` for a source that is missing."""
    volumes = {volume["name"]: volume for volume in pod["spec"].get("volumes", [])}
    mounted = Mounted()
    for mount_point in container.get("volumeMounts", []):
        volume = volumes[mount_point["name"]]
        path = mount_point["mountPath"].rstrip("/")
        if "emptyDir" in volume or "persistentVolumeClaim" in volume:
            mounted.scratch.append(path)
            continue
        files = _volume_files(volume, lookup)
        sub = mount_point.get("subPath")
        if sub is not None:
            if sub in files:
                mounted.files[path] = files[sub]
            continue
        for name, content in files.items():
            mounted.files[f"{path}/{name}"] = content
    return mounted


def _volume_files(volume: Object, lookup: Lookup) -> Files:
    if "secret" in volume:
        source = volume["secret"]
        return _keys("Secret", source["secretName"], source, lookup)
    if "configMap" in volume:
        return _keys("ConfigMap", volume["configMap"]["name"], volume["configMap"], lookup)
    files: Files = {}
    for source in volume.get("projected", {}).get("sources", []):
        if "secret" in source:
            files |= _keys("Secret", source["secret"]["name"], source["secret"], lookup)
        elif "configMap" in source:
            files |= _keys("ConfigMap", source["configMap"]["name"], source["configMap"], lookup)
    return files


def _keys(kind: str, name: str, source: Object, lookup: Lookup) -> Files:
    found = lookup(kind, name)
    if found is None:
        if source.get("optional"):
            return {}
        raise NotYet(f"{kind} {name} does not exist yet")
    content = data_of(found)
    items = source.get("items")
    if not items:
        return content
    return {item["path"]: content[item["key"]] for item in items if item["key"] in content}


def data_of(document: Object) -> Files:
    """The keys of a Secret or a ConfigMap as bytes."""
    files = {key: base64.b64decode(value) for key, value in _mapping(document, "binaryData")}
    if document.get("kind") == "Secret":
        return files | {key: base64.b64decode(value) for key, value in _mapping(document, "data")}
    return files | {key: value.encode() for key, value in _mapping(document, "data")}


def _mapping(document: Object, name: str) -> list[tuple[str, str]]:
    return list((document.get(name) or {}).items())


def environment(pod: Object, container: Object) -> dict[str, str]:
    """The container's variables, as far as they are given by value or by the pod's name."""
    found = {}
    for variable in container.get("env", []):
        path = variable.get("valueFrom", {}).get("fieldRef", {}).get("fieldPath")
        if path in ("metadata.name", "metadata.namespace"):
            found[variable["name"]] = pod["metadata"][path.removeprefix("metadata.")]
        elif "value" in variable:
            found[variable["name"]] = variable["value"]
    return found


def substitute(text: str, variables: Mapping[str, str]) -> str:
    """``$(NAME)`` as the config-reloader does; an unknown name stays (it drops targets, seen)."""
    return _VARIABLE.sub(lambda match: variables.get(match[1], match[0]), text)


def localise(text: str, root: Path) -> str:
    """A configuration whose paths lead below ``root``."""
    return _CONFIG_PATHS.sub(lambda match: f"{root}{match[1]}", text)


def reloader_output(pod: Object, files: Files, root: Path) -> Files:
    """
    What the config-reloader makes: the configuration, unpacked and with variables filled in.

    Its source and target are its own arguments; a pod without one gives nothing.
    """
    for container in pod["spec"]["containers"]:
        if container["name"] != "config-reloader":
            continue
        options = _options(container.get("args", []))
        source, target = options.get("config-file"), options.get("config-envsubst-file")
        if source not in files or target is None:
            return {}
        raw = files[source]
        plain = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
        variables = environment(pod, container)
        return {target: localise(substitute(plain.decode(), variables), root).encode()}
    return {}


def _options(arguments: list[str]) -> dict[str, str]:
    found = {}
    for argument in arguments:
        name, _, value = argument.lstrip("-").partition("=")
        found[name] = value
    return found


def arguments(container: Object, mounted: Mounted, root: Path, listen: str) -> list[str]:
    """The container's arguments: local paths, our address, and no cluster peers."""
    prefixes = {str(PurePosixPath(path).parent) for path in mounted.files} | set(mounted.scratch)
    kept = []
    for argument in container.get("args", []):
        name, equals, value = argument.partition("=")
        bare = name.lstrip("-")
        if bare == "web.listen-address" or bare.startswith("cluster."):
            continue
        if any(value == prefix or value.startswith(f"{prefix}/") for prefix in prefixes):
            value = f"{root}{value}"
        kept.append(f"{name}{equals}{value}")
    if container["name"] == "alertmanager":
        kept.append("--cluster.listen-address=")
    return [*kept, f"--web.listen-address={listen}"]
