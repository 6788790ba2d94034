from datetime import UTC, datetime

from tests.making.fakes import FakeClassifier
from web import create_app
from web.server.health import describe_contact
from web.settings import Settings


def test_security_txt_names_whom_the_operator_named(app, garden):
    address = "/.well-known/security.txt"
    assert app.server.test_client().get(address).status_code == 404
    settings = Settings(security_contact="mailto:security@example.org", public_url="https://flowers.example.org/")
    answer = create_app(settings, FakeClassifier(), garden).server.test_client().get(address)
    assert answer.status_code == 200
    assert answer.mimetype == "text/plain"
    assert "Contact: mailto:security@example.org\n" in answer.text
    assert describe_contact(settings, now=datetime(2026, 11, 28, 5, tzinfo=UTC)) == (
        "Contact: mailto:security@example.org\nExpires: 2027-05-27T00:00:00Z\nPreferred-Languages: en\n"
        "Canonical: https://flowers.example.org/.well-known/security.txt\n"
    )


def test_robots_and_the_sign_of_life(app):
    client = app.server.test_client()
    assert client.get("/robots.txt").text == "User-agent: *\nAllow: /\n"
    assert client.get("/healthz").json == {"status": "ok", "classifier": True, "photos": True}
