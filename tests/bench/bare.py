"""
The bare client: the floor of everything that writes to the API server.

It knows nothing but the requests that it is given: ready-made bodies, one aiohttp session (as the
operator has), so many requests at once. ``send`` runs it in a process of its own, so that it
shares no interpreter with the benchmark.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import aiohttp
from tests.cluster.base import ClusterAccess
from tests.running import NAMESPACE, SERVICE_ACCOUNT

APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"
FORCED = "?fieldManager=tocsin&force=true"
_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Request:
    """One request; ``body`` is the text that is sent."""

    method: str
    path: str
    content_type: str
    body: str


@dataclass(frozen=True)
class Answer:
    """``wall`` seconds for everything, and of each request in its order."""

    wall: float
    seconds: tuple[float, ...]


def send(cluster: ClusterAccess, jobs: Sequence[Sequence[Request]], concurrency: int) -> Answer:
    """Send the jobs as the operator's identity, a job's requests one after another."""
    credentials = cluster.service_account_credentials(NAMESPACE, SERVICE_ACCOUNT)
    order = {
        "url": credentials.server,
        "ca": credentials.ca,
        "token": credentials.token,
        "concurrency": concurrency,
        "jobs": [[asdict(request) for request in job] for job in jobs],
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.bare"],
        input=json.dumps(order),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=_ROOT,
    )
    answer = json.loads(done.stdout)
    return Answer(answer["wall"], tuple(answer["seconds"]))


async def _run(order: dict[str, Any]) -> dict[str, Any]:
    context = ssl.create_default_context(cadata=order["ca"])
    headers = {"Authorization": f"Bearer {order['token']}"}
    connector = aiohttp.TCPConnector(ssl=context, limit=order["concurrency"])
    jobs, seconds = iter(order["jobs"]), []

    async def worker(session: aiohttp.ClientSession) -> None:
        for job in jobs:
            for request in job:
                began = time.perf_counter()
                await _one(session, order["url"], request)
                seconds.append(time.perf_counter() - began)

    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:
        await asyncio.gather(
            *(_connect(session, order["url"]) for _ in range(order["concurrency"]))
        )
        began = time.perf_counter()
        await asyncio.gather(*(worker(session) for _ in range(order["concurrency"])))
        return {"wall": time.perf_counter() - began, "seconds": seconds}


async def _connect(session: aiohttp.ClientSession, url: str) -> None:
    """Open a connection before the clock runs: the operator's are open, too."""
    async with session.get(f"{url}/version") as answer:
        await answer.read()


async def _one(session: aiohttp.ClientSession, url: str, request: dict[str, str]) -> None:
    async with session.request(
        request["method"],
        url + request["path"],
        data=request["body"].encode(),
        headers={"Content-Type": request["content_type"]},
    ) as answer:
        text = await answer.text()
        if answer.status >= 400:
            raise RuntimeError(f"{request['path']}: {answer.status} {text[:300]}")
        json.loads(text)  # the operator reads what the server answers


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_run(json.loads(sys.stdin.read())))))
