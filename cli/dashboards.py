"""`nodeloom dashboards`: saved views and automations in Prefect, made or brought up to date."""

import asyncio
import os
from urllib.parse import urlsplit

import typer

from flows.prefect.loading import is_reachable, load_prefect
from local.prefect.server import client_environment
from local.running import find_instance
from schemas.errors import InvalidInputError, UnavailableError
from schemas.settings import Settings
from tasks.providers.registry import offered_models


def set_up_dashboards(
    settings: Settings, webhook: str | None, block: str | None, waits_seconds: int
) -> None:
    """Set Prefect's dashboard up and say what is there.

    Raises:
        InvalidInputError: `invalid_settings`: what was given cannot be used.
        UnavailableError: `prefect_unavailable`: there is no Prefect, or it does not answer.
    """
    if webhook is not None and urlsplit(webhook).scheme not in {"http", "https"}:
        raise InvalidInputError("invalid_settings", f"{webhook} is no address: give https://…")
    if webhook is not None and block is not None:
        raise InvalidInputError("invalid_settings", "Give either --webhook or --block.")
    os.environ.update(_environment(settings))
    url = os.environ["PREFECT_API_URL"]
    if not asyncio.run(is_reachable(url)):
        raise UnavailableError(
            "prefect_unavailable",
            f"Prefect at {url} does not answer: start it, or correct PREFECT_API_URL.",
        )
    module = load_prefect("flows.prefect.saved_views")
    models = [model.id for model in offered_models(settings)]
    for line in asyncio.run(module.install_views_and_alerts(models, webhook, block, waits_seconds)):
        typer.echo(line)
    if webhook is None and block is None:
        typer.echo("No automations: say with --webhook or --block whom they are to tell.")


def _environment(settings: Settings) -> dict[str, str]:
    """Give what Prefect's client needs; the Prefect that `up` runs here if no other is named."""
    if settings.prefect_api_url:
        return {}
    running = find_instance(settings.home_folder)
    if running is None:
        raise UnavailableError(
            "prefect_unavailable",
            "No Prefect is running here: start it with `nodeloom up`, or set PREFECT_API_URL.",
        )
    return client_environment(settings.home_folder, f"{running['prefect']}/api")
