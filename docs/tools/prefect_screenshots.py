"""Pictures of Prefect's pages, from a running Nodeloom; `take_screenshots.py` calls them."""

import io
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

import httpx
from editor_screenshots import FOLDER, VIEWPORT
from PIL import Image
from playwright.sync_api import Page

from local.prefect.auth import get_auth_string, sign_in_url
from local.prefect.server import client_environment
from local.running import Addresses

ROOT: Final = Path(__file__).parents[2]
TIMEOUT_MS: Final = 120_000
WIDE_VIEWPORT: Final = {"width": 1800, "height": 900}
"""Where Prefect's pages cut what is in their columns otherwise."""
TALL_VIEWPORT: Final = {"width": 1440, "height": 1040}
CROP_GRID: Final = ROOT / "examples" / "crop-grid.json"
DAILY: Final = {"kind": "cron", "cron": "0 9 * * *", "timeZone": "Europe/Berlin"}
EVERY_MINUTE: Final = {"kind": "interval", "everySeconds": 60}
MIN_TICKS: Final = 4
"""Runs of a schedule that are to be seen."""
FAILING_WORKFLOW: Final[dict[str, Any]] = {
    "name": "A picture that is gone",
    "nodes": [
        {
            "id": "lost",
            "type": "image",
            "position": {"x": 0, "y": 0},
            "data": {
                "label": "Lost picture",
                "source": {"kind": "url", "url": "https://shop.invalid/cup.jpg"},
                "settings": {"retries": 0},
            },
        }
    ],
    "edges": [],
}


def prepare_runs(running: Addresses, workflow_id: int) -> list[str]:
    """Do what docs/prefect.md tells an operator to do, and run what there is to be seen.

    Returns:
        The schedules that were made, for `tidy`.
    """
    home = Path(running["home"])
    environment = os.environ | client_environment(home, f"{running['prefect']}/api")
    programs = Path(sys.executable).parent
    entry = [
        "deploy",
        "flows.prefect.host.flow.run_workflow",
        "--pool",
        "nodeloom",
        "--tag",
        "nodeloom",
    ]
    entry += ["--timezone", "UTC", "--param", f"workflow_id={workflow_id}"]
    commands = [
        ["prefect", "--no-prompt", "deploy", "--all"],
        ["nodeloom", "dashboards", "--home", str(home)],
        ["prefect", "--no-prompt", *entry, "--name", "marketing-kit", "--cron", "0 * * * *"],
    ]
    for program, *words in commands:
        subprocess.run([programs / program, *words], cwd=ROOT, env=environment, check=True)
    imported = subprocess.run(
        [programs / "nodeloom", "import", CROP_GRID, "--api", running["api"]],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    grid = int(imported.stdout.split()[-1])
    with httpx.Client(base_url=running["api"], trust_env=False, timeout=30) as http:
        made = [
            _schedule(http, grid, "Mornings", DAILY),
            _schedule(http, grid, "Every minute", EVERY_MINUTE),
        ]
        failing = http.post("/api/workflows", json=FAILING_WORKFLOW).raise_for_status().json()["id"]
        http.post(f"/api/workflows/{failing}/runs", json={}).raise_for_status()
        again = {"reuse": "never"}
        for _ in range(2):  # the second one is of the deployment
            path = f"/api/workflows/{workflow_id}/runs"
            run = http.post(path, json=again).raise_for_status().json()
            while run["finishedAt"] is None:
                time.sleep(1)
                run = http.get(f"/api/runs/{run['id']}").json()
        while len(http.get(f"/api/schedules/{made[-1]}/ticks").json()["items"]) < MIN_TICKS:
            time.sleep(1)
    time.sleep(10)  # until the artifacts are written
    return made


def _schedule(http: httpx.Client, workflow_id: int, name: str, timing: Any) -> str:
    """Make a schedule as the editor does."""
    body = {"name": name, "timing": timing, "reuse": "never"}
    made = http.post(f"/api/workflows/{workflow_id}/schedules", json=body)
    return made.raise_for_status().json()["id"]


def delete_schedules(running: Addresses, schedules: list[str]) -> None:
    """Delete what would go on by itself."""
    with httpx.Client(base_url=running["api"], trust_env=False, timeout=30) as http:
        for id in schedules:
            http.delete(f"/api/schedules/{id}").raise_for_status()


def take_screenshots(page: Page, running: Addresses, run: Any) -> None:
    """Take them all."""
    root = running["prefect"]
    page.emulate_media(color_scheme="dark")  # as the older pages of Prefect are
    if auth := get_auth_string(Path(running["home"])):
        page.goto(sign_in_url(root, auth))
        page.wait_for_url(lambda url: "/sign-in" not in url)
    with httpx.Client(base_url=running["api"], trust_env=False, timeout=30) as http:
        runs = http.get(f"/api/workflows/{run['workflowId']}/runs").raise_for_status().json()
    page.goto(runs["items"][0]["prefectUrl"])
    page.get_by_text("Beginning flow run").first.wait_for(timeout=TIMEOUT_MS)
    take_screenshot(page, "prefect-flow-run")
    page.set_viewport_size(TALL_VIEWPORT)
    page.locator("#artifacts").click()
    page.get_by_text("-nodes").last.wait_for(timeout=TIMEOUT_MS)
    page.mouse.move(800, 700)
    page.mouse.wheel(0, 2000)
    page.mouse.move(100, 600)  # away from what lights up
    take_screenshot(page, "prefect-artifacts")
    page.set_viewport_size(VIEWPORT)
    table, image = (
        _artifact(root, auth, f"workflow-{run['workflowId']}-{name}")
        for name in ("nodes", "crop-picture")
    )
    for path, name, shown, size in (
        (f"/artifacts/artifact/{table}", "prefect-artifact-table", "-nodes", WIDE_VIEWPORT),
        (f"/artifacts/artifact/{image}", "prefect-picture", "-crop-picture", VIEWPORT),
        ("/dashboard", "prefect-dashboard", "Flow Runs", VIEWPORT),
        ("/deployments", "prefect-deployments", "Every minute", WIDE_VIEWPORT),
        (
            "/v2/runs?tab=task-runs&task-runs-sort=DURATION_DESC&range=today",
            "prefect-slow-nodes",
            "Longest to shortest",
            WIDE_VIEWPORT,
        ),
    ):
        page.set_viewport_size(size)
        page.goto(root + path)
        page.get_by_text(shown).first.wait_for(timeout=TIMEOUT_MS)
        take_screenshot(page, name)


def _artifact(root: str, auth: str | None, key: str) -> str:
    """Give the newest artifact of a key."""
    basic = httpx.BasicAuth(*auth.split(":", 1)) if auth else None
    wanted = {"artifacts": {"key": {"any_": [key]}}, "sort": "CREATED_DESC", "limit": 1}
    found = httpx.post(f"{root}/api/artifacts/filter", json=wanted, auth=basic, trust_env=False)
    return found.raise_for_status().json()[0]["id"]


def take_screenshot(page: Page, name: str) -> None:
    """Write what is to be seen once the page has settled, in 256 colours."""
    page.wait_for_timeout(4000)
    drawn = Image.open(io.BytesIO(page.screenshot()))
    few = drawn.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    few.save(FOLDER / f"{name}.png", optimize=True)
