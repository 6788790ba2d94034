"""Auditing, with a pip-audit that finds, fails or has no network."""

import json
import sys
from pathlib import Path

import pytest

from scripts import audit as module
from scripts.audit import audit

PACKAGE = {
    "name": "rose",
    "version": "1.0",
    "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["1.1"]}, {"id": "PYSEC-2", "fix_versions": []}],
}


def ask(report: object, stderr: str = "", code: int = 0) -> tuple[int, str]:
    """What is made of a pip-audit that writes a report, unless it is None, and ends so."""
    lines = ["import pathlib, sys", f"print({stderr!r}, file=sys.stderr)"]
    if report is not None:
        lines.append(f"pathlib.Path(sys.argv[sys.argv.index('--output') + 1]).write_text({json.dumps(report)!r})")
    return audit(Path("pins.txt"), command=(sys.executable, "-c", "\n".join([*lines, f"sys.exit({code})"])))


def test_nothing_found():
    code, message = ask({"dependencies": [{"name": "rose", "version": "1.0", "vulns": []}, {"name": "skipped"}]})
    assert (code, message) == (0, "No known vulnerabilities in the packages of pins.txt.")


def test_what_is_found_fails_and_says_what_mends_it():
    code, message = ask({"dependencies": [PACKAGE]}, code=1)
    assert code == 1
    assert "rose 1.0: PYSEC-1, mended in 1.1" in message
    assert "rose 1.0: PYSEC-2, mended in no version yet" in message


def test_what_is_accepted_by_any_of_its_names_is_left_out(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "ACCEPTED", {"CVE-1": "never reached", "PYSEC-2": "never reached"})
    assert ask({"dependencies": [PACKAGE]}, code=1)[0] == 0


def test_without_a_network_it_says_so_and_is_no_failure():
    code, message = ask(None, "requests.exceptions.ConnectionError: no route", code=1)
    assert code == 0
    assert message.startswith("NOT AUDITED")


def test_other_failures_are_failures():
    code, message = ask(None, "SyntaxError: pins.txt", code=2)
    assert code == 2
    assert "SyntaxError" in message
