"""
The stand-in for the kubelet: runs the pods of prometheus-operator as processes, without root.

Run as ``python -m tests.cluster.standin SETTINGS.json``; ends when its standard input or its
parent does. It watches Pods, Secrets and ConfigMaps of one namespace, writes what each pod would
see below a folder of its own, starts the pod's main container as a process, reports the pod as
ready, and asks for a reload when files change. A new pod (prometheus-operator changed the
StatefulSet) is a new process with empty scratch volumes, as in a real cluster.

``STATE.json`` tells, for each container: pod uid, pid, starts and reloads.
"""

from __future__ import annotations

import json
import shutil
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from tests.cluster import kubeconfig, podfiles
from tests.cluster.api import ApiClient, ApiError
from tests.cluster.podfiles import Files, NotYet, Object
from tests.cluster.processes import Processes

_KINDS = ("Pod", "Secret", "ConfigMap")
HELD = "held"
"""While the file ``CONTAINER.held`` is there, that container is left as it is."""
_RETRY = 0.5  # seconds until a failed watch or reload is tried again
_LOOK = 1.0  # seconds between two looks at the programs while nothing changes
_LABEL, _OPERATOR = "app.kubernetes.io/managed-by", "prometheus-operator"


@dataclass
class Settings:
    """Where to look, and for each container name its program and the port it shall listen on."""

    kubeconfig: str
    namespace: str
    folder: str
    containers: dict[str, tuple[str, int]]


class Store:
    """The namespace's Pods, Secrets and ConfigMaps, kept by one list and watch a kind."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._objects: dict[tuple[str, str], Object] = {}
        self._lock = threading.Lock()
        self.changed = threading.Event()
        for kind in _KINDS:
            threading.Thread(target=self._follow, args=(kind,), daemon=True).start()

    def get(self, kind: str, name: str) -> Object | None:
        """One object."""
        with self._lock:
            return self._objects.get((kind, name))

    def pods(self) -> list[Object]:
        """prometheus-operator's pods."""
        with self._lock:
            return [o for (kind, _), o in self._objects.items() if kind == "Pod" and _is_ours(o)]

    def _follow(self, kind: str) -> None:
        client = ApiClient(kubeconfig.load(Path(self._settings.kubeconfig)))
        while True:
            try:
                path = client.path("v1", kind, None, self._settings.namespace)
                self._follow_once(client, kind, path)
            except (OSError, ApiError, ValueError) as error:
                print(f"watching {kind}s: {error}", flush=True)
                time.sleep(_RETRY)

    def _follow_once(self, client: ApiClient, kind: str, path: str) -> None:
        answer = client.request("GET", path)
        with self._lock:
            for key in [k for k in self._objects if k[0] == kind]:
                del self._objects[key]
            for item in answer["items"]:
                self._objects[kind, item["metadata"]["name"]] = {**item, "kind": kind}
        self.changed.set()
        version = answer["metadata"]["resourceVersion"]
        for event in client.watch(path, resourceVersion=version):
            if event["type"] == "ERROR":
                return
            document = event["object"]
            with self._lock:
                key = (kind, document["metadata"]["name"])
                if event["type"] == "DELETED":
                    self._objects.pop(key, None)
                else:
                    self._objects[key] = document
            self.changed.set()


def _is_ours(pod: Object) -> bool:
    labels = pod["metadata"].get("labels", {})
    return bool(labels.get(_LABEL) == _OPERATOR)


@dataclass
class Runner:
    """One container of one pod as a process."""

    name: str
    program: str
    port: int
    root: Path
    uid: str = ""
    pid: int = 0
    starts: int = 0
    reloads: int = 0
    reload_due: bool = False
    reload_error: str = ""
    files: Files = field(default_factory=dict, repr=False)
    arguments: list[str] = field(default_factory=list, repr=False)

    def state(self) -> dict[str, Any]:
        """For the state file."""
        return {key: value for key, value in asdict(self).items() if key in _STATE_KEYS}


_STATE_KEYS = ("uid", "pid", "starts", "reloads", "reload_error", "port")


class Standin:
    """Brings the processes in line with the pods, again and again."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._folder = Path(settings.folder)
        self._client = ApiClient(kubeconfig.load(Path(settings.kubeconfig)))
        self._processes = Processes(self._folder.parent / "logs")
        self._store = Store(settings)
        self._runners = {
            name: Runner(name, program, port, self._folder / name)
            for name, (program, port) in settings.containers.items()
        }

    def run(self) -> None:
        """Until the process is ended."""
        while True:
            waiting = any(r.reload_due for r in self._runners.values())
            changed = self._store.changed.wait(_RETRY if waiting else _LOOK)
            self._store.changed.clear()
            if changed or waiting or self._has_ended():
                self._sync_all()

    def _has_ended(self) -> bool:
        """Whether a program ended by itself; it is started again, as a kubelet would."""
        return any(status["code"] is not None for status in self._processes.status().values())

    def _sync_all(self) -> None:
        for pod in self._store.pods():
            for container in pod["spec"]["containers"]:
                runner = self._runners.get(container["name"])
                if runner is not None:
                    self._attempt(partial(self._sync, pod, container, runner))
        self._stop_orphans()

    def _attempt(self, action: Callable[[], None]) -> None:
        try:
            action()
        except (NotYet, OSError, ApiError) as reason:
            print(f"will be tried again: {reason}", flush=True)
            threading.Timer(_RETRY, self._store.changed.set).start()

    def _sync(self, pod: Object, container: Object, runner: Runner) -> None:
        if (self._folder / f"{runner.name}.{HELD}").exists():
            raise NotYet(f"{runner.name} is held: its files stay as they are")
        mounted = podfiles.mount(pod, container, self._store.get)
        for other in pod["spec"]["containers"]:  # the reloader mounts the packed configuration
            mounted.files |= podfiles.mount(pod, other, self._store.get).files
        files = mounted.files | podfiles.reloader_output(pod, mounted.files, runner.root)
        files = {path: _own(path, content, runner.root) for path, content in files.items()}
        listen = f"127.0.0.1:{runner.port}"
        words = podfiles.arguments(container, mounted, runner.root, listen)
        if runner.uid != pod["metadata"]["uid"]:
            self._replace(pod, runner, mounted.scratch)
        changed = _write(runner.root, runner.files, files)
        runner.files, runner.arguments = files, words
        status = self._processes.status().get(runner.name)
        if status is None or status["code"] is not None:
            self._start(runner)
        elif changed or runner.reload_due:
            self._reload(runner)
        self._report_ready(pod)
        self._save_state()

    def _replace(self, pod: Object, runner: Runner, scratch: list[str]) -> None:
        self._processes.stop(runner.name)
        shutil.rmtree(runner.root, ignore_errors=True)
        for path in scratch:
            Path(f"{runner.root}{path}").mkdir(parents=True, exist_ok=True)
        runner.uid, runner.files = pod["metadata"]["uid"], {}

    def _start(self, runner: Runner) -> None:
        command = [runner.program, *runner.arguments]
        runner.pid = self._processes.start(runner.name, command, cwd=runner.root, grace=2)
        runner.starts += 1
        runner.reload_due = False

    def _reload(self, runner: Runner) -> None:
        """The reload answers when it is done; one that fails is due again."""
        url = f"http://127.0.0.1:{runner.port}/-/reload"
        request = urllib.request.Request(url, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=30):
                pass
        except OSError as error:
            detail = error.read().decode() if isinstance(error, urllib.error.HTTPError) else error
            runner.reload_due, runner.reload_error = True, f"{detail}".strip()
            print(f"{runner.name} refused to reload: {detail}", flush=True)
            return
        runner.reload_due, runner.reload_error = False, ""
        runner.reloads += 1

    def _report_ready(self, pod: Object) -> None:
        conditions = {c["type"]: c["status"] for c in pod.get("status", {}).get("conditions", [])}
        if conditions.get("Ready") == "True":
            return
        kinds = ("PodScheduled", "Initialized", "ContainersReady", "Ready")
        patch = {
            "status": {
                "phase": "Running",
                "conditions": [{"type": kind, "status": "True"} for kind in kinds],
            }
        }
        meta = pod["metadata"]
        self._client.merge_patch(
            "v1", "Pod", meta["name"], patch, meta["namespace"], subresource="status"
        )

    def _stop_orphans(self) -> None:
        alive = {pod["metadata"]["uid"] for pod in self._store.pods()}
        for runner in self._runners.values():
            if runner.uid and runner.uid not in alive:
                self._processes.stop(runner.name)
                runner.uid, runner.pid = "", 0
                self._save_state()

    def _save_state(self) -> None:
        text = json.dumps({name: runner.state() for name, runner in self._runners.items()})
        partial = self._folder / ".state"
        partial.write_text(text)
        partial.replace(self._folder / "state.json")


def _own(path: str, content: bytes, root: Path) -> bytes:
    """Alertmanager's and Prometheus' web configuration may name files of the pod."""
    if path.endswith("/web-config.yaml"):
        return podfiles.localise(content.decode(), root).encode()
    return content


def _write(root: Path, before: Files, after: Files) -> bool:
    """Bring the folder from ``before`` to ``after``; True where anything differs."""
    if before == after:
        return False
    for path, content in after.items():
        if before.get(path) != content:
            target = Path(f"{root}{path}")
            target.parent.mkdir(parents=True, exist_ok=True)
            partial = target.with_name(f"..{target.name}")
            partial.write_bytes(content)
            partial.replace(target)
    for path in before.keys() - after.keys():
        Path(f"{root}{path}").unlink(missing_ok=True)
    return True


def _end(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)  # the keeper of the processes ends them: see Processes.close


def main(arguments: list[str]) -> None:
    """Run with the settings of a file."""
    signal.signal(signal.SIGTERM, _end)
    settings = Settings(**json.loads(Path(arguments[0]).read_text()))
    Path(settings.folder).mkdir(parents=True, exist_ok=True)
    Standin(settings).run()


if __name__ == "__main__":
    main(sys.argv[1:])
