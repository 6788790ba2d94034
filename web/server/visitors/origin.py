"""Where a request comes from: trusted proxies, the visitor's address, and the host that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from flask import Flask, Response, has_request_context, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.sansio.utils import host_is_trusted

from web.server.responses import plain_text

# Asked by the machines that watch the site, which name it by its number.
PROBES = ("/healthz", "/readyz", "/metrics")
# Networks that one household or host is usually given whole.
_IPV6_PREFIX = 64


def register(server: Flask, *, trusted_proxies: int, allowed_hosts: Sequence[str]) -> None:
    """Believe what trusted proxies say of a request, and refuse those for other hosts.

    Args:
        server: the server.
        trusted_proxies: how many proxies stand before it; each appends to X-Forwarded-For and sets
            X-Forwarded-Proto. What else the client wrote there is not believed.
        allowed_hosts: names that the site goes by, ".example.org" for all below it; empty for any.
    """
    if trusted_proxies:
        server.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # as Flask documents it
            server.wsgi_app, x_for=trusted_proxies, x_proto=trusted_proxies, x_host=0
        )

    names = [name.lower() for name in allowed_hosts]

    @server.before_request
    def refuse_other_hosts() -> Response | None:
        if not names or request.path in PROBES or host_is_trusted(request.host.lower(), names):
            return None
        return plain_text(400, "This site does not go by the name in your request’s Host header. Check the address.")


def visitor() -> str:
    """Who asks, for limits: the address of the current request, of IPv6 its network; "" outside of requests."""
    if not has_request_context():
        return ""
    address = _address(request.remote_addr)
    if isinstance(address, IPv6Address):
        return str(ip_network((address, _IPV6_PREFIX), strict=False))
    return str(address or request.remote_addr or "")


def is_local() -> bool:
    """Whether the current request comes from this machine; a proxy here does, unless it is trusted."""
    address = _address(request.remote_addr)
    return address is not None and address.is_loopback


def is_private() -> bool:
    """Whether the current request comes from this machine or a private network, not from the Internet."""
    address = _address(request.remote_addr)
    return address is not None and not address.is_global


def _address(text: str | None) -> IPv4Address | IPv6Address | None:
    text = (text or "").partition("%")[0]
    if text.count(":") == 1:  # some proxies name the port, too
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
