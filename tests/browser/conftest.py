"""A real Chromium against a real gunicorn. Every page is watched: no request to another host, no console message."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

ROOT = Path(__file__).parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
STARTS_WITHIN_S = 60
PAPER, NIGHT = "rgb(250, 248, 242)", "rgb(17, 23, 19)"  # the page's background, in light and dark
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
PATIENCE_MS = 20_000  # for machines that are busy with something else; an idle one needs a fraction


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "console_messages: this test provokes messages on the browser's console")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    path = next(filter(None, map(shutil.which, (os.environ.get("CHROME_PATH", ""), *BROWSERS))), None)
    if path is None:
        pytest.skip("NO BROWSER: no Chromium or Chrome was found, so the browser tests are left out")
    return {**browser_type_launch_args, "executable_path": path, "args": QUIET}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def serve(target: str, log: Path, **environ: str) -> Iterator[str]:
    """Run gunicorn as in production; yields its address."""
    port = free_port()
    variables = {**os.environ, "HOST": "127.0.0.1", "PORT": str(port), **environ}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", target], cwd=ROOT, env=variables, stdout=output, stderr=output
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address, process, log)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"The site did not start:\n{log.read_text(errors='replace')}")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The site with a fake classifier and drawn photos."""
    folder = tmp_path_factory.mktemp("site")
    yield from serve("tests.browser.fake_app:server", folder / "log.txt", GARDEN=str(folder), MAX_UPLOAD_MB="1")


@pytest.fixture(scope="session")
def real_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """app.py as shipped, with the shipped checkpoint."""
    if not (ROOT / "checkpoints" / "flowers102.safetensors").is_file():
        pytest.skip("NO CHECKPOINT: checkpoints/flowers102.safetensors is not here")
    yield from serve("app:server", tmp_path_factory.mktemp("real") / "log.txt", CHECKPOINT="")


@pytest.fixture(scope="session")
def site_without_model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """app.py as shipped, with neither a checkpoint nor photos."""
    folder = tmp_path_factory.mktemp("bare")
    yield from serve("app:server", folder / "log.txt", CHECKPOINT=str(folder / "no.safetensors"), FLOWERS_ROOT="")


@pytest.fixture(scope="session")
def shared_context(browser: Browser) -> Iterator[BrowserContext]:
    """One browser context for all tests: a new one for each would fetch and compile all scripts again, 1-2 s a test."""
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def page(shared_context: BrowserContext, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A fresh page, watched; what it left in the browser's storage is cleared afterwards."""
    messages: list[str] = []
    foreign: list[str] = []

    def note_message(message: ConsoleMessage) -> None:
        messages.append(f"{message.type}: {message.text}")

    def note_request(asked: Request) -> None:
        if not asked.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            foreign.append(asked.url)

    page = shared_context.new_page()
    page.set_viewport_size({"width": 1280, "height": 900})
    page.set_default_timeout(PATIENCE_MS)
    page.on("console", note_message)
    page.on("pageerror", lambda error: messages.append(f"uncaught: {error}"))
    page.on("request", note_request)
    yield page
    shared_context.set_offline(False)
    if page.url.startswith("http"):
        page.evaluate("localStorage.clear()")
    page.close()
    assert not foreign, "requests to other hosts"
    if request.node.get_closest_marker("console_messages") is None:
        assert not messages, "messages on the console"


def assert_never_sideways(page: Page) -> None:
    """On phones, the page is no wider than the screen."""
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        for _ in range(20):  # figures follow the new width a moment later
            if page.evaluate("document.documentElement.scrollWidth") <= width:
                break
            page.wait_for_timeout(100)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def assert_axe_finds_nothing(page: Page) -> None:
    """Neither in light nor in dark."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        expect(page.locator("body")).to_have_css("background-color", PAPER if scheme == "light" else NIGHT)
        page.wait_for_timeout(600)  # until no colour changes any more
        found = page.evaluate("async () => (await axe.run()).violations.map(v => [v.id, v.nodes.map(n => n.html)])")
        assert found == [], scheme
