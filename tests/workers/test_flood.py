"""One user's flood of requests leaves the reads of others nearly as quick as they were."""

import asyncio
import json
import statistics
import sys
import time
from typing import Any

import httpx
import pytest

from support.product.backend import Backend, graph, node
from support.servers.clerk import AUTHORIZED_PARTY, SECRET, bearer, running_clerk

WORKFLOWS = "/api/workflows"
SLOWER = 5.0
BUSY_SECONDS = 0.1
"""What the flood's own process may add on a machine with few processors."""
# A process of its own: what it does must not slow down what is measured.
FLOOD = """
import asyncio, sys, time, httpx
url, auth, method, body = sys.argv[1:]
statuses = {}
async def send(client, ends):
    while time.monotonic() < ends:
        answer = await client.request(method, url, content=body or None)
        statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
async def main():
    headers = {"Authorization": auth, "Content-Type": "application/json"}
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(timeout=60, limits=limits, headers=headers) as client:
        ends = time.monotonic() + 9
        await asyncio.gather(*(send(client, ends) for _ in range(100)))
asyncio.run(main())
print(sorted(statuses))
"""


async def read_times(client: httpx.AsyncClient, seconds: float) -> list[float]:
    """Read as a person does, one after the other; give what each took, in seconds."""
    took: list[float] = []
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        began = time.monotonic()
        answer = await client.get(WORKFLOWS)
        took.append(time.monotonic() - began)
        assert answer.status_code == 200, answer.text
        await asyncio.sleep(0.05)
    return took


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_flood_slows_the_reads_of_others_down_at_most_five_fold(
    backend_without_worker: Backend, method: str
) -> None:
    backend = backend_without_worker
    with running_clerk() as clerk:
        api = await asyncio.to_thread(
            backend.start_api,
            NODELOOM_AUTH="clerk",
            CLERK_ISSUER=clerk.url,
            CLERK_AUTHORIZED_PARTIES=AUTHORIZED_PARTY,
            CLERK_WEBHOOK_SECRET=SECRET,
        )
        document = graph([node(f"n{number}", "text", text="hello " * 50) for number in range(60)])
        ann, bob = bearer(clerk.token("user_ann")), bearer(clerk.token("user_bob"))
        try:
            async with httpx.AsyncClient(base_url=backend.api_url, headers=bob) as client:
                for headers in (ann, bob):
                    for _ in range(10):
                        made = await client.post(WORKFLOWS, headers=headers, json=document)
                        assert made.status_code == 201, made.text
                await read_times(client, 0.5)
                before = await read_times(client, 3)
                body = json.dumps(document) if method == "POST" else ""
                words = (f"{backend.api_url}{WORKFLOWS}", ann["Authorization"], method, body)
                flood = await _start_flood(words)
                during = await read_times(client, 5)
                statuses = json.loads((await flood.communicate())[0])
        finally:
            await asyncio.to_thread(api.stop)
    usual = statistics.median(before)
    assert statistics.median(during) < SLOWER * usual + BUSY_SECONDS
    assert set(statuses) <= {200, 201, 429}, "a flood is refused, and breaks nothing"
    assert {200, 201} & set(statuses)


async def _start_flood(words: Any) -> asyncio.subprocess.Process:
    """Start it, and let it come up."""
    flood = await asyncio.create_subprocess_exec(
        sys.executable, "-c", FLOOD, *words, stdout=asyncio.subprocess.PIPE
    )
    await asyncio.sleep(3)
    return flood
