from contextlib import ExitStack
from dataclasses import replace
from threading import Thread

import pytest
from flask import Flask
from PIL import Image

from tests.making.fakes import FakeClassifier, encode
from tests.web.conftest import make_site
from web.server.visitors.line import Busy
from web.settings import Settings
from web.site import LARGE_AT_ONCE, NoModel, current_site, photos_at_once, threads_a_pass


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
    large, small = (encode(Image.new("RGB", size)) for size in ((2001, 2000), (2000, 2000)))
    with ExitStack() as turns:
        for _ in range(LARGE_AT_ONCE):
            turns.enter_context(site.asking(large))
        with pytest.raises(Busy), site.asking(large):
            pass
        for photo in (small, b"no photo", b"", small, small, small):  # eight with the large ones, as many as cores
            turns.enter_context(site.asking(photo))
        with pytest.raises(Busy), site.asking(small):
            pass
    with site.asking(large), site.asking(large), site.asking(small):
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
