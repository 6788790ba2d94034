from web.frame.frame import create_header
from web.frame.navigation import NavLink
from web.pages import HEADER_LINKS, PAGES


def test_links_have_ids_of_their_names():
    assert NavLink("/dataset", "Data set").id == "nav-data-set"


def test_the_header_links_to_the_pages_that_want_it():
    assert [link.path for link in HEADER_LINKS] == [page.path for page in PAGES if page.in_header]
    header = str(create_header([NavLink("/bees", "All bees")]))
    assert "nav-all-bees" in header
    assert "/dataset" not in header
