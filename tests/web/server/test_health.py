def test_robots_and_health(app):
    client = app.server.test_client()
    assert client.get("/robots.txt").text == "User-agent: *\nAllow: /\n"
    assert client.get("/healthz").json == {"status": "ok", "classifier": True, "photos": True}
