"""Whether the process is up, and whether the parts it needs answer."""

import asyncio
from contextlib import suppress
from typing import Final

import httpx
from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec

from api.http.errors import RETRY_AFTER_SECONDS
from api.media.deadlines import call_store
from api.media.uploads import RESERVED_BYTES, no_space_error
from api.state.app_state import AppState
from api.state.database import database_url
from db.postgres.health import DatabaseHealth, check_health
from schemas.errors import AppError
from schemas.wire.health import Health, PartHealth

CHECK_TIMEOUT_SECONDS: Final = 3.0


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
        summary="Which of its parts work",
        responses={
            503: ResponseSpec(
                Health, generate_examples=False, description="Nothing can be read or started"
            )
        },
    )
    async def ready(self, app_state: NamedDependency[AppState]) -> Response[Health]:
        """Ask every part, and say of each what works.

        503 only if nothing can be read and no run be started, also as the process is about to
        end; else what is missing makes the status `degraded`, with 200.
        """
        if app_state.stopping.is_set():
            ending = _part("process", "down", "It is about to end; ask another one.", needed=True)
            return _health_response([ending])
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
    if not any(part.needed and part.status == "down" for part in checks):
        return Response(Health(status="degraded", parts=checks))
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return Response(Health(status="unavailable", parts=checks), status_code=503, headers=headers)


async def _check_database(app_state: AppState) -> list[PartHealth]:
    try:
        url = database_url(app_state.settings)
        facts = await check_health(url, CHECK_TIMEOUT_SECONDS)
    except AppError as error:
        return [_part("database", "down", error.message, needed=True)]
    return [_part("database", "ok", "It answers.", needed=True), _schema(facts), _worker(facts)]


def _schema(facts: DatabaseHealth) -> PartHealth:
    if facts.current:
        return _part("migrations", "ok", "The schema is this version's.", needed=True)
    if facts.newer:
        detail = (
            f"The schema {facts.revision} is a newer version's: what has not changed works on. Start"
            " that version here, too."
        )
        return _part("migrations", "degraded", detail, needed=True)
    detail = "The schema is not this version's: run `nodeloom migrate`."
    return _part("migrations", "down", detail, needed=True)


def _worker(facts: DatabaseHealth) -> PartHealth:
    if facts.worker and facts.short_of_memory:
        detail = (
            f"Short of memory, and claiming no further runs meanwhile: {facts.short_of_memory}. See"
            " NODELOOM_MEMORY_LIMIT_MB."
        )
        return _part("worker", "degraded", detail)
    if facts.worker:
        return _part("worker", "ok", "At least one is connected.")
    detail = "No worker is connected: runs wait until `nodeloom worker` is started."
    return _part("worker", "down", detail)


async def _check_assets(app_state: AppState) -> list[PartHealth]:
    store = app_state.store
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_SECONDS):
            await app_state.store_check.get(lambda: asyncio.to_thread(store.check_writable))
            free = await call_store(0, store.free_bytes)
    except AppError as error:
        return [_part("assets", "down", error.message)]
    except TimeoutError:
        return [_part("assets", "down", "The asset store does not answer: see NODELOOM_ASSETS.")]
    except OSError as error:
        detail = f"The asset store cannot be written ({error.strerror}): see NODELOOM_ASSETS."
        return [_part("assets", "down", detail)]
    if free < RESERVED_BYTES:
        return [_part("assets", "degraded", no_space_error(free).message)]
    return [_part("assets", "ok", f"It can be written; {free / 1e9:.1f} GB are free.")]


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
        return [_part("compute", "down", detail)]
    return [_part("compute", "ok", "The Dask scheduler answers.")]


async def _check_prefect(app_state: AppState) -> list[PartHealth]:
    url = app_state.settings.prefect_api_url
    if url is None:
        return []
    with suppress(httpx.HTTPError, TimeoutError):
        async with (
            asyncio.timeout(CHECK_TIMEOUT_SECONDS),
            httpx.AsyncClient(
                timeout=CHECK_TIMEOUT_SECONDS,
                trust_env=False,
                verify=url.startswith("https:"),  # to read all certificates takes 30 ms
            ) as client,
        ):
            if (await client.get(f"{url.rstrip('/')}/health")).is_success:
                return [_part("prefect", "ok", "Its server answers.")]
    return [_part("prefect", "down", "Its server does not answer; runs run on, unseen there.")]


def _part(name: str, status: str, detail: str, *, needed: bool = False) -> PartHealth:
    fields = {"name": name, "status": status, "ok": status == "ok", "needed": needed}
    return PartHealth.model_validate(fields | {"detail": detail})
