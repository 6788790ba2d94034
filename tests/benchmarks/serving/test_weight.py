"""Page weight: counting, with the events that a browser would send."""

import os
from pathlib import Path

import pytest

from benchmarks.report.parts import Options
from benchmarks.serving import weight
from benchmarks.serving.weight import Scale, Weight, find_browser, pages, row


class FakePage:
    """A page whose browser sends the events that are given, some at each look."""

    def __init__(self, *looks: list[tuple[str, dict]]) -> None:
        self.context, self.waited, self._looks, self._handlers = self, 0, list(looks), {}

    def new_cdp_session(self, page: "FakePage") -> "FakePage":
        return self

    def on(self, name: str, handler) -> None:
        self._handlers[name] = handler

    def send(self, name: str) -> None:
        assert name == "Network.enable"

    def wait_for_timeout(self, milliseconds: int) -> None:
        self.waited += milliseconds
        for name, event in self._looks.pop(0) if self._looks else []:
            self._handlers[f"Network.{name}"](event)


def sent(number: str, url: str = "http://127.0.0.1/a.js") -> tuple[str, dict]:
    return "requestWillBeSent", {"requestId": number, "request": {"url": url}}


def data(number: str, length: int) -> tuple[str, dict]:
    return "dataReceived", {"requestId": number, "dataLength": length}


def finished(number: str, length: int) -> tuple[str, dict]:
    return "loadingFinished", {"requestId": number, "encodedDataLength": length}


def test_what_comes_over_the_network_is_counted():
    page = FakePage(
        [sent("1"), data("1", 500), data("1", 300), sent("2")],
        [finished("1", 250), ("requestServedFromCache", {"requestId": "2"}), finished("2", 0)],
        [sent("3", "data:image/png;base64,x"), finished("3", 40), sent("4")],
        [("loadingFailed", {"requestId": "4"})],
    )
    assert Scale(page).settle() == Weight(responses=1, sent=250, unpacked=800)
    assert page.waited >= weight.QUIET_MS


def test_it_waits_for_what_is_on_its_way(monkeypatch: pytest.MonkeyPatch):
    slow: list[list[tuple[str, dict]]] = [[sent("1")], *([] for _ in range(60)), [finished("1", 9)]]
    assert Scale(FakePage(*slow)).settle().sent == 9
    monkeypatch.setattr(weight, "MOST_MS", 1000)
    assert Scale(FakePage([sent("1")])).settle() == Weight()  # one that never ends is not waited for


def test_weights_are_shown_in_kilobytes():
    first, again = Weight(40, 600_000, 2_400_000) - Weight(0, 0, 0), Weight(9, 25_040, 90_000)
    assert row("Classify (/)", first, again) == ("Classify (/)", "40", "600.0", "2,400.0", "9", "25.0")


def test_pages_are_those_of_the_site():
    assert pages(7)["A flower"] == "/flower/7"


def test_a_browser_is_found_by_its_path_or_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    browser = tmp_path / "my-browser"
    browser.write_text("#!/bin/sh\n")
    browser.chmod(0o755)
    monkeypatch.setenv("CHROME_PATH", str(browser))
    assert find_browser() == str(browser)
    monkeypatch.delenv("CHROME_PATH")
    monkeypatch.setenv("PATH", os.fspath(tmp_path))
    assert find_browser() is None
    (note,) = weight.measure(Options(Path("a"), say=lambda _: None)).notes
    assert note.startswith("Not measured: there is no Chromium")
