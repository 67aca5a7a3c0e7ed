"""Backups of a database of one's own: whole or none, whoever owns it and however old its schema is."""

import contextlib
import shutil
import tarfile
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from pydantic import SecretStr
from sqlalchemy.orm import Session

from assets.bucket import open_bucket
from assets.folder_store import FolderStore
from chaos.stack.s3_server import s3_server
from cli.backup.archive import read_members, verify
from cli.backup.restore import run_restore
from cli.backup.save import run_backup
from db.assets import add_asset
from db.postgres.engine import make_sync_engine
from db.postgres.migrate import current_revision, downgrade, head_revision, migrate
from db.users import ensure_user
from local.postgres.server import EmbeddedPostgres
from schemas.errors import AppError, ConflictError, InvalidInputError
from schemas.settings import Settings
from schemas.values import MediaInfo, media_value
from support.database.rows import complete_nodes, make_claimed, make_run, make_workflow

OLDER = "0019"
TABLES = """
    select relname, relforcerowsecurity,
      (select count(*) from pg_trigger where tgrelid = c.oid and tgenabled <> 'O'),
      (select count(*) from pg_constraint where conrelid = c.oid and contype = 'f')
    from pg_class c where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1
"""


@dataclass(frozen=True)
class Installation:
    """A database and the store that belongs to it."""

    settings: Settings

    @property
    def url(self) -> str:
        assert self.settings.database_url
        return self.settings.database_url.get_secret_value()

    @property
    def store(self) -> FolderStore:
        return FolderStore(self.settings.assets_folder)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(query.encode()).fetchall()

    def fill(self, pictures: int = 2) -> list[str]:
        """Make a workflow, an ended run, one that goes on, and assets; give their hashes."""
        hashes: list[str] = []
        engine = make_sync_engine(self.url)
        with Session(engine) as session:
            make_workflow(session)
            claimed = make_claimed(session)
            complete_nodes(session, claimed, "a")
            make_run(session)
            ensure_user(session, "ann")
            for number in range(pictures):
                data = f"picture {number} of {uuid4()}".encode()
                sha256 = self.store.put(data)
                info = MediaInfo("image/png", 4, 4)
                add_asset(session, "ann", media_value("ann", sha256, len(data), info))
                hashes.append(sha256)
            session.commit()
        engine.dispose()
        return hashes


MakeInstallation = Callable[..., Installation]
"""Of the address of its database; without one it is new."""


@pytest.fixture
def make_installation(cluster: EmbeddedPostgres, tmp_path: Path) -> Iterator[MakeInstallation]:
    """Make databases that are dropped at the end."""
    names: list[str] = []

    def make(url: str = "") -> Installation:
        name = f"backup_{uuid4().hex[:8]}"
        names.append(name)
        return Installation(
            Settings().model_copy(
                update={
                    "database_url": SecretStr(url or cluster.url(name)),
                    "home": tmp_path / name,
                    "assets": str(tmp_path / name / "assets"),
                }
            )
        )

    yield make
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        for name in names:
            statement = sql.SQL("drop database if exists {} with (force)")
            connection.execute(statement.format(sql.Identifier(name)))


@pytest.fixture
def source(make_installation: MakeInstallation) -> Installation:
    """A migrated database with something in it."""
    made = make_installation()
    migrate(made.url)
    made.fill()
    return made


@pytest.fixture
def target(make_installation: MakeInstallation) -> Installation:
    """A database that is not there yet."""
    return make_installation()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "nodeloom.backup"


def everything(installation: Installation) -> dict[str, list[tuple[object, ...]]]:
    """Give every row of every table, as text."""
    names = [str(row[0]) for row in installation.rows(TABLES)]
    return {name: installation.rows(f"select t::text from {name} t order by 1") for name in names}


def test_every_row_and_every_byte_comes_back_with_every_rule(
    source: Installation, target: Installation, file: Path
) -> None:
    assert run_backup(source.settings, file) == 0
    run_restore(target.settings, file)
    assert everything(target) == everything(source)
    assert target.rows(TABLES) == source.rows(TABLES)  # triggers, foreign keys and row security
    for (sha256,) in source.rows("select sha256 from assets"):
        assert target.store.read(str(sha256)) == source.store.read(str(sha256))
    engine = make_sync_engine(target.url)
    with Session(engine) as session:  # ids go on after those that are there
        ids = {row[0] for row in source.rows("select id from workflows")}
        assert make_workflow(session).id not in ids
    engine.dispose()


def test_a_database_that_is_not_empty_is_refused_and_stays(
    source: Installation, file: Path
) -> None:
    run_backup(source.settings, file)
    before = everything(source)
    with pytest.raises(ConflictError, match="not empty") as caught:
        run_restore(source.settings, file)
    assert caught.value.code == "database_not_empty"
    assert everything(source) == before


def test_tables_of_another_program_are_refused(
    source: Installation, target: Installation, file: Path, cluster: EmbeddedPostgres
) -> None:
    run_backup(source.settings, file)
    cluster.ensure_database(target.url.rsplit("/", 1)[1])
    with psycopg.connect(target.url) as connection:
        connection.execute("create table theirs (id int)")
    with pytest.raises(ConflictError, match="of another program"):
        run_restore(target.settings, file)


def test_the_owner_of_the_database_needs_no_further_rights(
    source: Installation,
    make_installation: MakeInstallation,
    cluster: EmbeddedPostgres,
    file: Path,
) -> None:
    tag = uuid4().hex[:8]
    owners: list[str] = []
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        roles = "nodeloom_app, nodeloom_engine, nodeloom_identity"
        connection.execute(f"create role owner_{tag} login password 'secret'".encode())
        connection.execute(f"grant {roles} to owner_{tag} with inherit false, set true".encode())
        for name in ("from", "to"):
            connection.execute(f"create database {name}_{tag} owner owner_{tag}".encode())
            owners.append(f"postgresql://owner_{tag}:secret@127.0.0.1:{cluster.port}/{name}_{tag}")
    try:
        first, second = (make_installation(url) for url in owners)
        run_backup(source.settings, file)
        run_restore(first.settings, file)
        again = file.with_name("again")
        assert run_backup(first.settings, again) == 0
        run_restore(second.settings, again)
        as_admin = replace(
            second,
            settings=second.settings.model_copy(
                update={"database_url": SecretStr(cluster.url(f"to_{tag}"))}
            ),
        )
        assert everything(as_admin) == everything(source)
    finally:
        with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
            for name in ("from", "to"):
                connection.execute(f"drop database if exists {name}_{tag} with (force)".encode())
            connection.execute(f"drop role owner_{tag}".encode())


def test_an_older_backup_is_migrated(
    source: Installation, target: Installation, file: Path
) -> None:
    downgrade(source.url, next(iter(older_revisions())))
    revision = current_revision(source.url)
    assert revision != head_revision()
    run_backup(source.settings, file)
    assert verify(file).revision == revision
    run_restore(target.settings, file)
    assert current_revision(target.url) == head_revision()
    assert target.rows("select id from workflow_runs order by 1") == source.rows(
        "select id from workflow_runs order by 1"
    )


def older_revisions() -> list[str]:
    from db.postgres.migrate import known_revisions

    return [name for name in known_revisions() if name.startswith(OLDER)]


@pytest.mark.parametrize("where", ["end", "middle", "manifest", "table", "asset", "another"])
def test_a_file_that_is_not_whole_is_refused_before_anything_is_made(
    source: Installation, target: Installation, file: Path, where: str
) -> None:
    run_backup(source.settings, file)
    data = bytearray(file.read_bytes())
    if where == "another":
        data = bytearray(b"A letter to my grandmother.\n" * 1000)
    elif where in ("end", "middle"):
        del data[-12_000 if where == "end" else len(data) // 2 :]
    else:
        with tarfile.open(file) as tar:
            name = {"manifest": "manifest.json", "table": "tables/", "asset": "assets/"}[where]
            member = next(each for each in tar if each.name.startswith(name))
        data[member.offset_data + member.size // 2] ^= 1
    file.write_bytes(data)
    with pytest.raises(InvalidInputError) as caught:
        run_restore(target.settings, file)
    assert caught.value.code == "backup_unreadable"
    with pytest.raises(AppError):  # there is no such database
        current_revision(target.url)
    assert not target.settings.assets_folder.exists()


def test_a_changed_byte_anywhere_in_the_manifest_is_refused_or_changes_nothing(
    source: Installation, file: Path
) -> None:
    run_backup(source.settings, file)
    intact, data = verify(file), file.read_bytes()
    with tarfile.open(file) as tar:
        member = tar.getmember("manifest.json")
    for place in range(member.offset_data, member.offset_data + member.size, 97):
        changed = bytearray(data)
        changed[place] ^= 1
        file.write_bytes(changed)
        with contextlib.suppress(InvalidInputError):
            assert verify(file).model_copy(update={"own_sha256": intact.own_sha256}) == intact


def test_a_backup_that_is_interrupted_leaves_no_file(source: Installation, file: Path) -> None:
    with psycopg.connect(source.url) as connection:
        connection.execute("alter table workflow_runs rename to renamed")
        connection.execute("alter table assets rename to elsewhere")
        connection.commit()
    with pytest.raises((AppError, StopIteration, psycopg.Error)):
        run_backup(source.settings, file)
    assert list(file.parent.glob("nodeloom.backup*")) == []


def test_another_file_is_never_replaced(source: Installation, file: Path) -> None:
    file.write_text("precious")
    with pytest.raises(ConflictError) as caught:
        run_backup(source.settings, file)
    assert caught.value.code == "file_exists"
    assert file.read_text() == "precious"


def test_assets_that_are_missing_or_damaged_are_named_and_the_rest_is_saved(
    source: Installation, target: Installation, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hashes = sorted(str(row[0]) for row in source.rows("select sha256 from assets"))
    source.store.path(hashes[0]).unlink()
    source.store.path(hashes[1]).write_bytes(b"x" * source.store.path(hashes[1]).stat().st_size)
    third = source.fill(1)[0]
    assert run_backup(source.settings, file) == 1
    told = capsys.readouterr().err
    assert hashes[0] in told
    assert hashes[1] in told
    run_restore(target.settings, file)
    assert target.store.read(third) == source.store.read(third)
    assert not target.store.contains(hashes[1])


def test_assets_go_into_a_bucket_and_out_of_it(
    source: Installation,
    make_installation: MakeInstallation,
    file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run_backup(source.settings, file)
    with s3_server(tmp_path / "bucket") as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        open_bucket.cache_clear()
        in_bucket = Installation(
            make_installation().settings.model_copy(update={"assets": f"{server.url}/assets"})
        )
        run_restore(in_bucket.settings, file)
        shutil.rmtree(in_bucket.settings.home_folder / "cache")
        again, back = tmp_path / "again", make_installation()
        assert run_backup(in_bucket.settings, again) == 0
        open_bucket.cache_clear()
    run_restore(back.settings, again)
    for (sha256,) in source.rows("select sha256 from assets"):
        assert back.store.read(str(sha256)) == source.store.read(str(sha256))


def test_a_large_home_is_copied_in_pieces(
    source: Installation, target: Installation, file: Path
) -> None:
    size = 80_000_000
    data = uuid4().bytes * (size // 16)
    sha256 = source.store.put(data)
    engine = make_sync_engine(source.url)
    with Session(engine) as session:
        add_asset(session, "ann", media_value("ann", sha256, size, MediaInfo("image/png", 9, 9)))
        session.commit()
    engine.dispose()
    del data
    tracemalloc.start()
    try:
        assert run_backup(source.settings, file) == 0
        run_restore(target.settings, file)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < size / 2
    assert target.store.path(sha256).stat().st_size == size
    assert sum(member.size for member in read_members(file)) > size
