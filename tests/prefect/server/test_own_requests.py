"""Prefect's pages, the older and the newer ones, ask nobody but the server they come from."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from playwright.async_api import async_playwright

from local.machine.health import is_healthy
from local.machine.home import prepare_home
from local.machine.ports import find_free_port
from local.machine.process import start_process, wait_until
from local.postgres.server import EmbeddedPostgres
from local.prefect.auth import get_auth_string, sign_in_url
from support.product.prefect_server import PrefectServer

CHROMIUM = shutil.which("chromium")
PAGES = (
    "/runs",
    "/deployments",
    "/v2/runs",
    "/v2/dashboard",
    "/v2/flows",
    "/v2/deployments",
    "/v2/work-pools",
    "/v2/automations",
    "/v2/blocks",
    "/v2/settings",
)


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine")
async def test_no_page_asks_anybody_else(prefect_server: PrefectServer, home: Path) -> None:
    root = prefect_server.api_url.removesuffix("/api")
    asked: list[str] = []
    refused: list[str] = []
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = await chromium.new_context(viewport={"width": 1280, "height": 800})
        context.set_default_timeout(120_000)
        context.on("request", lambda request: asked.append(request.url))
        context.on("console", lambda message: refused.append(message.text))
        page = await context.new_page()
        await page.goto(sign_in_url(root, get_auth_string(home) or ""))
        await page.wait_for_url(lambda url: "/sign-in" not in url)
        await page.wait_for_load_state("networkidle")
        for path in PAGES:
            page = await context.new_page()  # one that is left while it asks forgets who it is
            await page.goto(f"{root}{path}")
            await page.wait_for_function("document.body.innerText.length > 50")
            await page.wait_for_load_state("networkidle")
            assert "login" not in page.url
        await chromium.close()
    outside = [url for url in asked if not re.match(rf"{root}/|data:|blob:", url)]
    assert outside == []
    assert len(asked) > 50
    assert not [text for text in refused if "Content Security Policy" in text], refused


def test_other_machines_reach_it_with_the_password_only(
    tmp_path: Path, cluster: EmbeddedPostgres
) -> None:
    home, port = prepare_home(tmp_path / "home"), find_free_port()
    cluster.ensure_database("nodeloom_prefect")
    environment = {
        **os.environ,
        "DATABASE_URL": cluster.url("nodeloom"),
        "NODELOOM_HOME": str(home),
        "NODELOOM_LOG_FORMAT": "json",
    }
    command = [Path(sys.executable).with_name("nodeloom"), "prefect"]
    command += ["--host", "0.0.0.0", "--port", str(port)]
    off = environment | {"NODELOOM_PREFECT_AUTH": "off"}
    refused = subprocess.run(command, env=off, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    (line,) = [json.loads(line) for line in refused.stderr.splitlines()]
    assert (line["code"], "password" in line["message"]) == ("bind_not_local", True)

    log = home / "prefect.log"
    server = start_process("prefect", command, log=log, env=environment, cwd=home)
    try:
        address = f"http://127.0.0.1:{port}"
        assert wait_until(lambda: is_healthy(f"{address}/api/health"), server, 120), log.read_text()
        user, _, password = (get_auth_string(home) or "").partition(":")
        elsewhere = {"Host": f"prefect.example.com:{port}"}
        with httpx.Client(base_url=address, headers=elsewhere) as http:
            assert http.post("/api/flows/filter").status_code == 401
            assert http.post("/api/flows/filter", auth=(user, password)).status_code == 200
            page = http.get("/runs", headers={"Accept": "text/html"})
            assert (page.status_code, page.headers["location"]) == (302, "/sign-in?to=/runs")
            settings = http.get("/ui-settings", auth=(user, password)).json()
            assert settings["api_url"] == "/api"
    finally:
        server.stop()
    for text in log.read_text().splitlines():
        assert json.loads(text)["message"]
