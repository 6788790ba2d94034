"""What the server sends first, before any script has run."""

import re

import pytest

PAGES = ["/", "/dataset", "/dataset/", "/flower/3", "/flower/20"]
NO_PAGES = [
    "/nope",
    "/flower",
    "/flower/",
    "/flower/999",
    "/flower/003",
    "/flower/-3",
    "/flower/3x",
    "/flower/3/4",
    "/flower/٣",
    "/flower/9999999999",
    "/dataset/x",
    "/wp-login.php",
    "/app.py",
    "/favicon.ico",
    "/flower/<script>alert(1)</script>",
]


@pytest.fixture
def client(app):
    return app.server.test_client()


@pytest.mark.parametrize("path", PAGES)
def test_pages_answer_200_with_a_title_and_a_readable_shell(client, path):
    response = client.get(path)
    assert response.status_code == 200
    assert re.search(r"<title>[^<]*Florascope[^<]*</title>", response.text)
    assert response.text.count("<h1>") == 1
    assert '<html lang="en">' in response.text


@pytest.mark.parametrize("path", NO_PAGES)
def test_other_addresses_answer_404_with_a_helpful_page(client, path):
    response = client.get(path)
    assert response.status_code == 404
    assert "Nothing grows here" in response.text
    assert "<script>alert(1)" not in response.text


def test_names_from_the_collection_are_escaped_in_the_shell(client):
    response = client.get("/flower/20")
    assert "<b>" not in response.text
    assert "&lt;b&gt;" in response.text


@pytest.mark.parametrize("path", PAGES)
def test_links_on_other_sites_have_a_picture(client, path):
    (address,) = set(re.findall(r'<meta property="(?:og|twitter):image" content="([^"]*)"', client.get(path).text))
    assert client.get(address).status_code == 200
