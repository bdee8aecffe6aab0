"""The API under load on this machine: one measure over all areas and years, kept and not kept, against an empty answer.

    python -m benchmarks.serving --edition DIR [--seconds 5]

The server is a process of its own; the client shares the two cores with it, so the figures are a lower bound. First as
many requests as it can take, then as many as are wanted of it, at times fixed beforehand: only there is the time of an
answer its own and not that of a queue (measured from when a request was due, so that none hides behind a late one). The
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
from benchmarks.keeping import keep
from pipelines.core.settings import PROJECT

CONNECTIONS, WANTED = 16, 500
ONE, EACH = "one measure, again and again", "each measure in turn"
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


async def _reader(port: int, next_path: Callable[[], str], due: Iterator[float]) -> list[float]:
    """Requests on one connection, one after the other; the seconds from when each was due to the end of its answer."""
    reading, writing = await asyncio.open_connection("127.0.0.1", port)
    spent = []
    for began in due:
        await asyncio.sleep(max(0.0, began - time.perf_counter()))
        writing.write(f"GET {next_path()} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        head = await reading.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(head.decode().splitlines()[0])
        length = next(int(h.split(b":")[1]) for h in head.lower().split(b"\r\n") if h.startswith(b"content-length"))
        await reading.readexactly(length)
        spent.append(time.perf_counter() - began)
    writing.close()
    return spent


def _at_once(until: float) -> Iterator[float]:
    """Each request as soon as the one before is answered."""
    while (now := time.perf_counter()) < until:
        yield now


def _in_time(first: float, until: float, rate: float) -> Iterator[float]:
    """Requests at fixed times, shared by all connections."""
    n = 0
    while (due := first + n / rate) < until:
        yield due
        n += 1


async def load(port: int, next_path: Callable[[], str], seconds: float, rate: float | None = None) -> dict[str, float]:
    """Requests a second, and the median and 99th percentile in milliseconds; `rate` a second, or as many as go."""
    first = time.perf_counter()
    until = first + seconds
    shared = _in_time(first, until, rate) if rate else None
    held = await asyncio.gather(*(_reader(port, next_path, shared or _at_once(until)) for _ in range(CONNECTIONS)))
    spent = sorted(one for some in held for one in some)
    return {
        "per_second": len(spent) / (time.perf_counter() - first),
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
        ONE: lambda: f"{base}/latest/observations?breakdown=total&measure={measures[0]}",
        EACH: each,
        "questions never asked before": never,
    }


def _get(port: int, path: str) -> bytes:
    import httpx

    return httpx.get(f"http://127.0.0.1:{port}{path}", timeout=60).raise_for_status().content


def measured(edition: Path, seconds: float) -> dict[str, dict[str, float]]:
    """Every question as often as it can be asked, then one measure as often as is wanted."""
    with tempfile.TemporaryDirectory() as name:
        publication = edition.parent.name
        target = Path(name) / "published" / publication
        shutil.copytree(edition, target / edition.name)
        (target / "latest.json").write_text(json.dumps({"edition": edition.name}))
        with server(Path(name)) as port:
            asked = paths(port, publication)
            told = {what: asyncio.run(load(port, path, seconds)) for what, path in asked.items()}
            for what in (ONE, EACH):
                told[f"{what}, {WANTED} a second"] = asyncio.run(load(port, asked[what], seconds, WANTED))
    return told


def page(told: dict[str, dict[str, float]], before: object) -> str:
    """The result for a reader."""
    base = told["catalogue"]["per_second"]
    rows = [
        f"| {what} | {(rate := one['per_second']):.0f} | {one['median_ms']:.2f} | {one['p99_ms']:.2f} "
        f"| {rate / base:.2f} |"
        for what, one in told.items()
    ]
    return "\n".join(
        [
            "# The API under load", "",
            f"Made by `python -m benchmarks.serving --edition DIR`; {machine.described()['cores']} cores that the"
            f" client shares, {CONNECTIONS} connections, load {before} before. One measure is all areas and"
            " periods of its totals, as JSON. Wanted: median under 10 ms, 99 % under 50 ms, at least 500 a second.", "",
            "| asked | a second | median ms | 99 % ms | times the catalogue |", "|---|---|---|---|---|", *rows, "",
            "Where as many are asked as go, the times are those of a queue of sixteen. What was answered before is kept"
            " by edition, and costs what the web framework costs; a question never asked before is answered by DuckDB,"
            " one at a time for each core, and that is the limit.", "",
        ]
    )  # fmt: skip


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description="The API under load.")
    parser.add_argument("--edition", type=Path, required=True, help="folder of an edition, e.g. of ./mesur build")
    parser.add_argument("--seconds", type=float, default=5)
    given = parser.parse_args()
    before = machine.load()
    told = measured(given.edition, given.seconds)
    keep("serving", {"load": before, "asked": told}, page(told, before))


if __name__ == "__main__":
    main()
