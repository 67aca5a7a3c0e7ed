"""The embedded PostgreSQL server: started, stopped, killed, and refused."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from local.postgres.cluster import find_cluster, server_user
from local.postgres.server import EmbeddedPostgres
from schemas.errors import ConflictError, UnavailableError
from support.product.processes import is_alive, read, wait_for

HOLD = """
import sys, time
from pathlib import Path
from local.postgres.server import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]))
server.start()
server.ensure_database("nodeloom")
print(server.url(), flush=True)
time.sleep(600)
"""


@pytest.fixture
def postgres(home: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(home)


def start_in_a_child(home: Path) -> tuple[subprocess.Popen[str], str]:
    """Start a server in a process of its own, which a test may kill; give it and the address."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout
    return holder, holder.stdout.readline().strip()


def kill(holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.wait()
    assert holder.stdout
    holder.stdout.close()


def server_pid(home: Path) -> int:
    cluster = find_cluster(home)
    assert cluster
    return int(read(cluster.data / "postmaster.pid").split()[0])


def test_a_server_starts_on_a_free_port_and_keeps_its_data(postgres: EmbeddedPostgres) -> None:
    with postgres:
        postgres.ensure_database("nodeloom")
        with psycopg.connect(postgres.url()) as connection:
            connection.execute("create table words as select 'kept' as word")
    with postgres, psycopg.connect(postgres.url()) as connection:
        assert connection.execute("select word from words").fetchone() == ("kept",)


def test_a_restart_keeps_port_and_address(postgres: EmbeddedPostgres) -> None:
    with postgres:
        before = postgres.url()
    with postgres:
        assert postgres.url() == before


def test_the_cluster_has_checksums_utf8_and_a_password(postgres: EmbeddedPostgres) -> None:
    with postgres, psycopg.connect(postgres.url("postgres")) as connection:
        shown = {
            name: connection.execute(sql.SQL("show {}").format(sql.Identifier(name))).fetchone()
            for name in ("data_checksums", "server_encoding", "password_encryption", "fsync")
        }
        assert shown == {
            "data_checksums": ("on",),
            "server_encoding": ("UTF8",),
            "password_encryption": ("scram-sha-256",),
            "fsync": ("on",),
        }
        wrong = postgres.url("postgres").replace("nodeloom:", "nodeloom:x")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(wrong)


def test_only_the_records_of_prefect_may_lose_a_second(postgres: EmbeddedPostgres) -> None:
    with postgres:
        for name in ("nodeloom", "prefect"):
            postgres.ensure_database(name)
            postgres.ensure_database(name)  # the second time does nothing
        found: dict[str, object] = {}
        for name in ("nodeloom", "prefect"):
            with psycopg.connect(postgres.url(name)) as connection:
                found[name] = connection.execute("show synchronous_commit").fetchone()
    assert found == {"nodeloom": ("on",), "prefect": ("off",)}


def test_files_with_secrets_are_closed_to_others(postgres: EmbeddedPostgres, home: Path) -> None:
    with postgres:
        for name in ("postgres.password", "postgres.json"):
            assert (home / name).stat().st_mode & 0o077 == 0
        assert (postgres.folder / "data").stat().st_mode & 0o077 == 0


def test_a_second_server_on_the_same_home_is_refused(postgres: EmbeddedPostgres) -> None:
    with postgres:
        second = EmbeddedPostgres(postgres.home)
        with pytest.raises(ConflictError, match=rf"already running .* \(process {os.getpid()}\)"):
            second.start()
        with psycopg.connect(postgres.url("postgres")) as connection:
            assert connection.execute("select 1").fetchone() == (1,)


def test_the_server_dies_with_a_killed_parent_and_loses_nothing(home: Path) -> None:
    holder, url = start_in_a_child(home)
    server = server_pid(home)
    with psycopg.connect(url) as connection:
        connection.execute("create table words as select 'committed' as word")
    kill(holder)
    wait_for(lambda: not is_alive(server), "the server has ended")
    with EmbeddedPostgres(home) as again, psycopg.connect(again.url()) as connection:
        assert connection.execute("select word from words").fetchone() == ("committed",)


def test_a_start_right_after_a_kill_waits_for_the_old_server(home: Path) -> None:
    holder, url = start_in_a_child(home)
    kill(holder)
    with EmbeddedPostgres(home) as again:
        assert again.url() == url


def test_a_server_that_was_killed_itself_recovers(postgres: EmbeddedPostgres) -> None:
    with postgres:
        postgres.ensure_database("nodeloom")
        with psycopg.connect(postgres.url()) as connection:
            connection.execute("create table words as select 'committed' as word")
        os.kill(server_pid(postgres.home), signal.SIGKILL)
        wait_for(lambda: not postgres.running, "the server has ended")
        postgres.restart()
        with psycopg.connect(postgres.url()) as connection:
            assert connection.execute("select word from words").fetchone() == ("committed",)


def test_a_pid_file_that_names_another_program_is_no_obstacle(postgres: EmbeddedPostgres) -> None:
    with postgres:
        data = postgres.folder / "data"
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n")
    with postgres:
        assert postgres.running


def test_a_wanted_port_that_is_taken_is_named(home: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ConflictError, match=f"Port {port} on 127.0.0.1"):
            EmbeddedPostgres(home, port).start()


def test_a_remembered_port_that_is_taken_gives_way_to_a_free_one(
    postgres: EmbeddedPostgres,
) -> None:
    with postgres:
        before = postgres.port
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", before))
        other.listen()
        with postgres:
            assert postgres.port != before


def test_data_of_another_major_version_are_refused_untouched(postgres: EmbeddedPostgres) -> None:
    with postgres:
        version = postgres.folder / "data" / "PG_VERSION"
    version.write_text("16\n")
    with pytest.raises(UnavailableError, match=r"made by PostgreSQL 16; .* PostgreSQL 18"):
        postgres.start()
    assert version.read_text() == "16\n"


def test_a_home_that_cannot_be_made_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnavailableError, match=r"cannot be written .* --home or NODELOOM_HOME"):
        EmbeddedPostgres(tmp_path / "file" / "home").start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's data must lie elsewhere")
def test_a_home_that_nobody_can_enter_keeps_its_data_elsewhere(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    home = closed / "home"
    with EmbeddedPostgres(home) as server:
        folder = server.folder
        assert folder.parent == Path("/var/lib")
        assert (folder / "home").read_text() == str(home)
        assert find_cluster(home)
    shutil.rmtree(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="others run it as themselves")
def test_as_root_the_server_runs_as_nobody(postgres: EmbeddedPostgres) -> None:
    user = server_user()
    assert user
    with postgres:
        status = Path(f"/proc/{server_pid(postgres.home)}").stat()
        assert (status.st_uid, status.st_gid) == (user.uid, user.gid)
