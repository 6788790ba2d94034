from contextlib import ExitStack
from dataclasses import replace
from threading import Thread
from time import monotonic, sleep

import pytest
from flask import Flask
from PIL import Image

from tests.making.fakes import FakeClassifier, encode
from tests.web.conftest import make_site
from web.server.visitors.line import Busy
from web.settings import Settings
from web.site import (
    LARGE_AT_ONCE,
    NoModel,
    current_site,
    photos_at_once,
    places_to_wait,
    server_threads,
    threads_a_pass,
)


def test_requests_find_the_site_of_their_app(garden, bare_garden):
    for collection in (garden, bare_garden):
        site, server = make_site(collection), Flask("test")
        site.attach(server)
        with server.app_context():
            assert current_site() is site


def test_without_a_classifier_the_problem_is_said(garden):
    for problem, words in (("It is gone.", "It is gone."), (None, "There is no model to ask.")):
        with pytest.raises(NoModel, match=words), replace(make_site(garden), classifier=None, problem=problem).asking():
            pass


def test_those_who_wait_too_long_are_turned_away_and_the_line_moves_on(garden):
    classifier = FakeClassifier()
    site = make_site(garden, classifier, busy_after_s=0, processes=64)  # two at once
    turned_away = []

    def ask() -> None:
        try:
            with site.asking() as found:
                assert found is classifier
        except Busy:
            turned_away.append(True)

    with site.asking(), site.asking():
        visitors = [Thread(target=ask) for _ in range(2)]
        for visitor in visitors:
            visitor.start()
        for visitor in visitors:
            visitor.join()
    assert len(turned_away) == 2
    ask()
    assert len(turned_away) == 2


def test_of_large_photos_few_are_looked_at_at_once(garden, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("web.site.usable_cores", lambda: 8)
    site = make_site(garden, FakeClassifier(), busy_after_s=0)
    large, small = (encode(Image.new("RGB", (width, 4000))) for width in (4001, 4000))
    with ExitStack() as turns:
        for _ in range(LARGE_AT_ONCE):
            turns.enter_context(site.asking(large))
        with pytest.raises(Busy), site.asking(large):
            pass
        for photo in (
            small,
            b"no photo",
            b"",
            small,
            small,
            small,
            small,
        ):  # eight with the large one, as many as cores
            turns.enter_context(site.asking(photo))
        with pytest.raises(Busy), site.asking(small):
            pass
    with site.asking(large), site.asking(small), site.asking(small):
        pass


@pytest.mark.parametrize(
    ("cores", "processes", "threads", "at_once", "each"),
    [
        (1, 1, 8, 2, 1),
        (2, 1, 8, 2, 1),
        (3, 1, 8, 3, 1),
        (8, 1, 8, 8, 1),
        (8, 2, 8, 4, 1),
        (8, 8, 8, 2, 1),
        (64, 1, 8, 8, 8),
        (8, 1, 1, 2, 4),
    ],
)
def test_passes_side_by_side_share_the_cores(
    cores: int, processes: int, threads: int, at_once: int, each: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("web.site.usable_cores", lambda: cores)
    settings = Settings(processes=processes, threads=threads)
    assert photos_at_once(settings) == at_once
    assert threads_a_pass(settings) == each


@pytest.mark.parametrize(
    ("cores", "threads", "waiting", "in_all"), [(2, 32, 30, 40), (2, 1, 8, 18), (16, 32, 16, 40), (64, 32, 8, 48)]
)
def test_some_photos_may_wait_and_pages_have_threads_of_their_own(
    cores: int, threads: int, waiting: int, in_all: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("web.site.usable_cores", lambda: cores)
    settings = Settings(threads=threads)
    assert places_to_wait(settings) == waiting
    assert server_threads(settings) == in_all


def test_a_visitor_with_many_photos_leaves_room_and_everybody_beyond_the_line_is_turned_away_at_once(garden):
    site = make_site(garden, busy_after_s=30, threads=1)
    turned_away, served = [], []

    def ask() -> None:
        try:
            with site.asking():
                served.append(True)
        except Busy:
            turned_away.append(True)

    visitors = [Thread(target=ask) for _ in range(12)]
    with ExitStack() as turns:
        for _ in range(photos_at_once(site.settings)):
            turns.enter_context(site.asking())
        for visitor in visitors:
            visitor.start()
        until = monotonic() + 10
        while len(turned_away) < 4 and monotonic() < until:
            sleep(0.01)
        assert (len(turned_away), site.line.waiting) == (4, 8)
    for visitor in visitors:
        visitor.join()
    assert len(served) == 8
