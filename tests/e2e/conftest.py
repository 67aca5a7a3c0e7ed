"""The whole product, started as a newcomer starts it."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from support.browser.editor import VIEWPORT, Editor, chromium
from support.product.nodeloom import SharedUp, Up
from support.servers.scripted_model import ScriptedModel, running_scripted_model


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("e2e")
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="session")
def e2e_home() -> Iterator[Path]:
    """A home folder that all tests of a session share: the first start is the slow one."""
    folder = Path(tempfile.mkdtemp(prefix="nodeloom-test-"))
    folder.chmod(0o711)  # as root, PostgreSQL runs as another user
    yield folder / "home"
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def home() -> Iterator[Path]:
    """A home folder of one test's own."""
    folder = Path(tempfile.mkdtemp(prefix="nodeloom-test-"))
    folder.chmod(0o711)
    yield folder / "home"
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def shared_up(e2e_home: Path) -> Iterator[SharedUp]:
    """The Nodeloom of that home, running or not."""
    shared = SharedUp(e2e_home)
    yield shared
    shared.stop()


@pytest.fixture
def up(shared_up: SharedUp) -> Up:
    """A running Nodeloom; who ends it leaves the next test another one."""
    return shared_up.running()


@pytest.fixture(scope="session")
def scripted_model() -> Iterator[ScriptedModel]:
    """A provider of models that does what the user message says."""
    with running_scripted_model() as scripted_model:
        yield scripted_model


@pytest.fixture(scope="session")
def product(scripted_model: ScriptedModel) -> Iterator[Up]:
    """A running Nodeloom that the tests of the editor share."""
    folder = Path(tempfile.mkdtemp(prefix="nodeloom-test-"))
    folder.chmod(0o711)
    provider = {"GEMINI_API_KEY": "test", "GEMINI_BASE_URL": scripted_model.url}
    receivers = {"NODELOOM_WEBHOOKS_PRIVATE": "1"}
    with Up(folder / "home", **provider, **receivers) as running:
        yield running
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for the tests of one file; asyncio of other files is not disturbed."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def editor(browser: Browser, product: Up) -> Iterator[Editor]:
    """A window with the editor; at the end it must have nothing to complain about."""
    context = browser.new_context(viewport=VIEWPORT)
    editor = Editor(context.new_page(), product.addresses["api"])
    yield editor
    context.close()
    assert editor.console_errors == []


@pytest.fixture
def phone(browser: Browser, product: Up) -> Iterator[Editor]:
    """The editor on a telephone."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        device_scale_factor=2,
    )
    editor = Editor(context.new_page(), product.addresses["api"])
    yield editor
    context.close()
    assert editor.console_errors == []
