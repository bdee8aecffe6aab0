"""The API under load on this machine: one measure over all areas and years, kept and not kept, against an empty answer.

    python -m benchmarks.serving [--edition DIR] [--seconds 5]

The server is a process of its own; the client shares the two cores with it, so the figures are a lower bound. The
baseline is named `catalogue`: a route that reads one small file. What the routes answer does not belong here.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import machine
from pipelines.core.settings import PROJECT

CONNECTIONS = 16
EDITIONS = "/v1/publications/{publication}/editions"


@contextmanager
def server(data: Path) -> Iterator[int]:
    """`mesur serve` on a free port of loopback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "MESUR_DATA": str(data), "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-P", "-m", "pipelines.cli", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with socket.socket() as asked:
                if asked.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


async def _reader(port: int, next_path: Callable[[], str], until: float) -> list[float]:
    """Requests on one connection, one after the other; the seconds of each."""
    reading, writing = await asyncio.open_connection("127.0.0.1", port)
    spent = []
    while time.perf_counter() < until:
        began = time.perf_counter()
        writing.write(f"GET {next_path()} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        head = await reading.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(head.decode().splitlines()[0])
        length = next(int(h.split(b":")[1]) for h in head.lower().split(b"\r\n") if h.startswith(b"content-length"))
        await reading.readexactly(length)
        spent.append(time.perf_counter() - began)
    writing.close()
    return spent


async def load(port: int, next_path: Callable[[], str], seconds: float) -> dict[str, float]:
    """Requests a second, and the median and 99th percentile in milliseconds."""
    until = time.perf_counter() + seconds
    held = await asyncio.gather(*(_reader(port, next_path, until) for _ in range(CONNECTIONS)))
    spent = sorted(one for some in held for one in some)
    return {
        "per_second": len(spent) / seconds,
        "median_ms": 1000 * statistics.median(spent),
        "p99_ms": 1000 * spent[int(len(spent) * 0.99)],
    }


def paths(port: int, publication: str) -> dict[str, Callable[[], str]]:
    """What is asked: the same again, each measure in turn, and questions never asked before."""
    base = EDITIONS.format(publication=publication)
    ids = json.loads(_get(port, f"{base}/latest/measures"))
    measures = [m["measure_id"] for m in ids]
    turn, fresh = iter(range(10**9)), iter(range(10**9))

    def each() -> str:
        return f"{base}/latest/observations?breakdown=total&measure={measures[next(turn) % len(measures)]}"

    def never() -> str:
        n = next(fresh)
        return f"{each()}&limit={2000 + n % 8000}&offset={n // 8000}"

    return {
        "catalogue": lambda: "/v1/publications",
        "one measure, again and again": lambda: f"{base}/latest/observations?breakdown=total&measure={measures[0]}",
        "each measure in turn": each,
        "questions never asked before": never,
    }


def _get(port: int, path: str) -> bytes:
    import httpx

    return httpx.get(f"http://127.0.0.1:{port}{path}", timeout=60).raise_for_status().content


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="The API under load.")
    parser.add_argument("--edition", type=Path, required=True, help="folder of an edition, e.g. of ./mesur build")
    parser.add_argument("--seconds", type=float, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        publication = given.edition.parent.name
        target = Path(name) / "published" / publication
        shutil.copytree(given.edition, target / given.edition.name)
        (target / "latest.json").write_text(json.dumps({"edition": given.edition.name}))
        print(f"{machine.described()['cores']} cores, load {machine.load()}, {CONNECTIONS} connections")
        print(f"{'':32} {'a second':>9} {'median ms':>10} {'99 % ms':>9} {'x catalogue':>12}")
        with server(Path(name)) as port:
            told: dict[str, dict[str, float]] = {}
            for what, asked in paths(port, publication).items():
                told[what] = asyncio.run(load(port, asked, given.seconds))
                one, base = told[what], told["catalogue"]["per_second"]
                print(f"{what:32} {one['per_second']:9.0f} {one['median_ms']:10.2f} {one['p99_ms']:9.2f} "
                      f"{base / one['per_second']:12.2f}")  # fmt: skip
        print(f"load {machine.load()}")


if __name__ == "__main__":
    main()
