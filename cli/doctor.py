"""`nodeloom doctor`: what is configured, reachable and missing, and what to do about it."""

import os
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

from api.auth.clerk import read_clerk
from assets.store import open_store
from cli.client import find_api
from local.demo_model.weights import find_weights
from local.postgres.cluster import ELSEWHERE, find_cluster, server_version
from local.prefect.auth import password_file
from local.ready import answers
from local.running import find_running
from schemas.errors import AppError
from schemas.settings import Settings

State = Literal["ok", "note", "broken"]
_STYLES: Final[dict[State, tuple[str, str]]] = {
    "ok": ("✓", "green"),
    "note": ("·", "yellow"),
    "broken": ("✗", "red"),
}
_LITTLE_SPACE_BYTES: Final = 1_000_000_000
_NAMED: Final = 5
"""Of folders that nobody needs; the others are counted."""


@dataclass(frozen=True)
class Finding:
    """One line of the table; `broken` says that something cannot work as it is."""

    what: str
    state: State
    said: str


def examine(settings: Settings) -> int:
    """Print a table of everything that was looked at; exit code 1 if something is broken."""
    findings = [look(settings) for look in LOOKS]
    table = Table.grid(padding=(0, 2))
    for finding in findings:
        mark, style = _STYLES[finding.state]
        table.add_row(Text(mark, style), Text(finding.what), Text(finding.said, overflow="fold"))
    Console(highlight=False).print(table)
    return 1 if any(finding.state == "broken" for finding in findings) else 0


def _python(_settings: Settings) -> Finding:
    version = ".".join(str(number) for number in sys.version_info[:3])
    return Finding("Python", "ok", f"{version} in {sys.prefix}")


def _home(settings: Settings) -> Finding:
    home = settings.home_folder
    place = next(folder for folder in (home, *home.parents) if folder.exists())
    if not os.access(place, os.W_OK | os.X_OK):
        said = f"{home} cannot be written: give a folder of your own with NODELOOM_HOME."
        return Finding("Home folder", "broken", said)
    free = shutil.disk_usage(place).free
    said = f"{home}, {free / 1e9:.1f} GB free"
    if free < _LITTLE_SPACE_BYTES:
        return Finding("Home folder", "note", f"{said}: that is little; free some space.")
    return Finding("Home folder", "ok", said)


def _database(settings: Settings) -> Finding:
    if settings.database_url is None:
        return _embedded(settings)
    from db.postgres.migrate import current_revision, head_revision

    url = settings.database_url.get_secret_value()
    parts = urlsplit(url)
    place = f"{parts.hostname}:{parts.port or 5432}{parts.path} (DATABASE_URL)"
    try:
        found = current_revision(url)
    except AppError as error:
        return Finding("Database", "broken", f"{place}: {error}")
    if found == head_revision():
        return Finding("Database", "ok", f"{place}, schema {found}")
    said = f"{place}: its schema is {found or 'missing'}; run `nodeloom migrate`."
    return Finding("Database", "broken", said)


def _embedded(settings: Settings) -> Finding:
    what = f"embedded PostgreSQL {server_version()}"
    cluster = find_cluster(settings.home_folder)
    if cluster is None:
        return Finding("Database", "ok", f"{what}; `nodeloom up` makes it at its first start")
    if not (cluster.data / "PG_VERSION").exists():
        said = f"the data folder {cluster.data} is gone: restore it, or use another home folder."
        return Finding("Database", "broken", said)
    return Finding("Database", "ok", f"{what}, data in {cluster.folder}")


def _abandoned(settings: Settings) -> Finding:
    """Root's clusters lie outside their home folders and stay when those are deleted."""
    folders = [file.parent for file in ELSEWHERE.glob("nodeloom-*/home") if _is_abandoned(file)]
    if not folders:
        return Finding("Old data", "ok", "none left behind")
    names = ", ".join(str(folder) for folder in folders[:_NAMED])
    more = f" and {len(folders) - _NAMED} more" if len(folders) > _NAMED else ""
    gone = "the home folder is gone; delete if not needed."
    return Finding("Old data", "note", f"{names}{more}: {gone}")


def _is_abandoned(file: Path) -> bool:
    try:
        cluster = find_cluster(Path(file.read_text()))
    except OSError:
        return False
    return cluster is None or cluster.folder != file.parent


def _prefect(settings: Settings) -> Finding:
    running = find_running(settings.home_folder)
    url = settings.prefect_api_url or (f"{running['prefect']}/api" if running else None)
    if url is None:
        return Finding("Prefect", "ok", "`nodeloom up` starts its server")
    if answers(f"{url.rstrip('/')}/health"):
        file = password_file(settings.home_folder)
        asks = running is not None and settings.prefect_auth == "on" and file.exists()
        return Finding("Prefect", "ok", f"{url}; its password is in {file}" if asks else url)
    said = f"{url} does not answer. Runs run on without it, but do not show up there."
    return Finding("Prefect", "note" if running else "broken", said)


def _model(settings: Settings) -> Finding:
    if settings.gemini_api_key:
        place = settings.gemini_base_url or "Google"
        return Finding("LLM", "ok", f"Gemini at {place} (GEMINI_API_KEY is set)")
    if settings.gemini_base_url:
        return Finding("LLM", "broken", "GEMINI_BASE_URL is set without GEMINI_API_KEY; set both.")
    if find_weights():
        said = "the built-in demo model; set GEMINI_API_KEY to use Gemini"
        return Finding("LLM", "note", said)
    return Finding("LLM", "broken", "no key and no demo model: set GEMINI_API_KEY.")


def _sign_in(settings: Settings) -> Finding:
    if settings.auth == "local":
        return Finding("Sign-in", "ok", "none: one user, on this machine only")
    try:
        clerk = read_clerk(settings)
    except AppError as error:
        return Finding("Sign-in", "broken", str(error))
    said = f"Clerk, {clerk.issuer}"
    if clerk.webhook is None:
        return Finding("Sign-in", "note", f"{said}; without webhooks nobody learns of deletions.")
    if not answers(clerk.jwks_url):
        said = f"{clerk.jwks_url} does not answer: nobody new can sign in."
        return Finding("Sign-in", "broken", said)
    return Finding("Sign-in", "ok", said)


def _assets(settings: Settings) -> Finding:
    if settings.assets_in_bucket:
        try:
            open_store(settings).check_writable()
        except (AppError, OSError) as error:
            return Finding("Asset store", "broken", str(error))
        return Finding("Asset store", "ok", f"{settings.assets} can be written")
    folder = settings.assets_folder
    place = next(each for each in (folder, *folder.parents) if each.exists())
    if place.is_dir() and os.access(place, os.W_OK | os.X_OK):
        return Finding("Asset store", "ok", str(folder))
    said = f"{folder} cannot be written: give another folder in NODELOOM_ASSETS."
    return Finding("Asset store", "broken", said)


def _compute(settings: Settings) -> Finding:
    if settings.dask_scheduler is None:
        return Finding("Pictures", "ok", "worked on by child processes of each worker")
    from flows.compute.dask import look_at_cluster

    try:
        found = look_at_cluster(settings.dask_scheduler)
    except AppError as error:
        said = f"{settings.compute} (NODELOOM_COMPUTE) cannot be used: {error}."
        return Finding("Pictures", "broken", said)
    said = f"{settings.compute}, {found.workers} Dask workers, {found.threads} threads"
    return Finding("Pictures", "ok" if found.workers else "broken", said)


def _api(settings: Settings) -> Finding:
    address = find_api(settings)
    if address is None:
        return Finding("API", "note", "not running; start it with `nodeloom up`")
    if answers(f"{address}/health/ready", seconds=5):
        return Finding("API", "ok", address)
    said = f"{address} is not ready: open {address}/health/ready to see which part is missing."
    return Finding("API", "broken", said)


LOOKS: Final[tuple[Callable[[Settings], Finding], ...]] = (
    _python,
    _home,
    _database,
    _abandoned,
    _prefect,
    _model,
    _assets,
    _compute,
    _sign_in,
    _api,
)
