"""The application behind a real server on a free port of loopback.

What it should answer does not belong here.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn

from pipelines.core.settings import Settings
from pipelines.serve.api import KEEP_ALIVE, LOOPBACK, app


@contextmanager
def listening(settings: Settings) -> Iterator[str]:
    """The address of a server over the published folder of the settings, until the block ends."""
    how = uvicorn.Config(app(settings), host=LOOPBACK, port=0, log_level="critical", timeout_keep_alive=KEEP_ALIVE)
    server = uvicorn.Server(how)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://{LOOPBACK}:{port}"
    server.should_exit = True
    thread.join()


@contextmanager
def served(settings: Settings) -> Iterator[httpx.Client]:
    """A client of such a server."""
    with listening(settings) as address, httpx.Client(base_url=address, follow_redirects=True, timeout=30) as client:
        yield client
