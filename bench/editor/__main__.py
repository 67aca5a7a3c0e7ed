"""`make bench-editor`: opening, dragging, panning and zooming in workflows of 500 and 1,000 nodes.

The nodes have pictures. `ARGS="--load 0.5"` takes half of every core meanwhile.

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

from bench.editor.busy import busy_cores
from bench.editor.graphs import images, workflow
from chaos.stack.work_folder import work_folder
from db.postgres.migrate import migrate
from local.postgres.server import EmbeddedPostgres

CHROMIUM: Final = os.environ.get("CHROMIUM") or shutil.which("chromium")
CHROMIUM_ARGS: Final = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SIZE: Final = {"width": 1440, "height": 900}
IN_PAGE: Final = (Path(__file__).parent / "in_page.js").read_text("utf-8")
TIMEOUT_MS: Final = 120_000
OPEN_OBSERVER: Final = """new MutationObserver((_, observer) => {
  const node = document.querySelector(".react-flow__node-step");
  if (!node || getComputedStyle(node).visibility === "hidden") return;
  globalThis.openedAt = performance.now();
  observer.disconnect(); // or it would have styles computed for each change of a gesture
}).observe(document, { subtree: true, childList: true, attributes: true });"""
TARGETS: Final = {500: 20.0, 1000: 33.0}
"""Median milliseconds of a frame while one node is dragged, by the number of nodes."""
TARGET_P95_MS: Final = 50.0
"""Milliseconds that 95 of 100 frames take at the most in any gesture, with up to 500 nodes."""
TARGET_PAINT_MS: Final = 1000.0
"""Milliseconds until the page of the sample shows something, with nothing in the browser's cache."""
TARGET_READY_MS: Final = 2000.0
"""Milliseconds until one can type into a node of the sample."""
READY_OBSERVER: Final = """new MutationObserver((_, observer) => {
  const field = document.querySelector(".node textarea");
  if (!field || getComputedStyle(field).visibility === "hidden") return;
  globalThis.readyAt = performance.now();
  observer.disconnect();
}).observe(document, { subtree: true, childList: true, attributes: true });"""
TARGET_OPEN_MS: Final = 1000.0
"""Milliseconds until a workflow of 500 nodes is there."""
MAX_LOAD: Final = 0.9
VIEWS: Final = {
    "everything in view": ("Shift+Digit1", ("drag", "pan", "zoom in")),
    "at 100 %": ("Shift+Digit0", ("drag", "pan", "zoom out")),
}
"""The keys that lead to a view, and what is measured there. Zooming goes forth and back."""


@dataclass(frozen=True)
class Gesture:
    """How one gesture went; times in milliseconds."""

    name: str
    median: float
    p95: float
    longest: float
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
    options.add_argument("--frames", type=int, default=180, help="of each gesture")
    options.add_argument("--opens", type=int, default=5)
    options.add_argument("--load", type=share, default=0.0, help="of every core, 0 to 0.9")
    options.add_argument("--nodes", type=int, choices=TARGETS, action="append")
    chosen = options.parse_args()
    with (
        work_folder("bench") as folder,
        serving(folder) as api,
        busy_cores(chosen.load),
    ):
        client = httpx.Client(base_url=api, trust_env=False, timeout=60)
        assets = images(client)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
            print(
                f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, of which"
                f" {chosen.load:.0%} are taken; software rendering"
            )
            measure_sample(browser, api, client, chosen.opens)
            for count in chosen.nodes or TARGETS:
                stored = create_workflow(client, count, assets)
                measure(browser, api, stored, count, chosen)
            browser.close()


def share(given: str) -> float:
    """Read a share that leaves the browser something."""
    found = float(given)
    if not 0 <= found <= MAX_LOAD:
        raise argparse.ArgumentTypeError(f"{given} is not between 0 and {MAX_LOAD}")
    return found


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


def measure_sample(browser: Browser, api: str, client: httpx.Client, opens: int) -> None:
    """Open the sample, each time with an empty cache."""
    made = client.post("/api/templates/product-marketing-kit").raise_for_status().json()
    painted: list[float] = []
    ready: list[float] = []
    for _ in range(opens):
        context = browser.new_context(viewport=SIZE)  # pyright: ignore[reportArgumentType]
        page = context.new_page()
        page.add_init_script(READY_OBSERVER)
        page.goto(f"{api}/workflows/{made['workflow']['id']}")
        page.wait_for_function("() => globalThis.readyAt !== undefined")
        ready.append(page.evaluate("globalThis.readyAt"))
        painted.append(
            page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        )
        context.close()
    paint, typing = statistics.median(painted), statistics.median(ready)
    print(
        f"\nThe sample, nothing in the cache: first paint {paint:.0f} ms,"
        f" aim < {TARGET_PAINT_MS:.0f}{is_reached(paint < TARGET_PAINT_MS)};"
        f" ready to type {typing:.0f} ms,"
        f" aim < {TARGET_READY_MS:.0f}{is_reached(typing < TARGET_READY_MS)}"
    )


def measure(
    browser: Browser, api: str, stored: dict[str, Any], count: int, chosen: argparse.Namespace
) -> None:
    """Open the workflow some times, then drag, pan and zoom with everything in view, and close up."""
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
    for name, (keys, gestures) in VIEWS.items():
        print(f"  {name}")
        for gesture in gestures:
            page.keyboard.press(keys)
            page.wait_for_timeout(1500)
            report(perform(page, session, gesture, chosen.frames), count)
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


def perform(page: Page, session: CDPSession, gesture: str, frames: int) -> Gesture:
    """Drag one node, pan or zoom, and measure."""
    session.send("Performance.enable")
    before = metrics(session)
    found: dict[str, Any] = page.evaluate(
        IN_PAGE.rstrip().rstrip(";"), {"gesture": gesture, "frames": frames}
    )
    after = metrics(session)
    spent = {name: (after[name] - before[name]) * 1000 / frames for name in after}
    times = sorted(found["times"])
    return Gesture(
        name=gesture,
        median=statistics.median(times),
        p95=times[int(len(times) * 0.95)],
        longest=times[-1],
        script=spent["ScriptDuration"],
        style=spent["LayoutDuration"] + spent["RecalcStyleDuration"],
        renders=found["renders"],
        in_page=found["inPage"],
    )


def metrics(session: CDPSession) -> dict[str, float]:
    """Give what the browser has spent so far, in seconds."""
    wanted = {"ScriptDuration", "LayoutDuration", "RecalcStyleDuration"}
    samples = session.send("Performance.getMetrics")["metrics"]
    return {each["name"]: each["value"] for each in samples if each["name"] in wanted}


def report(gesture: Gesture, count: int) -> None:
    """Print how a gesture went, beside its aims."""
    aims = f"p95 {gesture.p95:.1f} ms"
    if count == min(TARGETS):
        # Three frames are 49.9 to 50.1 ms.
        aims += f", aim ≤ {TARGET_P95_MS:.0f}{is_reached(round(gesture.p95) <= TARGET_P95_MS)}"
    drawn = f"nodes drawn again: {gesture.renders}"
    if gesture.name == "drag":
        aims += f"; median aim ≤ {TARGETS[count]:.0f}{is_reached(gesture.median <= TARGETS[count])}"
        drawn += f", aim 1{is_reached(gesture.renders <= 1)}"
    print(
        f"    {gesture.name} ({gesture.in_page} nodes in the page): median {gesture.median:.1f} ms,"
        f" {aims}; longest {gesture.longest:.1f} ms;"
        f" script {gesture.script:.1f} ms, style and layout {gesture.style:.1f} ms a frame; {drawn}"
    )


def is_reached(reached: bool) -> str:
    """Say whether an aim was reached."""
    return "" if reached else ": NOT REACHED"


if __name__ == "__main__":
    main()
