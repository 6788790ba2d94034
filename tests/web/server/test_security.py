import re

import pytest

PAGES = ["/", "/dataset", "/dataset/", "/flower/3", "/flower/20"]


@pytest.fixture
def client(app):
    return app.server.test_client()


@pytest.mark.parametrize("path", [*PAGES, "/nope", "/healthz", "/photos/101.webp", "/assets/css/00-tokens.css"])
def test_every_answer_has_the_headers(client, path):
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


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
