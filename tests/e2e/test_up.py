"""`nodeloom up`: one command, every part, and nothing left behind however it ends."""

import json
import os
import re
import signal
import socket
from pathlib import Path

import httpx
import psycopg
import pytest

from local.postgres.server import EmbeddedPostgres
from local.running import find_instance
from support.product.nodeloom import SharedUp, Up, nodeloom
from support.product.processes import descendants, is_alive, wait_for


def family(up: Up) -> set[int]:
    """Every process that `up` has started, which must include all parts."""
    found = descendants(up.pid)
    for part in (
        "nodeloom api",
        "nodeloom worker",
        "nodeloom recorder",
        "nodeloom model",
        "local.prefect.main",
        "postgres",
    ):
        assert any(part in command for command in found.values()), f"no process of {part}"
    return set(found)


def test_the_ready_line_says_where_everything_is(up: Up, e2e_home: Path) -> None:
    assert up.ready_line == f"ready {json.dumps(up.addresses)}"
    assert list(up.addresses) == ["api", "prefect", "home"]
    assert up.addresses["home"] == str(e2e_home)
    with httpx.Client(trust_env=False) as http:
        health = http.get(f"{up.addresses['api']}/health/ready").json()
        assert http.get(f"{up.addresses['prefect']}/api/health").json() is True
        html = {"accept": "text/html"}
        page = http.get(up.addresses["prefect"], follow_redirects=True, headers=html)
        assert str(e2e_home / "prefect.password") in page.text
        assert http.get(f"{up.addresses['prefect']}/api/admin/version").status_code == 401
    assert health["status"] == "ok"
    names = {"database", "migrations", "worker", "assets", "prefect"}
    assert {part["name"] for part in health["parts"]} == names
    assert "nodeloom run examples/" in up.stderr
    assert (e2e_home / "prefect.password").read_text().strip() not in up.stderr  # no terminal
    running = find_instance(e2e_home)
    assert running == {**up.addresses, "pid": up.pid}


def test_doctor_finds_nothing_broken(up: Up, e2e_home: Path) -> None:
    told = nodeloom("doctor", "--home", e2e_home)
    assert told.returncode == 0, told.stdout + told.stderr
    assert up.addresses["api"] in told.stdout
    for name in ("postgres.password", "prefect.password"):
        assert (e2e_home / name).read_text().strip() not in told.stdout
    assert str(e2e_home / "prefect.password") in told.stdout.replace("\n", "")


def test_kill_9_leaves_no_process_behind_and_the_next_start_works(
    up: Up, shared_up: SharedUp, e2e_home: Path
) -> None:
    parts = family(up)
    up.process.kill()
    up.process.wait()
    wait_for(lambda: not any(map(is_alive, parts)), "no part is left")
    assert find_instance(e2e_home) is None
    again = shared_up.running()
    assert again is not up
    with httpx.Client(trust_env=False) as http:
        assert http.get(f"{again.addresses['api']}/health/ready").json()["status"] == "ok"


def test_a_second_up_on_the_same_home_is_refused_and_disturbs_nothing(
    up: Up, e2e_home: Path
) -> None:
    second = nodeloom("up", "--port", "0", "--prefect-port", "0", "--home", e2e_home)
    assert second.returncode == 1
    assert f"already running in {e2e_home} (process {up.pid})" in second.stderr
    assert find_instance(e2e_home) == {**up.addresses, "pid": up.pid}


@pytest.mark.parametrize("part", ["nodeloom worker", "nodeloom api", "bin/postgres"])
def test_a_part_that_dies_is_started_again(up: Up, part: str) -> None:
    def find() -> set[int]:
        return {pid for pid, command in descendants(up.pid).items() if part in command}

    (victim,) = find()
    stderr_before = up.stderr
    os.kill(victim, signal.SIGKILL)
    wait_for(lambda: bool(find() - {victim}), f"{part} runs again")
    with httpx.Client(trust_env=False, base_url=up.addresses["api"]) as http:

        def healthy() -> bool:
            try:
                return http.get("/health/ready").json()["status"] == "ok"
            except httpx.HTTPError:
                return False

        wait_for(healthy, "all parts answer again", seconds=60)
    assert "ended unexpectedly" in up.stderr.removeprefix(stderr_before)


def test_a_taken_port_is_named_with_who_has_it_and_a_way_out(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        told = nodeloom("up", "--port", str(port), "--prefect-port", "0", "--home", tmp_path / "h")
    assert told.returncode == 1
    assert re.search(rf"Port {port}, which the API should listen on, is used by ", told.stderr)
    assert "--port 0" in told.stderr
    assert not (tmp_path / "h" / "postgres").exists()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://nobody:secret@127.0.0.1:1/none", "does not answer|cannot be reached"),
        ("mysql://user@host/name", "postgresql://"),
    ],
    ids=["unreachable", "not PostgreSQL"],
)
def test_a_wrong_database_url_is_one_plain_sentence(tmp_path: Path, url: str, says: str) -> None:
    ports = ("--port", "0", "--prefect-port", "0")
    told = nodeloom("up", *ports, "--home", tmp_path / "h", DATABASE_URL=url)
    assert told.returncode == 1
    assert re.search(says, told.stderr), told.stderr
    assert "Traceback" not in told.stderr
    assert "secret" not in told.stderr


def test_nothing_running_is_told_with_what_to_do(tmp_path: Path) -> None:
    told = nodeloom("export", "1", "--home", tmp_path)
    assert told.returncode == 1
    assert "start it with `nodeloom up`" in told.stderr


def test_ctrl_c_stops_every_part(up: Up, e2e_home: Path) -> None:
    parts = family(up)
    up.process.send_signal(signal.SIGINT)
    assert_ended(up, parts, e2e_home)


def assert_ended(up: Up, parts: set[int], home: Path) -> None:
    assert up.process.wait(30) == 0
    wait_for(lambda: not any(map(is_alive, parts)), "no part is left")
    assert find_instance(home) is None
    assert not (home / "up.json").exists()


def test_run_brings_its_own_parts_when_nothing_runs(
    shared_up: SharedUp, e2e_home: Path, tmp_path: Path
) -> None:
    shared_up.stop()
    graph = Path(__file__).parents[2] / "examples" / "crop-grid.json"
    told = nodeloom("run", graph, "--output", tmp_path / "out", "--home", e2e_home)
    assert told.returncode == 0, told.stderr
    assert "No Nodeloom is running: starting one for this run." in told.stderr
    assert "COMPLETED" in told.stderr
    assert len(list((tmp_path / "out").glob("*.jpg"))) == 10
    record = json.loads((tmp_path / "out" / "run.json").read_text())
    assert record["status"] == "COMPLETED"
    assert find_instance(e2e_home) is None


def test_what_the_environment_names_is_not_started_and_termination_stops_the_rest(
    tmp_path: Path, home: Path
) -> None:
    with EmbeddedPostgres(home) as server:
        given = {"DATABASE_URL": server.url("ours"), "GEMINI_API_KEY": "a-key"}
        with Up(tmp_path / "home", **given) as up:
            parts = descendants(up.pid)
            with psycopg.connect(server.url("postgres")) as connection:
                names = connection.execute("select datname from pg_database").fetchall()
            up.process.terminate()
            assert_ended(up, set(parts), tmp_path / "home")
    commands = " ".join(parts.values())
    assert "nodeloom worker" in commands
    assert "bin/postgres" not in commands
    assert "nodeloom model" not in commands
    assert {("ours",), ("ours_prefect",)} <= set(names)
    assert not (tmp_path / "home" / "postgres").exists()
