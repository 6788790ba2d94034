import io
import re

import pytest
from flask_compress import flask_compress

from tests.making.fakes import FakeClassifier, data_url, draw_flower, encode
from tests.web.conftest import ask_callback
from web import create_app
from web.server.hardening import CALLBACK_PATH, CompressedScripts
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


def test_robots_and_health(client):
    assert client.get("/robots.txt").text == "User-agent: *\nAllow: /\n"
    assert client.get("/healthz").json == {"status": "ok", "classifier": True, "photos": True}


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


def test_a_body_over_the_limit_is_refused_with_a_sentence(garden):
    client = create_app(Settings(max_upload_mb=1), FakeClassifier(), garden).server.test_client()
    response = client.post(CALLBACK_PATH, data=b"x" * (2 * 1024 * 1024), content_type="application/json")
    assert response.status_code == 413
    assert response.mimetype == "text/plain"
    assert "up to 1 MB" in response.text


def test_a_body_over_the_limit_is_read_to_its_end(garden):
    body = io.BytesIO(b"x" * 3_000_000)
    client = create_app(Settings(max_upload_mb=1), FakeClassifier(), garden).server.test_client()
    answer = client.post(CALLBACK_PATH, input_stream=body, content_length=3_000_000, content_type="application/json")
    assert answer.status_code == 413
    assert body.tell() == 3_000_000


def test_a_photo_just_under_the_limit_passes(garden):
    app = create_app(Settings(max_upload_mb=1), FakeClassifier(), garden)
    content = encode(draw_flower())
    padded = content + b"\0" * (1024 * 1024 - len(content))
    answer = ask_callback(
        app,
        ["fresh-answer.data"],
        {"classify-button.n_clicks": 1},
        {"photo.data": {"key": "k", "url": data_url(padded)}},
    )
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/json"),
        (b"{}", "application/json"),
        (b"[]", "application/json"),
        (b"null", "application/json"),
        (b"{", "application/json"),
        (b"\xff\xfe", "application/json"),
        (b'{"output": "nope.data"}', "application/json"),
        (b'{"output": ["a"]}', "application/json"),
        (b'{"output": {}}', "application/json"),
        (b"[" * 200_000, "application/json"),
        (b"a=1", "text/plain"),
    ],
)
def test_nonsense_for_callbacks_is_refused_not_tried(client, body, kind):
    response = client.post(CALLBACK_PATH, data=body, content_type=kind)
    assert response.status_code == 400
    assert "Load the page again" in response.text


def test_an_unexpected_failure_shows_no_traceback(client, caplog):
    body = b'{"output": "specimen.children", "inputs": "what"}'
    response = client.post(CALLBACK_PATH, data=body, content_type="application/json")
    assert response.status_code == 500
    assert "Traceback" not in response.text
    assert response.text.endswith("load the page anew.")
    assert "failed" in caplog.text


def test_text_is_compressed_and_scripts_only_once(client, monkeypatch):
    compressed = []
    compress = flask_compress.brotli.compress

    def count(data, **options):
        compressed.append(1)
        return compress(data, **options)

    monkeypatch.setattr(flask_compress.brotli, "compress", count)
    script = re.search(r'src="(/_dash-component-suites/[^"]*renderer[^"]*\.js)', client.get("/").text).group(1)
    for _ in range(3):
        response = client.get(script, headers={"Accept-Encoding": "br"})
        assert response.headers["Content-Encoding"] == "br"
    assert len(compressed) == 1
    client.get("/", headers={"Accept-Encoding": "br"})
    assert len(compressed) == 2, "pages are compressed anew"
    assert "Accept-Encoding" in response.headers["Vary"]
    assert client.get("/photos/101.webp", headers={"Accept-Encoding": "br"}).headers.get("Content-Encoding") is None


def test_only_scripts_enter_the_cache_of_compressed_answers():
    cache = CompressedScripts()
    cache.set("br;/_dash-update-component", b"an answer to a visitor")
    assert cache.get("br;/_dash-update-component") is None
    for number in range(CompressedScripts.MOST_ENTRIES + 5):
        cache.set(f"br;/_dash-component-suites/{number}.js", b"script")
    assert cache.get("br;/_dash-component-suites/0.js") is None
    assert cache.get(f"br;/_dash-component-suites/{CompressedScripts.MOST_ENTRIES}.js") == b"script"
