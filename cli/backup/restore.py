"""`nodeloom restore`: what a backup holds, put into an empty home or an empty database of one's own."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Final

import typer

from assets.store import AssetStore, open_store
from cli.backup.archive import Manifest, Member, not_whole, read_members, verify
from db.postgres.migrate import create_if_missing, current_revision, migrate, prepare_empty
from db.postgres.table_copies import Loader, Table, find_owned_rows, loading
from local.machine.home import write_private
from local.postgres.dump import restore_database
from local.postgres.server import EmbeddedPostgres
from schemas.errors import ConflictError
from schemas.settings import Settings

_HOME_FILES: Final = frozenset({"prefect.password"})
"""What a backup may write into a home."""


def run_restore(settings: Settings, file: Path) -> None:
    """Restore a backup and say what was restored.

    The whole file is read and judged before anything is written. The database is committed last, in
    one transaction: after a failure it is as empty as before, and the same command may be tried again.

    Raises:
        AppError: the file is no whole backup, the database is not empty, parts of this Nodeloom are
            running, or the backup is of a newer version.
    """
    manifest = verify(file)
    if settings.database_url:
        _restore(settings, file, manifest, settings.database_url.get_secret_value(), None)
    else:
        with EmbeddedPostgres(settings.home_folder) as postgres:
            _restore(settings, file, manifest, postgres.url(), postgres.url("prefect"))
            for name in _HOME_FILES & manifest.files.keys():
                write_private(settings.home_folder / name, manifest.files[name])


def _restore(
    settings: Settings, file: Path, manifest: Manifest, url: str, prefect_url: str | None
) -> None:
    create_if_missing(url)
    _require_empty(url)
    prepare_empty(url, manifest.revision)
    store = open_store(settings)
    with loading(url) as loader:
        for folder, members in groupby(read_members(file), lambda member: member.folder):
            if folder.startswith("tables/"):
                _load_table(loader, manifest, folder.removeprefix("tables/"), members)
            elif folder == "assets":
                _store_assets(store, manifest, members)
            elif folder == "prefect" and prefect_url is not None:
                pieces = (piece for member in members for piece in member.pieces())
                restore_database(settings.home_folder, prefect_url, pieces)
        loader.set_sequences(manifest.sequences)
    _print_summary(manifest, migrate(url), prefect=manifest.prefect and prefect_url is not None)


def _require_empty(url: str) -> None:
    table = find_owned_rows(url, migrated=current_revision(url) is not None)
    if table is not None:
        raise ConflictError(
            "database_not_empty",
            f"The database is not empty (there are rows in {table}), and a backup is only restored"
            " into an empty one: give a new folder with --home, or a new database in DATABASE_URL.",
        )


def _load_table(loader: Loader, manifest: Manifest, name: str, members: Iterator[Member]) -> None:
    table = next((each for each in manifest.tables if each.name == name), None)
    if table is None:
        raise not_whole(f"its manifest does not know the table {name}")
    rows = loader.load(Table(name, table.columns), (member.content() for member in members))
    if rows != table.rows:
        raise not_whole(f"{rows} instead of {table.rows} rows of {name}")


def _store_assets(store: AssetStore, manifest: Manifest, members: Iterator[Member]) -> None:
    for member in members:
        sha256 = member.name.rpartition("/")[2]
        with store.open_incoming() as incoming:
            for piece in member.pieces():
                incoming.write(piece)
            if incoming.sha256 == sha256:
                incoming.commit()
            elif sha256 not in manifest.damaged:
                raise not_whole(f"the bytes of asset {sha256} are others")


def _print_summary(manifest: Manifest, revision: str, *, prefect: bool) -> None:
    rows = sum(table.rows for table in manifest.tables)
    size = f"{manifest.asset_bytes / 1e6:.1f} MB"
    lines = [
        f"Restored the backup of {manifest.created_at}:",
        f"  {rows} rows of {len(manifest.tables)} tables",
        f"  {manifest.assets - len(manifest.damaged)} assets ({size}), whose hashes are right",
    ]
    if manifest.damaged or manifest.missing:
        lines.append(
            f"  without {len(manifest.damaged) + manifest.missing} assets that were damaged or missing"
            " when the backup was made"
        )
    if prefect:
        lines.append("  Prefect's database, without its events")
    if revision != manifest.revision:
        lines.append(f"  migrated from schema {manifest.revision} to {revision}")
    lines.append("Runs that were going on then go on when a worker starts.")
    for line in lines:
        typer.echo(line)
