import re

import pytest

from tests.making.fakes import FakeClassifier, draw_flower, encode
from web import create_app
from web.settings import Settings

PAGES = ["/", "/dataset", "/dataset/", "/flower/3", "/flower/20"]


@pytest.fixture
def client(app):
    return app.server.test_client()


@pytest.mark.parametrize("path", [*PAGES, "/nope", "/healthz", "/photos/101.webp", "/assets/css/00-tokens.css"])
def test_every_answer_has_the_headers(client, path):
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(("proxies", "expected"), [(0, None), (1, "max-age=31536000")])
def test_browsers_are_asked_to_stay_with_https_only_if_a_trusted_proxy_speaks_it(garden, proxies, expected):
    client = create_app(Settings(trusted_proxies=proxies), FakeClassifier(), garden).server.test_client()
    headers = client.get("/", headers={"X-Forwarded-Proto": "https"}).headers
    assert headers.get("Strict-Transport-Security") == expected
    assert "Strict-Transport-Security" not in client.get("/").headers


def test_no_answer_sets_a_cookie(client):
    answers = [client.get(path) for path in (*PAGES, "/nope", "/healthz", "/api/v1/classes")]
    answers.append(client.post("/api/v1/classify", data=encode(draw_flower())))
    assert not [answer for answer in answers if "Set-Cookie" in answer.headers]


def test_the_policy_allows_no_other_host_and_no_unknown_script(client):
    policies = [client.get(path).headers["Content-Security-Policy"] for path in ("/", "/nope", "/")]
    for policy in policies:
        assert "default-src 'none'" in policy
        assert "unsafe-eval" not in policy
        assert "http" not in policy
        script = next(part for part in policy.split("; ") if part.startswith("script-src"))
        assert "unsafe-inline" not in script
        assert script.count("'sha256-") >= 3
    assert policies[0] == policies[2]


def test_assets_with_their_version_are_kept_for_good(client):
    address = re.search(r'href="(/assets/css/00-tokens\.css\?m=[^"]+)"', client.get("/").text).group(1)
    assert "immutable" in client.get(address).headers["Cache-Control"]
    assert "immutable" not in client.get("/assets/css/00-tokens.css").headers.get("Cache-Control", "")


def test_no_page_names_another_host(client):
    for path in PAGES:
        hosts = set(re.findall(r'(?:src|href)="(?:https?:)?//([^/"]+)', client.get(path).text))
        assert not hosts
