"""`nodeloom doctor`: what is configured, reachable and missing, and what to do about it."""

import asyncio
import os
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.auth.clerk import load_clerk_config
from assets.store import open_store
from cli.client import find_api_url
from local.demo_model.weights import find_weights
from local.machine.health import is_healthy
from local.postgres.cluster import ROOT_DATA_FOLDER, find_cluster, server_version
from local.prefect.auth import password_file
from local.running import find_instance
from schemas.errors import AppError
from schemas.settings import Settings
from tasks.providers.base import ModelService, ProviderType
from tasks.providers.registry import (
    configured_providers,
    find_services,
    key_variables,
    needs_demo_model,
    provider_types,
    service_offer,
)

State = Literal["ok", "note", "broken"]
_STYLES: Final[dict[State, tuple[str, str]]] = {
    "ok": ("✓", "green"),
    "note": ("·", "yellow"),
    "broken": ("✗", "red"),
}
_LOW_SPACE_BYTES: Final = 1_000_000_000
_MAX_LISTED: Final = 5
"""Of folders that nobody needs; the others are counted."""


@dataclass(frozen=True)
class Diagnostic:
    """One line of the table; `broken` says that something cannot work as it is."""

    subject: str
    state: State
    message: str


def run_diagnostics(settings: Settings) -> int:
    """Print a table of everything that was looked at; exit code 1 if something is broken."""
    findings = [diagnose(settings) for diagnose in DIAGNOSTICS]
    table = Table.grid(padding=(0, 2))
    for finding in findings:
        mark, style = _STYLES[finding.state]
        table.add_row(
            Text(mark, style), Text(finding.subject), Text(finding.message, overflow="fold")
        )
    Console(highlight=False).print(table)
    return 1 if any(finding.state == "broken" for finding in findings) else 0


def _python(_settings: Settings) -> Diagnostic:
    version = ".".join(str(number) for number in sys.version_info[:3])
    return Diagnostic("Python", "ok", f"{version} in {sys.prefix}")


def _home(settings: Settings) -> Diagnostic:
    home = settings.home_folder
    existing_folder = next(folder for folder in (home, *home.parents) if folder.exists())
    if not os.access(existing_folder, os.W_OK | os.X_OK):
        message = f"{home} cannot be written: give a folder of your own with NODELOOM_HOME."
        return Diagnostic("Home folder", "broken", message)
    free = shutil.disk_usage(existing_folder).free
    message = f"{home}, {free / 1e9:.1f} GB free"
    if free < _LOW_SPACE_BYTES:
        return Diagnostic("Home folder", "note", f"{message}: that is little; free some space.")
    return Diagnostic("Home folder", "ok", message)


def _database(settings: Settings) -> Diagnostic:
    if settings.database_url is None:
        return _embedded(settings)
    from db.postgres.migrate import current_revision, head_revision

    url = settings.database_url.get_secret_value()
    parts = urlsplit(url)
    existing_folder = f"{parts.hostname}:{parts.port or 5432}{parts.path} (DATABASE_URL)"
    try:
        found = current_revision(url)
    except AppError as error:
        return Diagnostic("Database", "broken", f"{existing_folder}: {error}")
    if found == head_revision():
        return Diagnostic("Database", "ok", f"{existing_folder}, schema {found}")
    message = f"{existing_folder}: its schema is {found or 'missing'}; run `nodeloom migrate`."
    return Diagnostic("Database", "broken", message)


def _embedded(settings: Settings) -> Diagnostic:
    subject = f"embedded PostgreSQL {server_version()}"
    cluster = find_cluster(settings.home_folder)
    if cluster is None:
        return Diagnostic("Database", "ok", f"{subject}; `nodeloom up` makes it at its first start")
    if not (cluster.data / "PG_VERSION").exists():
        message = f"the data folder {cluster.data} is gone: restore it, or use another home folder."
        return Diagnostic("Database", "broken", message)
    return Diagnostic("Database", "ok", f"{subject}, data in {cluster.folder}")


def _old_data(settings: Settings) -> Diagnostic:
    """Root's clusters lie outside their home folders and stay when those are deleted."""
    folders = [
        file.parent for file in ROOT_DATA_FOLDER.glob("nodeloom-*/home") if _is_abandoned(file)
    ]
    if not folders:
        return Diagnostic("Old data", "ok", "none left behind")
    names = ", ".join(str(folder) for folder in folders[:_MAX_LISTED])
    more = f" and {len(folders) - _MAX_LISTED} more" if len(folders) > _MAX_LISTED else ""
    advice = "the home folder is gone; delete if not needed."
    return Diagnostic("Old data", "note", f"{names}{more}: {advice}")


def _is_abandoned(file: Path) -> bool:
    try:
        cluster = find_cluster(Path(file.read_text()))
    except OSError:
        return False
    return cluster is None or cluster.folder != file.parent


def _prefect(settings: Settings) -> Diagnostic:
    running = find_instance(settings.home_folder)
    url = settings.prefect_api_url or (f"{running['prefect']}/api" if running else None)
    if url is None:
        return Diagnostic("Prefect", "ok", "`nodeloom up` starts its server")
    if is_healthy(f"{url.rstrip('/')}/health"):
        file = password_file(settings.home_folder)
        has_password = running is not None and settings.prefect_auth == "on" and file.exists()
        return Diagnostic(
            "Prefect", "ok", f"{url}; its password is in {file}" if has_password else url
        )
    message = f"{url} does not answer. Runs run on without it, but do not show up there."
    return Diagnostic("Prefect", "note" if running else "broken", message)


def _model(settings: Settings) -> Diagnostic:
    keyless = [each for each in provider_types().values() if _has_only_address(each, settings)]
    if keyless:
        errors = keyless[0].errors
        message = f"{errors.base_url_variable} is set without {errors.key_variable}; set both."
        return Diagnostic("LLM", "broken", message)
    configured = configured_providers(settings)
    if not configured and settings.database_url is not None:
        message = f"no key here; that is right if the workers have {key_variables()} in theirs"
        return Diagnostic("LLM", "note", message)
    services = asyncio.run(find_services(settings))
    if configured:
        named = [_configured(each, settings, services) for each in configured]
        if needs_demo_model(settings) and settings.database_url is None and find_weights():
            named.append("in the place of Gemini the built-in demo model")
        silent = any("does not answer" in each for each in named)
        return Diagnostic("LLM", "note" if silent else "ok", "; ".join(named))
    offers = "".join(f" {service_offer(each, service)}" for each, service in services)
    if find_weights():
        message = f"the built-in demo model; set {key_variables()} for a real one.{offers}"
        return Diagnostic("LLM", "note", message)
    return Diagnostic("LLM", "broken", f"no key and no demo model: set {key_variables()}.{offers}")


def _configured(
    provider_type: ProviderType,
    settings: Settings,
    services: list[tuple[ProviderType, ModelService]],
) -> str:
    """Say where a provider is, and, of a service at an address of one's own, whether it answers."""
    address = provider_type.access(settings).base_url
    shown = re.sub(r"//[^/@]*@", "//", address or "its own address")  # without a password
    named = f"{provider_type.title} at {shown}"
    if address is None or provider_type.find_services is None:
        return named
    found = [service for each, service in services if each is provider_type]
    if not found:
        return f"{named}, which does not answer with a list of its models: start it, or correct {provider_type.errors.base_url_variable}"
    return f"{named}, with {len(found[0].models)} models"


def _has_only_address(provider_type: ProviderType, settings: Settings) -> bool:
    access = provider_type.access(settings)
    return access.base_url is not None and not provider_type.is_configured(settings)


def _sign_in(settings: Settings) -> Diagnostic:
    if settings.auth == "local":
        return Diagnostic("Sign-in", "ok", "none: one user, on this machine only")
    try:
        clerk = load_clerk_config(settings)
    except AppError as error:
        return Diagnostic("Sign-in", "broken", str(error))
    message = f"Clerk, {clerk.issuer}"
    if clerk.webhook is None:
        return Diagnostic(
            "Sign-in", "note", f"{message}; without webhooks nobody learns of deletions."
        )
    if not is_healthy(clerk.jwks_url):
        message = f"{clerk.jwks_url} does not answer: nobody new can sign in."
        return Diagnostic("Sign-in", "broken", message)
    return Diagnostic("Sign-in", "ok", message)


def _assets(settings: Settings) -> Diagnostic:
    if settings.assets_in_bucket:
        try:
            open_store(settings).check_writable()
        except (AppError, OSError) as error:
            return Diagnostic("Asset store", "broken", str(error))
        return Diagnostic("Asset store", "ok", f"{settings.assets} can be written")
    folder = settings.assets_folder
    existing_folder = next(each for each in (folder, *folder.parents) if each.exists())
    if existing_folder.is_dir() and os.access(existing_folder, os.W_OK | os.X_OK):
        return Diagnostic("Asset store", "ok", str(folder))
    message = f"{folder} cannot be written: give another folder in NODELOOM_ASSETS."
    return Diagnostic("Asset store", "broken", message)


def _compute(settings: Settings) -> Diagnostic:
    if settings.dask_scheduler is None:
        return Diagnostic("Pictures", "ok", "worked on by child processes of each worker")
    from flows.compute.dask import probe_cluster
    from flows.prefect.loading import load_prefect

    try:
        found = probe_cluster(settings.dask_scheduler, load_prefect)
    except AppError as error:
        message = f"{settings.compute} (NODELOOM_COMPUTE) cannot be used: {error}."
        return Diagnostic("Pictures", "broken", message)
    message = f"{settings.compute}, {found.workers} Dask workers, {found.threads} threads"
    return Diagnostic("Pictures", "ok" if found.workers else "broken", message)


def _api(settings: Settings) -> Diagnostic:
    address = find_api_url(settings)
    if address is None:
        return Diagnostic("API", "note", "not running; start it with `nodeloom up`")
    if is_healthy(f"{address}/health/ready", seconds=5):
        return Diagnostic("API", "ok", address)
    message = f"{address} is not ready: open {address}/health/ready to see which part is missing."
    return Diagnostic("API", "broken", message)


DIAGNOSTICS: Final[tuple[Callable[[Settings], Diagnostic], ...]] = (
    _python,
    _home,
    _database,
    _old_data,
    _prefect,
    _model,
    _assets,
    _compute,
    _sign_in,
    _api,
)
