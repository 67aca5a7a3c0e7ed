"""A home is backed up while a run goes on, and another home goes on with all of it."""

from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from local.postgres.server import EmbeddedPostgres
from support.nodes.media import encoded, numbered_pixels
from support.product.backend import edge, eventually, graph, node
from support.product.nodeloom import Up, nodeloom
from support.servers.scripted_model import ScriptedModel


@pytest.fixture
def provider(scripted_model: ScriptedModel) -> dict[str, str]:
    return {"GEMINI_API_KEY": "test", "GEMINI_BASE_URL": scripted_model.url}


def client(up: Up) -> httpx.Client:
    return httpx.Client(base_url=up.addresses["api"], trust_env=False, timeout=30)


def start(http: httpx.Client, document: Any) -> dict[str, Any]:
    workflow = http.post("/api/workflows", json=document).raise_for_status().json()["id"]
    return http.post(f"/api/workflows/{workflow}/runs", json={}).raise_for_status().json()


def ended(http: httpx.Client, run_id: str) -> dict[str, Any]:
    def poll() -> Any:
        run = http.get(f"/api/runs/{run_id}").raise_for_status().json()
        return run if run["finishedAt"] else None

    return eventually(poll, 120)


def flow_runs(home: Path, up: Up) -> set[str]:
    """Give the ids of the flow runs that Prefect knows."""
    user, password = (home / "prefect.password").read_text().strip().split(":", 1)
    url = f"{up.addresses['prefect']}/api/flow_runs/filter"
    with httpx.Client(trust_env=False, auth=(user, password)) as http:
        return {each["id"] for each in http.post(url, json={}).raise_for_status().json()}


def test_a_home_is_backed_up_while_a_run_goes_on_and_another_goes_on_with_it(
    home: Path, provider: dict[str, str]
) -> None:
    file, picture = home.parent / "nodeloom.backup", encoded(numbered_pixels((64, 48)))
    with Up(home, **provider) as up, client(up) as http:
        asset = http.post("/api/assets", files={"file": ("a.png", picture)}).json()
        crop = graph(
            [
                node("image", "image", source={"kind": "asset", "assetId": asset["id"]}),
                node("crop", "crop", widthPercent=50),
            ],
            [edge("image", "crop", "image")],
        )
        done = start(http, crop)
        before = ended(http, done["id"])
        assert before["status"] == "COMPLETED"
        stored = http.get(f"/api/assets/{asset['id']}").content
        schedule = http.post(
            f"/api/workflows/{done['workflowId']}/schedules",
            json={
                "name": "Yearly",
                "timing": {"kind": "cron", "cron": "0 4 1 1 *", "timeZone": "UTC"},
            },
        )
        assert schedule.status_code == 201, schedule.text
        slow = graph(
            [
                node("first", "llm", userMessage="say one"),
                node("second", "llm", systemPrompt="{{input}}", userMessage="wait 6 say two"),
            ],
            [edge("first", "second", "systemPrompt")],
        )
        going = start(http, slow)

        def second_runs() -> bool:
            run = http.get(f"/api/runs/{going['id']}").json()
            return any(each["status"] == "RUNNING" for each in run["nodeExecutions"])

        eventually(second_runs, 60)
        known = eventually(lambda: flow_runs(home, up), 60)
        told = nodeloom("backup", file, "--home", home)
        assert told.returncode == 0, told.stderr
        assert "Prefect’s database" in told.stdout
        assert ended(http, going["id"])["status"] == "COMPLETED"  # backing up disturbed nothing
    assert file.stat().st_mode & 0o077 == 0

    other = home.parent / "other"
    told = nodeloom("restore", file, "--home", other)
    assert told.returncode == 0, told.stderr
    assert "assets" in told.stdout
    with Up(other, **provider) as up, client(up) as http:
        assert known <= flow_runs(other, up)
        after = ended(http, done["id"])
        assert after["nodeExecutions"] == before["nodeExecutions"]
        assert http.get(f"/api/assets/{asset['id']}").content == stored
        schedules = http.get(f"/api/workflows/{done['workflowId']}/schedules").json()["items"]
        assert [each["id"] for each in schedules] == [schedule.json()["id"]]
        taken_up = ended(http, going["id"])
        assert taken_up["status"] == "COMPLETED"
        assert [each["status"] for each in taken_up["nodeExecutions"]] == ["COMPLETED"] * 2
        again = http.post(f"/api/workflows/{done['workflowId']}/runs", json={"reuse": "never"})
        assert ended(http, again.json()["id"])["status"] == "COMPLETED"
        assert http.post("/api/workflows", json=crop).json()["id"] > going["workflowId"]
    password = "prefect.password"
    assert (home / password).read_text() == (other / password).read_text()

    refused = nodeloom("restore", file, "--home", other)
    assert refused.returncode == 1
    assert "not empty" in refused.stderr
    with EmbeddedPostgres(other) as postgres, psycopg.connect(postgres.url()) as connection:
        assert connection.execute("select count(*) from workflow_runs").fetchone() == (3,)
