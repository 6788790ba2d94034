import pytest

from tests.making.fakes import FakeClassifier
from web import create_app
from web.server.visitors.origin import is_local, visitor
from web.settings import Settings


def client_of(garden, **settings):
    return create_app(Settings(**settings), FakeClassifier(), garden).server.test_client()


@pytest.mark.parametrize(
    ("hosts", "host", "status"),
    [
        ("", "evil.example", 200),
        ("flowers.example.org", "flowers.example.org", 200),
        ("flowers.example.org", "flowers.example.org:8050", 200),
        ("flowers.example.org", "FLOWERS.example.ORG", 200),
        ("flowers.example.org, .example.net", "a.b.example.net", 200),
        ("flowers.example.org", "evil.example", 400),
        ("flowers.example.org", "flowers.example.org.evil.example", 400),
        ("flowers.example.org", "evilflowers.example.org", 400),
        ("flowers.example.org", "", 400),
        ("flowers.example.org", 'a"><script>', 400),
        ("flowers.example.org", "127.0.0.1", 400),
    ],
)
def test_requests_for_other_hosts_are_refused(garden, hosts, host, status):
    client = client_of(garden, allowed_hosts=hosts)
    answer = client.get("/", headers={"Host": host})
    assert answer.status_code == status
    if status == 400:
        assert answer.mimetype == "text/plain"
        assert "Host header" in answer.text
        assert client.post("/api/v1/classify", data=b"a", headers={"Host": host}).status_code == 400
        assert client.get("/healthz", headers={"Host": host}).status_code == 200, "the host’s address will do"


FORWARDED = {
    "X-Forwarded-For": "198.51.100.7, 203.0.113.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
}


@pytest.mark.parametrize(
    ("proxies", "address", "is_secure"), [(0, "192.0.2.1", False), (1, "203.0.113.9", True), (2, "198.51.100.7", False)]
)
def test_only_as_many_proxies_are_believed_as_are_trusted(garden, proxies, address, is_secure):
    app = create_app(Settings(trusted_proxies=proxies), FakeClassifier(), garden)
    seen = []

    @app.server.get("/seen")
    def see() -> str:
        from flask import request

        seen.append((visitor(), request.is_secure, request.host))
        return ""

    app.server.test_client().get("/seen", headers=FORWARDED, environ_overrides={"REMOTE_ADDR": "192.0.2.1"})
    assert seen == [(address, is_secure, "localhost")]


@pytest.mark.parametrize(
    ("address", "name", "local"),
    [
        ("192.0.2.1", "192.0.2.1", False),
        ("127.0.0.1", "127.0.0.1", True),
        ("127.9.9.9", "127.9.9.9", True),
        ("192.0.2.1:5555", "192.0.2.1", False),
        ("::1", "::/64", True),
        ("::ffff:127.0.0.1", "127.0.0.1", True),
        ("::ffff:192.0.2.1", "192.0.2.1", False),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", False),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64", False),
        ("fe80::1%eth0", "fe80::/64", False),
        ("not an address", "not an address", False),
    ],
)
def test_a_visitor_is_an_address_or_a_network(app, address, name, local):
    with app.server.test_request_context(environ_overrides={"REMOTE_ADDR": address}):
        assert visitor() == name
        assert is_local() is local


def test_outside_of_requests_there_is_no_visitor():
    assert visitor() == ""
