"""`make bench-editor`: opening and dragging in workflows of 500 and 1,000 nodes with pictures.

A stored workflow has at most 500 nodes. The one of 1,000 is given to the page in the place of
the server's answer, to see how far the editor itself carries.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
from playwright.sync_api import Browser, CDPSession, Page, Route, sync_playwright

from bench.editor.graphs import images, workflow
from chaos.stack.work_folder import work_folder
from db.postgres.migrate import migrate
from local.postgres.server import EmbeddedPostgres

CHROMIUM: Final = os.environ.get("CHROMIUM") or shutil.which("chromium")
CHROMIUM_ARGS: Final = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SIZE: Final = {"width": 1440, "height": 900}
IN_PAGE: Final = (Path(__file__).parent / "in_page.js").read_text("utf-8")
TIMEOUT_MS: Final = 120_000
OPEN_OBSERVER: Final = """new MutationObserver(() => {
  const node = document.querySelector(".react-flow__node-step");
  if (!node || getComputedStyle(node).visibility === "hidden") return;
  globalThis.openedAt ??= performance.now();
}).observe(document, { subtree: true, childList: true, attributes: true });"""
TARGETS: Final = {500: 20.0, 1000: 33.0}
"""Median milliseconds of a frame while one node is dragged, by the number of nodes."""
TARGET_OPEN_MS: Final = 1000.0
"""Milliseconds until a workflow of 500 nodes is there."""


@dataclass(frozen=True)
class Drag:
    """How one drag went; times in milliseconds."""

    median: float
    p95: float
    script: float
    """Of each frame, spent in scripts."""
    style: float
    """Of each frame, spent in styles and layout."""
    renders: int
    """How many nodes were drawn again."""
    in_page: int
    """How many nodes are in the page."""


def main() -> None:
    """Measure, and print with the aims."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--frames", type=int, default=180, help="of each drag")
    options.add_argument("--opens", type=int, default=5)
    chosen = options.parse_args()
    with work_folder("bench") as folder, serving(folder) as api:
        client = httpx.Client(base_url=api, trust_env=False, timeout=60)
        assets = images(client)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
            print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, software rendering")
            for count in TARGETS:
                stored = create_workflow(client, count, assets)
                measure(browser, api, stored, count, chosen)
            browser.close()


@contextmanager
def serving(folder: Path) -> Generator[str]:
    """Run the API on a database of its own; gives its address."""
    home = folder / "home"
    with EmbeddedPostgres(home) as server:
        url = server.url("nodeloom")
        migrate(url)
        command = [str(Path(sys.executable).with_name("nodeloom")), "api", "--port", "0"]
        environment = os.environ | {"DATABASE_URL": url, "NODELOOM_HOME": str(home)}
        with (home / "api.log").open("w") as log:
            process = subprocess.Popen(
                command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert process.stdout is not None
        try:
            ready = next((line for line in process.stdout if line.startswith("api ready ")), None)
            if ready is None:
                raise RuntimeError("the API did not start")
            yield ready.split()[-1]
        finally:
            process.terminate()
            process.wait()


def create_workflow(client: httpx.Client, count: int, assets: list[str]) -> dict[str, Any]:
    """Store a workflow, or as much of it as the server takes; give it whole."""
    document = workflow(count, assets)
    max_nodes = client.get("/api/me").json()["limits"]["maxNodes"]
    stored = workflow(min(count, max_nodes), assets)
    answer = client.post("/api/workflows", json=stored).raise_for_status().json()
    return answer | {"nodes": document["nodes"], "edges": document["edges"]}


def measure(
    browser: Browser, api: str, stored: dict[str, Any], count: int, chosen: argparse.Namespace
) -> None:
    """Open the workflow some times, then drag a node with everything in view, and close up."""
    context = browser.new_context(viewport=SIZE)  # pyright: ignore[reportArgumentType]
    page = context.new_page()
    page.set_default_timeout(TIMEOUT_MS)
    page.add_init_script(OPEN_OBSERVER)
    address = f"{api}/workflows/{stored['id']}"
    large = count > max(TARGETS) // 2
    if large:
        page.route(f"**/api/workflows/{stored['id']}", lambda route: serve_workflow(route, stored))
        page.route("**/positions", lambda route: route.fulfill(status=204))
    opened = [measure_open(page, address) for _ in range(chosen.opens)]
    target = (
        ""
        if large
        else f", aim < {TARGET_OPEN_MS:.0f}{is_reached(statistics.median(opened) < TARGET_OPEN_MS)}"
    )
    print(f"\n{count} nodes")
    print(f"  open: median {statistics.median(opened):.0f} ms, best {min(opened):.0f} ms{target}")
    session = context.new_cdp_session(page)
    for name, keys in (("everything in view", "Shift+Digit1"), ("at 100 %", "Shift+Digit0")):
        page.keyboard.press(keys)
        page.wait_for_timeout(1500)
        report(name, drag(page, session, chosen.frames), TARGETS[count])
    context.close()


def serve_workflow(route: Route, stored: dict[str, Any]) -> None:
    """Answer in the place of the server, which takes no workflow that large."""
    route.fulfill(body=json.dumps(stored), content_type="application/json")


def measure_open(page: Page, address: str) -> float:
    """Load the page of a workflow; give when its nodes were there, in milliseconds."""
    page.goto(address)
    page.wait_for_function("() => globalThis.openedAt !== undefined")
    opened: float = page.evaluate("globalThis.openedAt")
    page.wait_for_timeout(500)
    return opened


def drag(page: Page, session: CDPSession, frames: int) -> Drag:
    """Drag one node and measure."""
    session.send("Performance.enable")
    before = metrics(session)
    found: dict[str, Any] = page.evaluate(f"({IN_PAGE.rstrip().rstrip(';')})({frames})")
    after = metrics(session)
    spent = {name: (after[name] - before[name]) * 1000 / frames for name in after}
    times = sorted(found["times"])
    return Drag(
        median=statistics.median(times),
        p95=times[int(len(times) * 0.95)],
        script=spent["ScriptDuration"],
        style=spent["LayoutDuration"] + spent["RecalcStyleDuration"],
        renders=len(found["renders"]),
        in_page=found["inPage"],
    )


def metrics(session: CDPSession) -> dict[str, float]:
    """Give what the browser has spent so far, in seconds."""
    wanted = {"ScriptDuration", "LayoutDuration", "RecalcStyleDuration"}
    samples = session.send("Performance.getMetrics")["metrics"]
    return {each["name"]: each["value"] for each in samples if each["name"] in wanted}


def report(name: str, drag: Drag, target: float) -> None:
    """Print how a drag went, beside its aims."""
    print(
        f"  drag, {name} ({drag.in_page} nodes in the page):"
        f" median {drag.median:.1f} ms, p95 {drag.p95:.1f} ms,"
        f" aim ≤ {target:.0f}{is_reached(drag.median <= target)};"
        f" script {drag.script:.1f} ms, style and layout {drag.style:.1f} ms a frame;"
        f" nodes drawn again: {drag.renders}, aim 1{is_reached(drag.renders <= 1)}"
    )


def is_reached(reached: bool) -> str:
    """Say whether an aim was reached."""
    return "" if reached else ": NOT REACHED"


if __name__ == "__main__":
    main()
