"""What the server sends first, before any script has run."""

import re

import pytest

from tests.making.fakes import FakeClassifier
from web import create_app
from web.settings import Settings

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


HOSTILE = ["evil.example", 'a"><script>alert(1)</script>', "evil.example:80", "localhost@evil.example", "[::1"]


@pytest.mark.parametrize("host", HOSTILE)
@pytest.mark.parametrize("path", [*PAGES, "/nope"])
def test_the_name_that_a_request_asked_for_is_nowhere_on_the_page(client, path, host):
    headers = {"Host": host, "X-Forwarded-Host": "evil.example"}
    text = client.get(f"{path}?from=evil.example", headers=headers).text
    assert "evil.example" not in text
    assert "alert(1)" not in text


def test_links_on_other_sites_lead_to_the_address_that_the_operator_set(garden):
    client = create_app(
        Settings(public_url="https://flowers.example.org/"), FakeClassifier(), garden
    ).server.test_client()
    text = client.get("/flower/3", headers={"Host": "evil.example"}).text
    assert '<meta property="og:url" content="https://flowers.example.org/flower/3">' in text
    assert '<meta property="og:image" content="https://flowers.example.org/assets/icons/logo.svg' in text
    assert re.search(r'<meta name="description" content="Sunflower: ', text)


@pytest.mark.parametrize("path", PAGES)
def test_links_on_other_sites_have_a_picture(client, path):
    (address,) = set(re.findall(r'<meta property="(?:og|twitter):image" content="([^"]*)"', client.get(path).text))
    assert client.get(address).status_code == 200
