"""Whether the process is up, and whether the parts it needs answer."""

import asyncio
from typing import Final

import httpx
from litestar import Controller, Response, get
from litestar.di import NamedDependency

from api.errors import RETRY_AFTER_SECONDS
from api.models import Health, PartHealth
from api.parts import Parts, database_url
from db.migrate import current_revision, head_revision
from schemas.errors import AppError

PATIENCE_SECONDS: Final = 3.0


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
        """Ask every part; 503 names the one that does not answer.

        Prefect's server is not needed to accept and record runs: without it the status is
        `degraded`, with 200.
        """
        database, prefect = await asyncio.gather(_database(parts), _prefect(parts))
        found = [*database, *prefect]
        if all(part.ok for part in found):
            return Response(Health(status="ok", parts=found))
        if all(part.ok for part in found if part.needed):
            return Response(Health(status="degraded", parts=found))
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
        health = Health(status="unavailable", parts=found)
        return Response(health, status_code=503, headers=headers)


async def _database(parts: Parts) -> list[PartHealth]:
    try:
        url = database_url(parts.settings)
        found = await asyncio.to_thread(current_revision, url)
    except AppError as error:
        return [_away("database", error.message)]
    database = PartHealth(name="database", ok=True, needed=True)
    if found == head_revision():
        return [database, PartHealth(name="migrations", ok=True, needed=True)]
    return [
        database,
        _away("migrations", "Its schema is not this version's: run `nodeloom migrate`."),
    ]


def _away(name: str, detail: str) -> PartHealth:
    return PartHealth.model_validate({"name": name, "ok": False, "needed": True, "detail": detail})


async def _prefect(parts: Parts) -> list[PartHealth]:
    url = parts.settings.prefect_api_url
    if url is None:
        return []
    try:
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS, trust_env=False) as client:
            ok = (await client.get(f"{url.rstrip('/')}/health")).is_success
    except httpx.HTTPError:
        ok = False
    detail = None if ok else "Prefect's server does not answer; runs run on, unseen there."
    return [PartHealth(name="prefect", ok=ok, needed=False, detail=detail)]
