"""Routes for machines: the sign of life, the rules for search engines, and whom to tell of security problems."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Flask, Response, jsonify

from web.server.responses import plain_text
from web.settings import Settings
from web.site import Site

TRUST_CONTACT_DAYS = 180  # RFC 9116 asks for less than a year


def register(server: Flask, site: Site) -> None:
    """Add `/healthz`, `/robots.txt` and `/.well-known/security.txt`."""

    @server.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok", classifier=site.classifier is not None, photos=site.collection.has_photos)

    @server.get("/robots.txt")
    def robots() -> Response:
        return plain_text(200, "User-agent: *\nAllow: /\n")

    @server.get("/.well-known/security.txt")
    def security_txt() -> Response:
        if not site.settings.security_contact:
            return plain_text(404, "The operator of this site has named nobody to report to (SECURITY_CONTACT).")
        return plain_text(200, describe_contact(site.settings, now=datetime.now(UTC)))


def describe_contact(settings: Settings, *, now: datetime) -> str:
    """The file security.txt of RFC 9116, which counts for `TRUST_CONTACT_DAYS` from `now`."""
    expires = (now + timedelta(days=TRUST_CONTACT_DAYS)).strftime("%Y-%m-%dT00:00:00Z")
    fields = {"Contact": settings.security_contact, "Expires": expires, "Preferred-Languages": "en"}
    if settings.public_url:
        fields["Canonical"] = f"{settings.public_url.rstrip('/')}/.well-known/security.txt"
    return "".join(f"{name}: {value}\n" for name, value in fields.items())
