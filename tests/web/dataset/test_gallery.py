import pytest

from classifier.data.subject import FLOWERS, KINDS
from tests.web.conftest import make_site
from web.dataset.gallery import create_cards, describe_matches


@pytest.mark.parametrize(
    ("found", "subject", "words"),
    [(6, FLOWERS, "All 6 flowers"), (3, FLOWERS, "3 of 6 flowers"), (0, KINDS, "0 of 6 kinds")],
)
def test_matches_are_counted(found, subject, words):
    assert describe_matches(found, 6, subject) == words


def test_every_class_is_a_card_that_leads_to_its_page(garden, bare_garden):
    for collection in (garden, bare_garden):
        cards = create_cards(collection.classes, site=make_site(collection))
        assert [item.children.href for item in cards.children] == [f"/flower/{c.class_id}" for c in garden.classes]


def test_no_match_says_what_to_try(garden):
    assert "Try part of a word" in str(create_cards((), site=make_site(garden)))
