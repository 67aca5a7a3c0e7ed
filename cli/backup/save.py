"""`nodeloom backup`: the database, the assets and what else a home needs, in one file, while it runs."""

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import IO, Final

import typer

from assets.store import AssetStore, open_store
from cli.backup.archive import ArchiveWriter, Manifest, TableContent, new_archive
from db.postgres.migrate import refuse_newer
from db.postgres.table_copies import Snapshot, Table, open_snapshot
from local.postgres.dump import dump_database
from local.postgres.server import open_postgres
from local.prefect.auth import password_file
from schemas.errors import NotFoundError, UnavailableError
from schemas.settings import Settings

_MAX_NAMED: Final = 1_000
"""Damaged assets that the manifest names; of more there is only the number."""


@dataclass
class _Assets:
    """What became of the assets."""

    count: int = 0
    bytes: int = 0
    missing: list[str] = field(default_factory=list[str])
    damaged: list[str] = field(default_factory=list[str])


def run_backup(settings: Settings, file: Path) -> int:
    """Write a backup and say what is in it; exit code 1 if assets were missing or damaged.

    Raises:
        AppError: there is nothing to back up, or it cannot be read or written.
    """
    if settings.database_url:
        manifest, missing = _back_up(settings, file, settings.database_url.get_secret_value(), None)
    else:
        with open_postgres(settings.home_folder) as url:
            manifest, missing = _back_up(settings, file, url("nodeloom"), url("prefect"))
    typer.echo(
        f"{file}: {sum(table.rows for table in manifest.tables)} rows of {len(manifest.tables)} tables,"
        f" {manifest.assets} assets ({manifest.asset_bytes / 1e6:.1f} MB)"
        f"{', Prefect’s database' if manifest.prefect else ''}; schema {manifest.revision}."
    )
    for problem, names in (("missing", missing), ("damaged", manifest.damaged)):
        if names:
            typer.echo(
                f"nodeloom: the bytes of {len(names)} assets are {problem} in the asset store, so the"
                f" backup does not have them: {', '.join(names[:5])}{' …' if len(names) > 5 else ''}",
                err=True,
            )
    return 1 if missing or manifest.damaged else 0


def _back_up(
    settings: Settings, file: Path, database_url: str, prefect_url: str | None
) -> tuple[Manifest, list[str]]:
    """Write the file; give what it holds, and the assets that should be there and are not."""
    with tempfile.TemporaryFile() as listed, new_archive(file) as archive:
        with open_snapshot(database_url) as snapshot:
            revision = _require_revision(snapshot)
            tables = snapshot.tables()
            contents = [_write_table(archive, snapshot, table) for table in tables]
            sequences = snapshot.sequences()
            assets_table = next(table for table in tables if table.name == "assets")
            for piece in snapshot.read_assets(assets_table):
                listed.write(piece)
        # The snapshot is let go of before what takes longest: assets are never changed.
        assets = _write_assets(archive, open_store(settings), listed)
        with open_snapshot(database_url) as later:  # some may have been deleted meanwhile
            missing = later.find_assets(assets.missing, assets_table)
        prefect = prefect_url is not None and dump_database(
            settings.home_folder,
            prefect_url,
            lambda pieces: archive.add_pieces("prefect", pieces, compress=False),
        )
        manifest = Manifest(
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            revision=revision,
            tables=contents,
            sequences=sequences,
            assets=assets.count,
            asset_bytes=assets.bytes,
            missing=len(missing),
            damaged=assets.damaged,
            prefect=prefect,
            files=_home_files(settings.home_folder),
            sha256=archive.sha256,
        )
        archive.add("manifest.json", manifest.signed().model_dump_json(indent=2).encode())
    return manifest, missing


def _require_revision(snapshot: Snapshot) -> str:
    revision = snapshot.revision()
    if revision is None:
        raise UnavailableError(
            "database_not_migrated",
            "The database has no tables of Nodeloom: there is nothing to back up.",
        )
    refuse_newer(revision)
    return revision


def _write_table(archive: ArchiveWriter, snapshot: Snapshot, table: Table) -> TableContent:
    rows = 0

    def counted() -> Iterator[bytes]:
        nonlocal rows
        for piece in snapshot.read(table):
            rows += piece.count(b"\n")  # COPY writes those of texts as \n
            yield piece

    archive.add_pieces(f"tables/{table.name}", counted(), compress=True)
    return TableContent(name=table.name, columns=list(table.columns), rows=rows)


def _write_assets(archive: ArchiveWriter, store: AssetStore, listed: IO[bytes]) -> _Assets:
    assets = _Assets()
    listed.seek(0)
    for line in listed:
        sha256, size = line.decode().split("\t")
        try:
            pieces = store.read_range(sha256, 0, int(size))
            first = next(pieces, b"")
        except (NotFoundError, FileNotFoundError):
            assets.missing.append(sha256)
            continue
        digest = hashlib.sha256()
        archive.add_stream(
            f"assets/{sha256}", int(size), _observed(chain((first,), pieces), digest.update)
        )
        assets.count += 1
        assets.bytes += int(size)
        if digest.hexdigest() != sha256 and len(assets.damaged) < _MAX_NAMED:
            assets.damaged.append(sha256)
    return assets


def _observed(pieces: Iterator[bytes], observe: Callable[[bytes], None]) -> Iterator[bytes]:
    for piece in pieces:
        observe(bytes(piece))
        yield bytes(piece)


def _home_files(home: Path) -> dict[str, str]:
    """Give the files that make Prefect's clients elsewhere still find their way in."""
    file = password_file(home)
    return {file.name: file.read_text()} if file.exists() else {}
