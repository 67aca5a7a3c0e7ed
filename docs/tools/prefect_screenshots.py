"""Pictures of Prefect's pages, and of the editor beside them; `take_screenshots.py` calls this.

From a Nodeloom of its own, whose model server writes word by word, and is overloaded when it is told to be.
"""

import asyncio
import io
import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeVar

import httpx
from editor_screenshots import VIEWPORT
from function_screenshots import FOLDER
from PIL import Image
from playwright.sync_api import Browser, Page

from chaos.stack.in_thread import run_in_thread
from local.prefect.auth import get_auth_string, sign_in_url
from local.prefect.server import client_environment
from support.product.nodeloom import Up
from support.servers.gemini_server import GeminiServer, error_response, slow_text_stream, usage
from support.servers.web_server import HttpRequest

ROOT: Final = Path(__file__).parents[2]
PROGRAMS: Final = Path(sys.executable).parent
TIMEOUT_MS: Final = 120_000
WIDE_VIEWPORT: Final = {"width": 1800, "height": 900}
"""Where Prefect's pages cut what is in their columns otherwise."""
SHORT_VIEWPORT: Final = {"width": 1440, "height": 528}
TALL_VIEWPORT: Final = {"width": 1440, "height": 1040}
FORM_VIEWPORT: Final = {"width": 1440, "height": 1760}
LIST_VIEWPORT: Final = {"width": 1440, "height": 1200}
MARKETING_KIT: Final = ROOT / "examples" / "product-marketing-kit.json"
CROP_GRID: Final = ROOT / "examples" / "crop-grid.json"
DAILY: Final = {"kind": "cron", "cron": "0 9 * * *", "timeZone": "Europe/Berlin"}
EVERY_MINUTE: Final = {"kind": "interval", "everySeconds": 60}
MIN_TICKS: Final = 4
"""Runs of a schedule that are to be seen."""
RETRY_SECONDS: Final = 60
"""Long enough for a picture of the wait."""
WORD_SECONDS: Final = 0.1
SUSPEND_WORD_SECONDS: Final = 0.5
"""So slow that a suspension comes before the end of a description."""
DESCRIPTION: Final = (
    "Slow mornings deserve a cup that holds the warmth of your first espresso. Thrown in terracotta"
    " and finished with a soft glaze, it comes with its own saucer and spoon. Give your table the"
    " colour of baked earth, one small cup at a time."
)
POST: Final = (
    "Meet the cup that makes you sit down for your espresso. ☕ Terracotta, hand-glazed, with saucer"
    " and spoon. New in the shop today. #espresso #ceramics #slowmornings"
)
T = TypeVar("T")


@dataclass
class ModelServer:
    """Answers the two prompts of the Marketing Kit."""

    word_seconds: float = WORD_SECONDS
    refusals: int = 0
    """So many of the next calls for the post are refused."""

    async def respond(self, asked: HttpRequest, writer: asyncio.StreamWriter) -> None:
        """Write the description or the post, word by word."""
        is_post = b"280 characters" in asked.body
        if is_post and self.refusals:
            self.refusals -= 1
            answer = error_response(503, "UNAVAILABLE", "The model is overloaded.")
        else:
            words = [f"{word} " for word in (POST if is_post else DESCRIPTION).split()]
            used = usage(question=300, spoken=len(words))
            answer = slow_text_stream(self.word_seconds, *words, used=used)
        await answer(asked, writer)


@dataclass
class Product:
    """A Nodeloom with the Marketing Kit in it, and a page that has signed in to its Prefect."""

    up: Up
    model: ModelServer
    page: Page
    workflow: int = 0
    auth: str = field(init=False)

    def __post_init__(self) -> None:
        """Sign in to Prefect."""
        self.auth = get_auth_string(self.up.home) or ""
        self.prefect = self.up.addresses["prefect"]
        self.page.emulate_media(color_scheme="dark")  # as the older pages of Prefect are
        self.page.goto(sign_in_url(self.prefect, self.auth))
        self.page.wait_for_url(lambda url: "/sign-in" not in url)

    def call(self, method: str, path: str, body: Any = None, headers: Any = None) -> Any:
        """Ask our API."""
        url = f"{self.up.addresses['api']}/api{path}"
        answer = httpx.request(method, url, json=body, headers=headers, trust_env=False, timeout=30)
        return _json(answer)

    def call_prefect(self, path: str, body: Any = None) -> Any:
        """Ask Prefect's API: GET without a body, else POST."""
        method = "GET" if body is None else "POST"
        auth = httpx.BasicAuth(*self.auth.split(":", 1))
        url = f"{self.prefect}/api{path}"
        return _json(httpx.request(method, url, json=body, auth=auth, trust_env=False, timeout=30))

    def run_command(self, program: str, *words: str | Path) -> str:
        """Run a command as docs/prefect.md has it; give what it prints."""
        home = self.up.home
        environment = os.environ | client_environment(home, f"{self.prefect}/api")
        done = subprocess.run(
            [PROGRAMS / program, *words],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return done.stdout

    def import_example(self, path: Path) -> int:
        """Store an example; give the id of the workflow."""
        printed = self.run_command("nodeloom", "import", path, "--api", self.up.addresses["api"])
        return int(printed.split()[-1])

    def save(self, document: Any) -> None:
        """Store a workflow as it is now."""
        kept = ("name", "nodes", "edges", "viewport", "inputs", "outputs")
        graph = {key: document[key] for key in kept}
        headers = {"If-Match": str(document["revision"])}
        self.call("PUT", f"/workflows/{document['id']}", graph, headers)

    def schedule(self, workflow: int, name: str, timing: Any) -> Any:
        """Make a schedule as the editor does."""
        body = {"name": name, "timing": timing, "reuse": "never"}
        return self.call("POST", f"/workflows/{workflow}/schedules", body)

    def start(self) -> Any:
        """Start the Marketing Kit by its deployment; give the flow run."""
        path = f"/deployments/{self.deployment(self.workflow)['id']}/create_flow_run"
        return self.call_prefect(path, {"parameters": {"reuse": "never"}})

    def wait_for_state(self, flow_run: Any, *names: str) -> Any:
        """Wait until a flow run is in one of these states; give it."""

        def poll() -> Any:
            found = self.call_prefect(f"/flow_runs/{flow_run['id']}")
            return found if found["state_name"] in names else None

        return wait_for(poll)

    def wait_for_task(self, flow_run: Any, name: str, state: str) -> None:
        """Wait until a task run of a flow run is in a state."""
        wanted = {
            "flow_runs": {"id": {"any_": [flow_run["id"]]}},
            "task_runs": {"name": {"like_": name}, "state": {"name": {"any_": [state]}}},
        }
        wait_for(lambda: self.call_prefect("/task_runs/filter", wanted))

    def deployment(self, workflow: int) -> Any:
        """Wait until Prefect has the deployment of a workflow; give it."""
        wanted = {"deployments": {"tags": {"all_": ["nodeloom", f"workflow:{workflow}"]}}}
        return wait_for(lambda: self.call_prefect("/deployments/filter", wanted))[0]

    def take(self, path: str, name: str, shown: str, viewport: Any = VIEWPORT) -> None:
        """Take a picture of one of Prefect's pages, once it shows this text."""
        self.page.set_viewport_size(viewport)
        self.page.goto(path if path.startswith("http") else f"{self.prefect}{path}")
        self.page.get_by_text(shown).first.wait_for(timeout=TIMEOUT_MS)
        take_screenshot(self.page, name)


def wait_for(poll: Callable[[], T | None], seconds: float = 300) -> T:
    """Wait until there is something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := poll():
            return found
        time.sleep(0.5)
    raise TimeoutError


def _json(answer: httpx.Response) -> Any:
    return answer.raise_for_status().json() if answer.content else None


def take_screenshots(browser: Browser) -> None:
    """Take them all."""
    with _running(browser) as product:
        grid = product.import_example(CROP_GRID)
        minutes = product.schedule(grid, "Every minute", EVERY_MINUTE)
        completed = _prepare(product)
        _suspended(product)
        _retry(product)
        _form(product)
        _flow(product, completed)
        _artifacts(product, completed)
        ticks = f"/schedules/{minutes['id']}/ticks"
        wait_for(lambda: len(product.call("GET", ticks)["items"]) >= MIN_TICKS, 600)
        product.take("/dashboard", "prefect-dashboard", "Flow Runs")
        product.take("/deployments", "prefect-deployments", "Crop Grid", WIDE_VIEWPORT)
        slow = "/v2/runs?tab=task-runs&task-runs-sort=DURATION_DESC&range=today"
        product.take(slow, "prefect-slow-nodes", "Longest to shortest", WIDE_VIEWPORT)


@contextmanager
def _running(browser: Browser) -> Generator[Product]:
    model = ModelServer()
    with (
        TemporaryDirectory() as folder,
        run_in_thread(GeminiServer(respond=model.respond)) as server,
        Up(Path(folder) / "home", GEMINI_API_KEY="any", GEMINI_BASE_URL=server.url) as up,
        browser.new_page(viewport=VIEWPORT) as page,
    ):
        yield Product(up, model, page)


def _prepare(product: Product) -> Any:
    """Do what docs/prefect.md has an operator do, and run the Marketing Kit; give a completed run."""
    product.run_command("prefect", "--no-prompt", "deploy", "--all")
    product.run_command("nodeloom", "dashboards", "--home", product.up.home)
    path = f"/workflows/{product.import_example(MARKETING_KIT)}"
    document = product.call("GET", path)
    product.workflow = document["id"]
    post = next(each for each in document["nodes"] if each["id"] == "post")
    post["data"]["settings"] = {"retries": 2, "retryDelaySeconds": RETRY_SECONDS}
    product.save(document)
    product.schedule(product.workflow, "Mornings", DAILY)
    return [product.wait_for_state(product.start(), "Completed") for _ in range(3)][-1]


def _suspended(product: Product) -> None:
    """A run that is suspended in Prefect, and the same run in the editor."""
    page = product.page
    product.model.word_seconds = SUSPEND_WORD_SECONDS
    flow_run = product.start()
    product.wait_for_task(flow_run, "LLM 1", "Running")
    page.goto(f"{product.prefect}/runs/flow-run/{flow_run['id']}")
    page.get_by_role("button", name="Suspend").click(timeout=TIMEOUT_MS)
    page.get_by_role("button", name="Submit").click()
    product.model.word_seconds = WORD_SECONDS
    wait_for(
        lambda: (
            "is paused."
            in (product.wait_for_state(flow_run, "Suspended")["state"]["message"] or "")
        )
    )
    path = f"/runs/flow-run/{flow_run['id']}"
    product.take(path, "prefect-suspended", "Task Runs", SHORT_VIEWPORT)
    page.set_viewport_size(VIEWPORT)
    [run] = product.call("GET", f"/workflows/{product.workflow}/runs?status=WAITING")["items"]
    page.emulate_media(color_scheme="light")
    page.goto(f"{product.up.addresses['api']}/workflows/{product.workflow}/runs/{run['id']}")
    page.get_by_role("button", name="Resume").first.wait_for()
    take_screenshot(page, "editor-paused")
    page.emulate_media(color_scheme="dark")


def _retry(product: Product) -> None:
    """A run of which a node waits for its next attempt."""
    product.model.refusals = 1
    flow_run = product.start()
    product.wait_for_task(flow_run, "LLM 2", "AwaitingRetry")
    page = product.page
    page.set_viewport_size(VIEWPORT)
    page.goto(f"{product.prefect}/runs/flow-run/{flow_run['id']}")
    page.locator("#task-runs").click(timeout=TIMEOUT_MS)
    page.get_by_text("AwaitingRetry").first.wait_for(timeout=TIMEOUT_MS)
    take_screenshot(page, "prefect-retry")
    page.get_by_role("link", name="LLM 2").first.click()
    page.get_by_text("trying again").first.wait_for(timeout=TIMEOUT_MS)
    take_screenshot(page, "prefect-retry-task")


def _form(product: Product) -> None:
    """The form of the workflow's deployment, with something chosen."""
    page = product.page
    page.set_viewport_size(FORM_VIEWPORT)
    path = f"/deployments/deployment/{product.deployment(product.workflow)['id']}/run"
    page.goto(f"{product.prefect}{path}")
    page.get_by_text("Scope (Optional)").wait_for(timeout=TIMEOUT_MS)
    for name, option in (("Scope", "until"), ("Nodes", "description")):
        fields = page.locator(".schema-form-property").filter(has_text=f"{name} (Optional)")
        fields.locator(".p-select-button__control").press("ArrowDown")
        page.locator(".p-select-option").get_by_text(option, exact=True).click()
        page.get_by_text("Run Name").click()  # where more than one may be chosen it stays open
    take_screenshot(page, "prefect-form")


def _flow(product: Product, completed: Any) -> None:
    """The workflow's flow with its runs, and one of these."""
    deployment = product.deployment(product.workflow)
    product.take(
        f"/flows/flow/{deployment['flow_id']}",
        "prefect-flow",
        "Product Marketing Kit ·",
        LIST_VIEWPORT,
    )
    product.take(f"/runs/flow-run/{completed['id']}", "prefect-flow-run", "Beginning flow run")


def _artifacts(product: Product, completed: Any) -> None:
    """What a run leaves."""
    page = product.page
    page.set_viewport_size(TALL_VIEWPORT)
    page.goto(f"{product.prefect}/runs/flow-run/{completed['id']}")
    page.locator("#artifacts").click(timeout=TIMEOUT_MS)
    page.get_by_text("-nodes").last.wait_for(timeout=TIMEOUT_MS)
    page.mouse.move(800, 700)
    page.mouse.wheel(0, 2000)
    page.mouse.move(100, 600)  # away from what lights up
    take_screenshot(page, "prefect-artifacts")
    for name, file, viewport in (
        ("nodes", "prefect-artifact-table", WIDE_VIEWPORT),
        ("crop-picture", "prefect-picture", VIEWPORT),
    ):
        key = f"workflow-{product.workflow}-{name}"
        wanted = {"artifacts": {"key": {"any_": [key]}}, "sort": "CREATED_DESC", "limit": 1}
        artifact = product.call_prefect("/artifacts/filter", wanted)[0]["id"]
        product.take(f"/artifacts/artifact/{artifact}", file, key, viewport)


def take_screenshot(page: Page, name: str) -> None:
    """Write what is to be seen once the page has settled, in 256 colours."""
    page.wait_for_timeout(4000)
    drawn = Image.open(io.BytesIO(page.screenshot()))
    few = drawn.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    few.save(FOLDER / f"{name}.png", optimize=True)
