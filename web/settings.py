"""Settings of the server, read once from the environment into one frozen record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import limits

from classifier.errors import SettingError
from classifier.inference.engines.choosing import AUTO, ENGINES
from classifier.locations import DEFAULT_CHECKPOINT
from classifier.setting_fields import from_environ, setting

MIB = 1024 * 1024
MEMORY, OFF = "memory://", "off"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
TEXT, JSON = "text", "json"


@dataclass(frozen=True)
class Settings:
    """Settings of the server; each field is an environment variable, and a row of the README's table.

    A relative path starts from the current folder.
    """

    host: str = setting("127.0.0.1", "Address to listen on; 0.0.0.0 lets other machines in")
    port: int = setting(8050, "Port to listen on (1-65535)", low=1, high=65535)
    checkpoint: Path = setting(DEFAULT_CHECKPOINT, "The trained model to serve")
    engine: str = setting(
        AUTO,
        f"What runs the model: {', '.join(ENGINES)}, or auto, the quickest that is installed and passes its check",
        choices=(AUTO, *ENGINES),
    )
    flowers_root: Path | None = setting(None, "Folder that holds `flowers-102/jpg`; without it, `data/` is looked at")
    max_upload_mb: int = setting(
        10, "Largest photo the server takes, in MiB (1-20); browsers shrink theirs first", low=1, high=20
    )
    busy_after_s: int = setting(
        20, "Seconds a visitor waits in line before being told that the server is busy (1-120)", low=1, high=120
    )
    log_level: str = setting(
        "INFO", "DEBUG, INFO, WARNING or ERROR; photos and their names are never logged", choices=LOG_LEVELS
    )
    log_format: str = setting(
        TEXT, "The log as text, or as json, an object a line for programs that collect it", choices=(TEXT, JSON)
    )
    processes: int = setting(
        1, "Server processes (1-64); each loads its own copy of the model", variable="WEB_CONCURRENCY", low=1, high=64
    )
    threads: int = setting(
        64,
        "Photos that a process looks at or lets wait, a thread each (1-256); 8 more threads answer pages",
        variable="WEB_THREADS",
        low=1,
        high=256,
    )
    trusted_proxies: int = setting(
        0, "Proxies in front (0-5) whose X-Forwarded-For and X-Forwarded-Proto are believed", low=0, high=5
    )
    allowed_hosts: str = setting(
        "", "Names that the site goes by, with commas; `.example.org` for all below it; empty for any"
    )
    public_url: str = setting("", "Address of the site for links from elsewhere, such as `https://flowers.example.org`")
    rate_limit: str = setting(
        "600 per minute", "How often a visitor from another machine may send a photo; `off` for no limit"
    )
    rate_limit_storage: str = setting(
        MEMORY, "Where that is counted: in each process, or in a Redis (`redis://HOST:PORT`) for several together"
    )
    security_contact: str = setting(
        "", "Where to report security problems (`mailto:…` or `https://…`), for /.well-known/security.txt"
    )

    @property
    def max_upload_bytes(self) -> int:
        """Size of the largest photo in bytes, before base64 makes it a third longer."""
        return self.max_upload_mb * MIB

    @property
    def allowed_host_names(self) -> tuple[str, ...]:
        """The names in `allowed_hosts`."""
        return tuple(filter(None, (name.strip() for name in self.allowed_hosts.split(","))))

    @property
    def rate(self) -> str:
        """`rate_limit` as Flask-Limiter reads it; "" for no limit."""
        return "" if self.rate_limit.lower() == OFF else self.rate_limit

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """Settings that the environment variables give; an empty variable counts as unset.

        Raises:
            SettingError: a value is not of the kind or in the range that its field declares.
        """
        settings = cls(**from_environ(cls, environ))
        settings._check()
        return settings

    def _check(self) -> None:
        """Check what a range or a list of choices cannot say.

        Raises:
            SettingError: an address or a rate cannot be understood.
        """
        try:
            if self.rate:
                limits.parse_many(self.rate)
        except ValueError:
            raise SettingError(
                f"RATE_LIMIT should be a rate such as “600 per minute”, or {OFF}; it is {self.rate_limit!r}."
            ) from None
        for name in self.allowed_host_names:
            if "/" in name or " " in name:
                raise SettingError(f"ALLOWED_HOSTS should be names such as “flowers.example.org”; one is {name!r}.")
        for variable, value, beginnings in (
            ("PUBLIC_URL", self.public_url, ("https://", "http://")),
            ("SECURITY_CONTACT", self.security_contact, ("mailto:", "https://", "tel:")),
            ("RATE_LIMIT_STORAGE", self.rate_limit_storage, (MEMORY, "redis://", "rediss://")),
        ):
            if value and (not value.startswith(beginnings) or not value.isascii() or not value.isprintable()):
                raise SettingError(f"{variable} should begin with {' or '.join(beginnings)}; it is {value!r}.")
