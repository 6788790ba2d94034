import pytest

from benchmarks.counting import asker, make_server
from tests.making.fakes import FakeClassifier, draw_flower, encode
from tests.making.scraping import Scrape


@pytest.mark.parametrize("counting", [True, False])
def test_both_sides_answer_and_one_counts(counting: bool):
    server = make_server(FakeClassifier(), counting=counting)
    ask = asker(server, encode(draw_flower()))
    assert all(0 <= ask() < 10 for _ in range(3))
    found = Scrape(server.test_client().get("/metrics").text)
    assert found.total("florascope_answers_total") == (3 if counting else 0)


def test_a_photo_without_an_answer_ends_the_measurement():
    with pytest.raises(SystemExit, match="no answer"):
        asker(make_server(FakeClassifier(), counting=True), b"a text")()
