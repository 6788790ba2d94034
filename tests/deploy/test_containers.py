"""Dockerfile and compose.yaml. There is no engine to build with here: what they say is compared with what is there."""

import json
import os
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.settings import OF_PYTHON, VARIABLES
from web.settings import Settings

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
PHOTOS = {".jpg", ".jpeg", ".png", ".webp", ".heic", ".gif", ".tif"}


def instructions() -> list[tuple[str, str]]:
    """(instruction, what follows) of the Dockerfile, continued lines joined."""
    text = re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE).replace("\\\n", " ")
    return [(word, rest) for word, _, rest in (line.strip().partition(" ") for line in text.splitlines()) if word]


def copied() -> dict[Path, str]:
    """File of the repository → where the image has it, below /site; what the locks' stage takes is left out."""
    found: dict[Path, str] = {}
    for word, rest in instructions():
        *sources, target = rest.split()
        if word == "COPY" and not rest.startswith("--from") and not target.startswith("/"):
            for source in sources:
                paths = sorted(ROOT.glob(source))
                assert paths, f"COPY {source}: there is no such file"
                for path in paths:
                    for file in [path] if path.is_file() else (file for file in path.rglob("*") if file.is_file()):
                        below = file.relative_to(path) if path.is_dir() else Path(path.name)
                        found[file] = (Path(target) / below).as_posix()
    return {file: place for file, place in found.items() if "__pycache__" not in file.parts}


def allowed(path: Path) -> bool:
    """Whether .dockerignore, which begins with all, lets a file through."""
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert next(line for line in lines if not line.startswith("#")) == "*"
    patterns = [line.removeprefix("!") for line in lines if line.startswith("!")]
    places = [path.relative_to(ROOT), *path.relative_to(ROOT).parents]
    return any(
        len(place.parts) == pattern.count("/") + 1 and fnmatch(place.as_posix(), pattern)
        for place in places
        for pattern in patterns
    )


def test_the_image_gets_what_it_copies_and_no_photos():
    files = copied()
    for file in files:
        assert allowed(file), f"{file} is copied, but .dockerignore keeps it out"
    assert {file.suffix for file in files if not file.is_relative_to(ROOT / "assets")}.isdisjoint(PHOTOS)
    for kept_out in (
        "data/flowers-102/jpg/image_00001.jpg",
        "shared/x.jpg",
        ".git/config",
        "checkpoints/other.onnx",
        ".env",
    ):
        assert not allowed(ROOT / kept_out), kept_out


def test_the_copied_files_are_all_that_the_site_needs(tmp_path: Path):
    """As the Dockerfile's last RUN does it, in a folder with nothing but these files."""
    for file, place in copied().items():
        target = tmp_path / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(file) if file.suffix == ".safetensors" else shutil.copyfile(file, target)
    (command,) = [rest for word, rest in instructions() if word == "RUN" and "import app" in rest]
    code = re.fullmatch(r"python -c '(.*)'", command)
    assert code
    environ = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    words = [sys.executable, "-c", code[1]]
    done = subprocess.run(words, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr


def test_the_image_runs_as_nobody_in_particular_and_installs_only_what_the_lock_has():
    by_name = dict(instructions())
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", by_name["USER"])
    assert "readyz" in by_name["HEALTHCHECK"]
    assert by_name["EXPOSE"] == str(Settings().port)
    (install,) = [rest for word, rest in instructions() if word == "RUN" and " install " in rest]
    assert {"--require-hashes", "--no-deps"} <= set(install.split())
    for lock in re.findall(r"requirements-\w+\.lock", DOCKERFILE):
        assert (ROOT / lock).is_file()
    assert json.loads(by_name["CMD"]) == ["python", "-m", "gunicorn", "--no-control-socket", "app:server"]


def test_hadolint_has_nothing_to_say():
    if (program := shutil.which("hadolint")) is None:
        pytest.skip("NO HADOLINT: https://github.com/hadolint/hadolint")
    done = subprocess.run([program, ROOT / "Dockerfile"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_settings_in_the_dockerfile_are_settings_of_the_site():
    names = {name for word, rest in instructions() if word == "ENV" for name in re.findall(r"(?:^|\s)([A-Z_]+)=", rest)}
    assert names <= VARIABLES | OF_PYTHON


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8")))


def test_compose_follows_its_schema():
    words = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.compose-spec",
        str(ROOT / "compose.yaml"),
    ]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_compose_mounts_what_is_there_and_nginx_knows_its_replicas(compose: dict[str, Any]):
    upstream = (ROOT / "deploy" / "nginx" / "upstream.conf").read_text("utf-8")
    replicas = {name for name in compose["services"] if name.startswith("replica-")}
    assert {f"{name}:{Settings().port}" for name in replicas} == set(re.findall(r"server (\S+) ", upstream))
    for service in compose["services"].values():
        for volume in service.get("volumes", ()):
            source, _, _ = re.sub(r"\$\{SITE:-(\w+)\}", r"\1", volume).partition(":")
            assert not source.startswith(".") or (ROOT / source).exists(), volume


def test_compose_hardens_every_service(compose: dict[str, Any]):
    for name, service in compose["services"].items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
    for name in ("replica-a", "replica-b"):
        assert set(compose["services"][name]["environment"]) <= VARIABLES
