from tests.web.conftest import make_site
from web.frame import not_found


def test_the_page_leads_back(garden):
    page = str(not_found.layout(make_site(garden)))
    assert "Nothing grows here" in page
    assert "href='/'" in page
    assert "href='/dataset'" in page
