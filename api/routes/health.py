"""Whether the process is up, and whether the parts it needs answer."""

import asyncio
from contextlib import suppress
from typing import Final

import httpx
from litestar import Controller, Response, get
from litestar.di import NamedDependency

from api.http.errors import RETRY_AFTER_SECONDS
from api.state import Parts, database_url
from db.postgres.health import look_at
from db.postgres.migrate import head_revision
from schemas.errors import AppError
from schemas.wire.health import Health, PartHealth

PATIENCE_SECONDS: Final = 3.0
LEAST_FREE_BYTES: Final = 50_000_000
"""Below this a store counts as full: one video may need as much."""


class HealthController(Controller):
    """For people and machines that watch over the process."""

    path = "/health"
    tags = ("Health",)

    @get("/live", operation_id="readLiveness", summary="The process is up", sync_to_thread=False)
    def live(self) -> Health:
        """Answer at all."""
        return Health(status="ok")

    @get("/ready", operation_id="readReadiness", summary="Every part it needs answers")
    async def ready(self, parts: NamedDependency[Parts]) -> Response[Health]:
        """Ask every part; 503 names what is missing, also that the process is about to end.

        Prefect's server and a worker are not needed to accept and record runs: without them the
        status is `degraded`, with 200.
        """
        if parts.stopping.is_set():
            return _answer([_missing("process", "It is about to end; ask another one.")])
        return _answer(await parts.readiness.get(lambda: _look(parts)))


async def _look(parts: Parts) -> list[PartHealth]:
    looks = (_database(parts), _assets(parts), _compute(parts), _prefect(parts))
    return [part for found in await asyncio.gather(*looks) for part in found]


def _answer(found: list[PartHealth]) -> Response[Health]:
    if all(part.ok for part in found):
        return Response(Health(status="ok", parts=found))
    if all(part.ok for part in found if part.needed):
        return Response(Health(status="degraded", parts=found))
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return Response(Health(status="unavailable", parts=found), status_code=503, headers=headers)


async def _database(parts: Parts) -> list[PartHealth]:
    try:
        url = database_url(parts.settings)
        found = await asyncio.to_thread(look_at, url, PATIENCE_SECONDS)
    except AppError as error:
        return [_missing("database", error.message)]
    known = [_present("database")]
    if found.revision != head_revision():
        said = "Its schema is not this version's: run `nodeloom migrate`."
        return [*known, _missing("migrations", said)]
    known.append(_present("migrations"))
    if found.worker:
        return [*known, _present("worker", needed=False)]
    said = "No worker is connected: runs wait until `nodeloom worker` is started."
    return [*known, _missing("worker", said, needed=False)]


async def _assets(parts: Parts) -> list[PartHealth]:
    try:
        await asyncio.to_thread(parts.store.check_writable)
        free = await asyncio.to_thread(parts.store.free_bytes)
    except AppError as error:
        return [_missing("assets", error.message)]
    except OSError as error:
        said = f"The asset store cannot be written ({error.strerror}): see NODELOOM_ASSETS."
        return [_missing("assets", said)]
    if free < LEAST_FREE_BYTES:
        said = f"The asset store is full: {free / 1e6:.0f} MB are free where NODELOOM_ASSETS is."
        return [_missing("assets", said)]
    return [_present("assets")]


async def _compute(parts: Parts) -> list[PartHealth]:
    place = parts.settings.dask_scheduler
    if place is None:
        return []
    host, _, port = place.partition("://")[2].rpartition(":")
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
        writer.close()
    except OSError:
        said = "The Dask cluster does not answer: pictures and videos wait. See NODELOOM_COMPUTE."
        return [_missing("compute", said, needed=False)]
    return [_present("compute", needed=False)]


async def _prefect(parts: Parts) -> list[PartHealth]:
    url = parts.settings.prefect_api_url
    if url is None:
        return []
    with suppress(httpx.HTTPError):
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS, trust_env=False) as client:
            if (await client.get(f"{url.rstrip('/')}/health")).is_success:
                return [_present("prefect", needed=False)]
    said = "Prefect's server does not answer; runs run on, unseen there."
    return [_missing("prefect", said, needed=False)]


def _present(name: str, *, needed: bool = True) -> PartHealth:
    return PartHealth.model_validate({"name": name, "ok": True, "needed": needed})


def _missing(name: str, detail: str, *, needed: bool = True) -> PartHealth:
    told = {"name": name, "ok": False, "needed": needed, "detail": detail}
    return PartHealth.model_validate(told)
