"""The locks with hashes: complete, and of the versions that were tested together."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
SETS = {"requirements-serve.lock": "requirements-serve.txt", "requirements-full.lock": "requirements.txt"}


def pinned(name: str) -> dict[str, list[Requirement]]:
    """Package → its pins, in a lock or constraints.txt."""
    text = re.sub(r"\\\n", " ", (ROOT / name).read_text("utf-8"))
    found: dict[str, list[Requirement]] = {}
    for line in text.splitlines():
        words = re.sub(r"--hash=\S+", "", line.partition("#")[0]).strip()
        if words:
            requirement = Requirement(words)
            found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


def asked(name: str) -> set[str]:
    """Packages that a requirement file asks for, with those that it takes in."""
    found: set[str] = set()
    for line in (ROOT / name).read_text("utf-8").splitlines():
        words = line.partition("#")[0].strip()
        if words.startswith("-r "):
            found |= asked(words.removeprefix("-r "))
        elif words:
            found.add(canonicalize_name(Requirement(words).name))
    return found


@pytest.mark.parametrize("lock", SETS)
def test_locks_have_the_tested_versions_and_what_is_asked_for(lock: str):
    tested, locked = pinned("constraints.txt"), pinned(lock)
    assert asked(SETS[lock]) <= set(locked)
    for name, pins in locked.items():
        if name in tested:
            (wanted,) = tested[name]
            assert {str(pin.specifier) for pin in pins} == {str(wanted.specifier)}, f"{name}: run `make lock`"


@pytest.mark.parametrize("lock", SETS)
def test_every_line_of_a_lock_has_hashes(lock: str):
    text = re.sub(r"\\\n", " ", (ROOT / lock).read_text("utf-8"))
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    assert lines
    assert all(re.search(r"==\S+ .*--hash=sha256:[0-9a-f]{64}", line) for line in lines)


def test_the_light_set_is_part_of_the_full_one_without_pytorch():
    light, full = pinned("requirements-serve.lock"), pinned("requirements-full.lock")
    assert set(light) <= set(full)
    assert not {"torch", "torchvision", "lightning", "timm"} & set(light)


def test_the_bill_of_materials_names_every_package_with_its_hashes(tmp_path: Path):
    """As `make sbom` writes it."""
    words = [sys.executable, "-m", "cyclonedx_py", "requirements", str(ROOT / "requirements-serve.lock")]
    words += ["--output-reproducible", "--output-file", str(tmp_path / "bill.json")]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    bill = json.loads((tmp_path / "bill.json").read_text("utf-8"))
    assert bill["bomFormat"] == "CycloneDX"
    assert {canonicalize_name(each["name"]) for each in bill["components"]} == set(pinned("requirements-serve.lock"))
    for each in bill["components"]:
        assert any(reference.get("hashes") for reference in each["externalReferences"]), each["name"]
