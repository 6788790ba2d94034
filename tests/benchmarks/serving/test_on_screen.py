import os
from pathlib import Path

import pytest

from benchmarks.serving.on_screen import slowest_median_ms, table, time_answers
from benchmarks.serving.weight import FLAGS, find_browser

TIMES = {"confident": [300.0, 200.0, 250.0], "unsure": [260.0, 1100.0, 240.0]}
PAGE = """<div id="charts-ahead"><p class="bars"><svg><path d="M0 0h1"/></svg></p></div>
<input type="file"><div id="candidate-bars"></div><button>Classify</button>
<script>document.querySelector("button").onclick = () => setTimeout(() => document.getElementById("candidate-bars")
.innerHTML = '<p class="bars"><svg><path d="M0 0h9"/></svg></p>', 150);</script>"""


def test_the_table_has_the_median_and_the_target_the_slowest_of_the_answers():
    assert table(TIMES).rows == (("confident", "250", "200", "300"), ("unsure", "260", "240", "1,100"))
    assert slowest_median_ms(TIMES) == 260


@pytest.mark.skipif(not os.environ.get("CHROME_PATH"), reason="CHROME_PATH names no browser")
def test_the_time_ends_when_the_bars_are_painted(tmp_path: Path):
    from playwright.sync_api import sync_playwright

    file = tmp_path / "page.html"
    file.write_text(PAGE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        found = time_answers(browser.new_context(), file.as_uri(), {"confident": b"a photo"}, rounds=2)
        browser.close()
    assert len(found["confident"]) == 2  # the first round does not count
    assert all(150 <= milliseconds < 2000 for milliseconds in found["confident"])
