import re

import pytest
from flask_compress import flask_compress

from web.server.compression import CompressedScripts


@pytest.fixture
def client(app):
    return app.server.test_client()


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
    assert len(compressed) == 2, "pages are compressed again"
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
