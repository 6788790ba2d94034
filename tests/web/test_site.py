from dataclasses import replace
from threading import Thread

import pytest
from flask import Flask

from tests.making.fakes import FakeClassifier
from tests.web.conftest import make_site
from web.site import AT_ONCE, Busy, NoModel, current_site


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
    site = make_site(garden, classifier, busy_after_s=0)
    turned_away = []

    def ask() -> None:
        try:
            with site.asking() as found:
                assert found is classifier
        except Busy:
            turned_away.append(True)

    with site.asking(), site.asking():
        visitors = [Thread(target=ask) for _ in range(AT_ONCE)]
        for visitor in visitors:
            visitor.start()
        for visitor in visitors:
            visitor.join()
    assert len(turned_away) == AT_ONCE
    ask()
    assert len(turned_away) == AT_ONCE
