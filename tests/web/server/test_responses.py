from web.server.responses import plain_text


def test_a_sentence_is_plain_text_and_kept_only_as_said():
    response = plain_text(404, "There is no such photo here.", cache_control="no-store")
    assert (response.status_code, response.mimetype) == (404, "text/plain")
    assert response.headers["Cache-Control"] == "no-store"
    assert "Cache-Control" not in plain_text(200, "ok").headers
