from web.frame.frame import create_footer, create_frame, create_header
from web.frame.navigation import NavLink

LINKS = (NavLink("/", "Classify"), NavLink("/dataset", "Data set"))


def test_the_frame_has_the_stores_that_outlive_a_page_and_places_for_messages():
    frame = str(create_frame(LINKS))
    for name in ("photo", "answer", "notice", "main", "nav-classify"):
        assert f"id='{name}'" in frame


def test_the_header_has_the_links_in_their_order():
    header = str(create_header(LINKS))
    assert header.index("nav-classify") < header.index("nav-data-set") < header.index("scheme")


def test_the_footer_shows_programs_the_way():
    assert "/api/v1/openapi.json" in str(create_footer())
