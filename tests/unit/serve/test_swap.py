"""Readers during a release: each answer is of the old edition or of the new one, and never of both."""

from __future__ import annotations

import asyncio
import json

import httpx
from made_edition import Desk
from made_server import listening

from pipelines.core.files import atomic_write

READERS, EACH = 200, 4
URL = "/v1/publications/test-release/editions/latest/observations?measure=CLA_STOCK&breakdown=total&limit=400"


def test_two_hundred_readers_see_the_old_edition_or_the_new(desk: Desk) -> None:
    pointer = desk.root / "latest.json"
    held = pointer.read_text("utf-8")
    with listening(desk.settings) as address:
        whole = {e: httpx.get(f"{address}{URL.replace('latest', e)}").json() for e in ("2024-25-1", "2024-25-2")}
        try:
            atomic_write(pointer, json.dumps({"edition": "2024-25-1"}))
            seen = asyncio.run(_read_while_released(address, lambda: atomic_write(pointer, held)))
        finally:
            atomic_write(pointer, held)
    assert len(seen) == READERS * EACH
    assert {one["edition"] for one in seen} == set(whole), "the release fell between the readings"
    for one in seen:
        assert one["observations"] == whole[one["edition"]]["observations"]
        assert {o["edition_id"] for o in one["observations"]} == {one["edition"]}


async def _read_while_released(address: str, release) -> list[dict]:
    done = 0

    async def reader() -> list[dict]:
        nonlocal done
        found = []
        # One client each, as readers are; a shared pool of 200 connections is gone through anew for every request.
        async with httpx.AsyncClient(base_url=address, timeout=60, verify=False) as client:
            for _ in range(EACH):
                answer = await client.get(URL)
                assert answer.status_code == 200, answer.text
                found.append(answer.json())
                done += 1
                if done == READERS * EACH // 2:
                    release()
        return found

    return [one for held in await asyncio.gather(*(reader() for _ in range(READERS))) for one in held]
