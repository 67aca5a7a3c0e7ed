"""Whether the process is up, and whether the parts it needs answer."""

import asyncio
from contextlib import suppress
from typing import Final

import httpx
from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec

from api.http.errors import RETRY_AFTER_SECONDS
from api.state.app_state import AppState
from api.state.database import database_url
from db.postgres.health import check_health
from db.postgres.migrate import head_revision
from schemas.errors import AppError
from schemas.wire.health import Health, PartHealth

CHECK_TIMEOUT_SECONDS: Final = 3.0
MIN_FREE_BYTES: Final = 50_000_000
"""Below this a store counts as full: one video may need as much."""


class HealthController(Controller):
    """For people and machines that watch over the process."""

    path = "/health"
    tags = ("Health",)

    @get("/live", operation_id="readLiveness", summary="The process is up", sync_to_thread=False)
    def live(self) -> Health:
        """Answer at all."""
        return Health(status="ok")

    @get(
        "/ready",
        operation_id="readReadiness",
        summary="Every part it needs answers",
        responses={
            503: ResponseSpec(
                Health, generate_examples=False, description="A part that is needed does not answer"
            )
        },
    )
    async def ready(self, app_state: NamedDependency[AppState]) -> Response[Health]:
        """Ask every part; 503 names what is missing, also that the process is about to end.

        Prefect's server and a worker are not needed to accept and record runs: without them the
        status is `degraded`, with 200.
        """
        if app_state.stopping.is_set():
            return _health_response([_failed("process", "It is about to end; ask another one.")])
        return _health_response(await app_state.readiness.get(lambda: _check_all(app_state)))


async def _check_all(app_state: AppState) -> list[PartHealth]:
    checks = (
        _check_database(app_state),
        _check_assets(app_state),
        _check_compute(app_state),
        _check_prefect(app_state),
    )
    return [part for group in await asyncio.gather(*checks) for part in group]


def _health_response(checks: list[PartHealth]) -> Response[Health]:
    if all(part.ok for part in checks):
        return Response(Health(status="ok", parts=checks))
    if all(part.ok for part in checks if part.needed):
        return Response(Health(status="degraded", parts=checks))
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return Response(Health(status="unavailable", parts=checks), status_code=503, headers=headers)


async def _check_database(app_state: AppState) -> list[PartHealth]:
    try:
        url = database_url(app_state.settings)
        facts = await asyncio.to_thread(check_health, url, CHECK_TIMEOUT_SECONDS)
    except AppError as error:
        return [_failed("database", error.message)]
    checks = [_healthy("database")]
    if facts.revision != head_revision():
        detail = "Its schema is not this version's: run `nodeloom migrate`."
        return [*checks, _failed("migrations", detail)]
    checks.append(_healthy("migrations"))
    if facts.worker:
        return [*checks, _healthy("worker", needed=False)]
    detail = "No worker is connected: runs wait until `nodeloom worker` is started."
    return [*checks, _failed("worker", detail, needed=False)]


async def _check_assets(app_state: AppState) -> list[PartHealth]:
    try:
        await asyncio.to_thread(app_state.store.check_writable)
        free = await asyncio.to_thread(app_state.store.free_bytes)
    except AppError as error:
        return [_failed("assets", error.message)]
    except OSError as error:
        detail = f"The asset store cannot be written ({error.strerror}): see NODELOOM_ASSETS."
        return [_failed("assets", detail)]
    if free < MIN_FREE_BYTES:
        detail = f"The asset store is full: {free / 1e6:.0f} MB are free where NODELOOM_ASSETS is."
        return [_failed("assets", detail)]
    return [_healthy("assets")]


async def _check_compute(app_state: AppState) -> list[PartHealth]:
    scheduler_url = app_state.settings.dask_scheduler
    if scheduler_url is None:
        return []
    host, _, port = scheduler_url.partition("://")[2].rpartition(":")
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_SECONDS):
            _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
        writer.close()
    except OSError:
        detail = "The Dask cluster does not answer: pictures and videos wait. See NODELOOM_COMPUTE."
        return [_failed("compute", detail, needed=False)]
    return [_healthy("compute", needed=False)]


async def _check_prefect(app_state: AppState) -> list[PartHealth]:
    url = app_state.settings.prefect_api_url
    if url is None:
        return []
    with suppress(httpx.HTTPError):
        async with httpx.AsyncClient(timeout=CHECK_TIMEOUT_SECONDS, trust_env=False) as client:
            if (await client.get(f"{url.rstrip('/')}/health")).is_success:
                return [_healthy("prefect", needed=False)]
    detail = "Prefect's server does not answer; runs run on, unseen there."
    return [_failed("prefect", detail, needed=False)]


def _healthy(name: str, *, needed: bool = True) -> PartHealth:
    return PartHealth.model_validate({"name": name, "ok": True, "needed": needed})


def _failed(name: str, detail: str, *, needed: bool = True) -> PartHealth:
    fields = {"name": name, "ok": False, "needed": needed, "detail": detail}
    return PartHealth.model_validate(fields)
