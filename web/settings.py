"""Everything an operator may set, read once from the environment into one frozen record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from classifier.errors import SettingError

MIB = 1024 * 1024
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


@dataclass(frozen=True)
class Setting:
    """One row of the README's table: the variable, its default as a string ("" = unset) and its meaning."""

    name: str
    default: str
    meaning: str


SETTINGS: tuple[Setting, ...] = (
    Setting("HOST", "127.0.0.1", "Address to listen on; 0.0.0.0 lets other machines in"),
    Setting("PORT", "8050", "Port to listen on (1-65535)"),
    Setting("CHECKPOINT", "checkpoints/flowers102.safetensors", "The trained model to serve"),
    Setting("FLOWERS_ROOT", "", "Folder that holds `flowers-102/jpg`; without it, `data/` is looked at"),
    Setting("MAX_UPLOAD_MB", "10", "Largest photo the server takes, in MiB (1-20); browsers shrink theirs first"),
    Setting("BUSY_AFTER_S", "20", "Seconds a visitor waits in line before being told that the server is busy (1-120)"),
    Setting("LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING or ERROR; photos and their names are never logged"),
    Setting("WEB_CONCURRENCY", "1", "Server processes (1-64); each loads its own copy of the model"),
    Setting("WEB_THREADS", "8", "Threads in each process (1-64); they share one model"),
)


@dataclass(frozen=True)
class Settings:
    """The settings, checked. Paths are as given, relative ones to the working directory."""

    host: str = "127.0.0.1"
    port: int = 8050
    checkpoint: Path = Path("checkpoints/flowers102.safetensors")
    flowers_root: Path | None = None
    max_upload_mb: int = 10
    busy_after_s: int = 20
    log_level: str = "INFO"
    processes: int = 1
    threads: int = 8

    @property
    def max_upload_bytes(self) -> int:
        """The largest photo, in bytes, before base64 makes it a third longer."""
        return self.max_upload_mb * MIB

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """Read and check the variables of `SETTINGS`; an empty one counts as unset.

        Raises:
            SettingError: a value is not of the kind or in the range that its row of `SETTINGS` names.
        """
        values = {setting.name: environ.get(setting.name, "").strip() or setting.default for setting in SETTINGS}
        log_level = values["LOG_LEVEL"].upper()
        if log_level not in LOG_LEVELS:
            raise SettingError(f"LOG_LEVEL should be one of {', '.join(LOG_LEVELS)}; it is {values['LOG_LEVEL']!r}.")
        return cls(
            host=values["HOST"],
            port=_whole_number("PORT", values["PORT"], low=1, high=65535),
            checkpoint=Path(values["CHECKPOINT"]),
            flowers_root=Path(values["FLOWERS_ROOT"]) if values["FLOWERS_ROOT"] else None,
            max_upload_mb=_whole_number("MAX_UPLOAD_MB", values["MAX_UPLOAD_MB"], low=1, high=20),
            busy_after_s=_whole_number("BUSY_AFTER_S", values["BUSY_AFTER_S"], low=1, high=120),
            log_level=log_level,
            processes=_whole_number("WEB_CONCURRENCY", values["WEB_CONCURRENCY"], low=1, high=64),
            threads=_whole_number("WEB_THREADS", values["WEB_THREADS"], low=1, high=64),
        )


def _whole_number(name: str, text: str, *, low: int, high: int) -> int:
    try:
        number = int(text)
    except ValueError:
        raise SettingError(f"{name} should be a whole number from {low} to {high}; it is {text!r}.") from None
    if not low <= number <= high:
        raise SettingError(f"{name} should be from {low} to {high}; it is {number}.")
    return number
