"""From the click to the bars: how long a visitor waits for an answer in a real browser."""

import statistics
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from benchmarks.report.records import Table
from benchmarks.report.targets import number

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

ROUNDS = 9
# Looks once a frame; a timer that is set within a frame runs when that frame has been painted.
WAIT_FOR_BARS = """() => {
    window.barsAfterMs = new Promise(done => addEventListener("click", click => {
        const look = () => document.querySelector("#candidate-bars .bars path")
            ? setTimeout(() => done(performance.now() - click.timeStamp))
            : requestAnimationFrame(look);
        requestAnimationFrame(look);
    }, { capture: true, once: true }));
}"""


def time_answers(
    context: "BrowserContext", address: str, photos: Mapping[str, bytes], *, rounds: int
) -> dict[str, list[float]]:
    """Milliseconds of each round by the answer, photos in turn, in a browser that has been to the page before.

    Args:
        context: of the browser.
        address: of the page with the button.
        photos: JPEGs by the answer that they get.
        rounds: how often each is asked about, after a round that does not count.
    """
    page = context.new_page()
    found: dict[str, list[float]] = {answer: [] for answer in photos}
    for turn in range(rounds + 1):
        for answer, photo in photos.items():
            milliseconds = time_answer(page, address, photo)
            if turn:
                found[answer].append(milliseconds)
    page.close()
    return found


def time_answer(page: "Page", address: str, photo: bytes) -> float:
    """Milliseconds from the click on Classify to the frame that shows the bars, on a page just loaded."""
    page.goto(address)
    page.set_input_files("input[type=file]", {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": photo})
    page.locator("#charts-ahead .bars path").first.wait_for(state="attached")  # as for who looks at the photo first
    page.wait_for_load_state("networkidle")
    page.evaluate(WAIT_FOR_BARS)
    page.get_by_role("button", name="Classify").click()
    return float(page.evaluate("() => window.barsAfterMs"))


def table(found: Mapping[str, Sequence[float]]) -> Table:
    """A row for each answer."""
    rows = [
        (answer, number(statistics.median(times)), number(min(times)), number(max(times)))
        for answer, times in found.items()
    ]
    columns = ("", "median, ms", "quickest, ms", "slowest, ms")
    return Table("From the click on Classify to its bars on the screen", columns, tuple(rows))


def slowest_median_ms(found: Mapping[str, Sequence[float]]) -> float:
    """The median of the answer that takes longest."""
    return max(statistics.median(times) for times in found.values())
