"""Page weight: what a browser receives for each page of the site, and for an answer; and how long one waits for it."""

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.photos import ORDINARY, SQUARE_PX, choose_photos
from benchmarks.report.parts import Options
from benchmarks.report.records import Result, Table
from benchmarks.serving.on_screen import ROUNDS, slowest_median_ms, table, time_answers
from benchmarks.serving.servers import FULL, LIGHT, running, site
from benchmarks.serving.visitors import Connection
from classifier.inference.classifier import Classifier
from classifier.inference.engines.choosing import AUTO

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
SHOWN = "#react-entry-point .page"
# Long enough for what a page fetches ahead once it has drawn itself.
QUIET_MS, MOST_MS, LOOKS_EVERY_MS = 2500, 60_000, 100


@dataclass(frozen=True)
class Weight:
    """What a browser received: responses, bytes over the network, and bytes unpacked."""

    responses: int = 0
    sent: int = 0
    unpacked: int = 0

    def __sub__(self, earlier: "Weight") -> "Weight":
        """What came since."""
        return Weight(self.responses - earlier.responses, self.sent - earlier.sent, self.unpacked - earlier.unpacked)


class Scale:
    """Counts what a page receives, by Chromium's own figures. Answers from its cache weigh nothing."""

    def __init__(self, page: "Page") -> None:
        self.weight, self._page, self._waiting = Weight(), page, set[str]()
        self._unpacked: dict[str, int] = {}
        session = page.context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", self._sent)
        session.on("Network.requestServedFromCache", self._done)
        session.on("Network.dataReceived", self._data)
        session.on("Network.loadingFinished", self._finished)
        session.on("Network.loadingFailed", self._done)
        session.send("Network.enable")

    def settle(self) -> Weight:
        """Wait until nothing has been on its way for `QUIET_MS`, and say what has come since the page was opened."""
        quiet, passed = 0, 0
        while quiet < QUIET_MS and passed < MOST_MS:
            before = self.weight
            self._page.wait_for_timeout(LOOKS_EVERY_MS)
            passed += LOOKS_EVERY_MS
            quiet = 0 if self._waiting or self.weight != before else quiet + LOOKS_EVERY_MS
        return self.weight

    def _sent(self, event: dict[str, Any]) -> None:
        if event["request"]["url"].startswith("http"):
            self._waiting.add(event["requestId"])

    def _data(self, event: dict[str, Any]) -> None:
        number = event["requestId"]
        self._unpacked[number] = self._unpacked.get(number, 0) + event["dataLength"]

    def _finished(self, event: dict[str, Any]) -> None:
        sent, unpacked = int(event["encodedDataLength"]), self._unpacked.pop(event["requestId"], 0)
        if event["requestId"] in self._waiting and sent:
            was = self.weight
            self.weight = Weight(was.responses + 1, was.sent + sent, was.unpacked + unpacked)
        self._done(event)

    def _done(self, event: dict[str, Any]) -> None:
        self._waiting.discard(event["requestId"])


def measure(options: Options) -> Result:
    """Open each page twice, and ask for answers, in a browser whose cache is empty at first."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return Result(notes=("Not measured: playwright is not installed.",))
    browser_path = find_browser()
    if browser_path is None:
        return Result(notes=("Not measured: there is no Chromium or Chrome.",))
    # With photos where there are some: the pages then have pictures.
    photos = {"FLOWERS_ROOT": os.environ["FLOWERS_ROOT"]} if os.environ.get("FLOWERS_ROOT") else {}
    server = site("the site", LIGHT, options.checkpoint, **photos)
    if not server.is_installed:
        server = site("the site", FULL, options.checkpoint, **photos)
    rows, times = [], dict[str, list[float]]()
    jpegs, notes = photos_by_answer(options.checkpoint)
    with running(server) as found, sync_playwright() as playwright:
        address = f"http://127.0.0.1:{found.port}"
        connection = Connection(found.port)
        with_photos = json.loads(connection.ask("GET", "/healthz"))["photos"]
        first_class = json.loads(connection.ask("GET", "/api/v1/classes"))["classes"][0]["class_id"]
        browser = playwright.chromium.launch(executable_path=browser_path, args=FLAGS)
        for name, path in pages(first_class).items():
            context = browser.new_context()
            first, again = weigh_page(context, address + path), weigh_page(context, address + path)
            rows.append(row(f"{name} ({path})", first, again))
            options.say(f"  {path}: {first.sent / 1000:,.0f} kB")
            if path == "/":
                chosen, answers = weigh_answers(context, address, list(jpegs.values()))
                rows += [row("choosing a photo there", *chosen), row("its answer", *answers)]
                times = time_answers(context, address, jpegs, rounds=options.rounds(ROUNDS))
            context.close()
        browser.close()
    notes.append(
        f"The collection’s photos were {'there' if with_photos else 'not there: colour tiles stand in for them'}."
    )
    columns = ("", "first visit: responses", "kB sent", "kB unpacked", "again: responses", "kB sent")
    figures = {"on_screen_ms": slowest_median_ms(times)}
    return Result((Table("", columns, tuple(rows)), table(times)), figures, tuple(notes))


def photos_by_answer(checkpoint: Path) -> tuple[dict[str, bytes], list[str]]:
    """A photo for each answer, by the answer; and what is to be said of them."""
    classifier = Classifier.load(checkpoint, engine=AUTO, device="cpu", threads=1)
    found = {verdict: choose_photos(classifier, checkpoint, verdict, size=SQUARE_PX, count=1) for verdict in ORDINARY}
    return {verdict: chosen.jpegs[0] for verdict, chosen in found.items()}, [c.note for c in found.values() if c.note]


def pages(class_id: int) -> dict[str, str]:
    """The site's pages by name → path."""
    return {"Classify": "/", "Data set": "/dataset", "A flower": f"/flower/{class_id}", "Model": "/model"}


def weigh_page(context: "BrowserContext", address: str) -> Weight:
    """What a new tab receives for a page."""
    page = context.new_page()
    scale = Scale(page)
    page.goto(address)
    page.wait_for_selector(SHOWN)
    weight = scale.settle()
    page.close()
    return weight


def weigh_answers(
    context: "BrowserContext", address: str, photos: Sequence[bytes]
) -> tuple[list[Weight], list[Weight]]:
    """What choosing a photo brings, and then its answer; each for the first of two photos and for the next one."""
    page = context.new_page()
    scale = Scale(page)
    page.goto(address)
    page.wait_for_selector(SHOWN)
    weights = [scale.settle()]
    for number, buffer in enumerate(photos):
        page.set_input_files("input[type=file]", {"name": f"{number}.jpg", "mimeType": "image/jpeg", "buffer": buffer})
        weights.append(scale.settle())
        page.get_by_role("button", name="Classify").click()
        page.locator("#candidate-bars .bars path").first.wait_for()
        weights.append(scale.settle())
    page.close()
    came = [later - earlier for earlier, later in pairwise(weights)]
    return came[::2], came[1::2]


def row(name: str, first: Weight, again: Weight) -> tuple[str, ...]:
    kilobytes = [f"{count / 1000:,.1f}" for count in (first.sent, first.unpacked, again.sent)]
    return name, str(first.responses), kilobytes[0], kilobytes[1], str(again.responses), kilobytes[2]


def find_browser() -> str | None:
    """The path of a Chromium or Chrome: the one that `CHROME_PATH` names, or one by its usual names."""
    return next(filter(None, map(shutil.which, (os.environ.get("CHROME_PATH") or "", *BROWSERS))), None)
