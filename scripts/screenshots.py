"""Draw the pictures of the README: `python scripts/screenshots.py` writes docs/site.png and docs/site-*.png.

They show the site as shipped, but never a photo of the data set: the site runs without photos, so that colour tiles
stand in for them, and the photo that is uploaded is drawn here. Needs Chromium or Chrome and `pip install playwright`.
"""

from __future__ import annotations

import io
import math
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
DESKTOP, PHONE = {"width": 1280, "height": 1000}, {"width": 390, "height": 844}


def draw_sunflower(*, size: int = 1200) -> bytes:
    """A JPEG of a drawn sunflower before a sky."""
    image = Image.new("RGB", (size, size * 3 // 4))
    draw = ImageDraw.Draw(image)
    for y in range(image.height):
        share = y / image.height
        draw.line((0, y, size, y), fill=(int(120 + 90 * share), int(175 + 45 * share), int(225 - 25 * share)))
    centre_x, centre_y, radius = size / 2, image.height * 0.46, size * 0.2
    draw.line((centre_x, centre_y, centre_x + size * 0.03, image.height), fill=(70, 120, 50), width=size // 34)
    for ring, (reach, colour) in enumerate(((1.0, (236, 170, 20)), (0.86, (250, 200, 40)))):
        for step in range(22):
            angle = math.tau * (step + ring / 2) / 22
            tip = (
                centre_x + radius * 1.55 * reach * math.cos(angle),
                centre_y + radius * 1.55 * reach * math.sin(angle),
            )
            sides = [
                (centre_x + radius * 0.95 * math.cos(angle + d), centre_y + radius * 0.95 * math.sin(angle + d))
                for d in (-0.19, 0.19)
            ]
            draw.polygon([(centre_x, centre_y), sides[0], tip, sides[1]], fill=colour)
    draw.ellipse(
        [centre_x - radius * 0.72, centre_y - radius * 0.72, centre_x + radius * 0.72, centre_y + radius * 0.72],
        fill=(96, 58, 26),
    )
    for seed in range(260):  # seeds in golden angles, as in the flower
        distance, angle = radius * 0.68 * math.sqrt(seed / 260), seed * math.radians(137.508)
        x, y = centre_x + distance * math.cos(angle), centre_y + distance * math.sin(angle)
        draw.ellipse([x - 4, y - 4, x + 4, y + 4], fill=(58, 34, 16) if seed % 2 else (140, 92, 40))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


@contextmanager
def serve_without_photos() -> Iterator[str]:
    """The site on a free port. It runs beside a `data` folder without photos, whatever this machine has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        data.mkdir()
        for table in (ROOT / "data").glob("*.csv"):
            shutil.copy(table, data)
        environ = {**os.environ, "PORT": str(port), "HOST": "127.0.0.1", "FLOWERS_ROOT": "", "PYTHONPATH": str(ROOT)}
        environ["CHECKPOINT"] = str(ROOT / os.environ.get("CHECKPOINT", "checkpoints/flowers102.safetensors"))
        command = [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "gunicorn.conf.py"), "app:server"]
        process = subprocess.Popen(command, cwd=folder, env=environ)
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(1200):
                try:
                    urllib.request.urlopen(f"{address}/healthz", timeout=2).close()  # nosec B310
                    break
                except OSError:
                    if process.poll() is not None:
                        sys.exit("The site did not start; its log is above.")
                    time.sleep(0.1)
            yield address
        finally:
            process.terminate()
            process.wait(timeout=30)


def take(page: Page, name: str) -> None:
    page.wait_for_timeout(900)  # the answer rises for half a second
    page.screenshot(path=DOCS / name, animations="disabled")
    print(f"docs/{name}")


def show_answer(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("#react-entry-point .page")
    page.set_input_files(
        "input[type=file]", {"name": "drawn.jpg", "mimeType": "image/jpeg", "buffer": draw_sunflower()}
    )
    page.get_by_role("button", name="Classify").click()
    page.wait_for_selector("#candidate-bars .bars path")


def main() -> None:
    browser_path = next(filter(None, map(shutil.which, (os.environ.get("CHROME_PATH", ""), *BROWSERS))), None)
    if browser_path is None:
        sys.exit("No Chromium or Chrome was found; install one (Debian: apt-get install chromium) and try again.")
    DOCS.mkdir(exist_ok=True)
    with serve_without_photos() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport=DESKTOP)
        show_answer(page, address)
        page.evaluate("window.scrollTo(0, 0)")
        take(page, "site.png")
        page.goto(f"{address}/dataset")
        page.wait_for_selector("#balance-chart")
        page.locator("#balance").scroll_into_view_if_needed()
        page.wait_for_selector("#balance-chart .bars path")
        page.evaluate("document.getElementById('balance').scrollIntoView()")
        take(page, "site-dataset.png")
        page = browser.new_page(viewport=DESKTOP, color_scheme="dark")
        page.goto(address)
        page.wait_for_selector("#react-entry-point .page")
        take(page, "site-dark.png")
        page = browser.new_page(viewport=PHONE, device_scale_factor=2)
        page.goto(address)
        page.wait_for_selector("#react-entry-point .page")
        take(page, "site-phone.png")
        browser.close()


if __name__ == "__main__":
    main()
