"""What the README promises: its settings, its commands, its code and its links are tried."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from classifier.__main__ import build_parser
from classifier.setting_fields import declarations
from tests.making.photo_folders import plant
from web.settings import Settings

ROOT = Path(__file__).parents[1]
CHECKPOINT = ROOT / "checkpoints" / "flowers102.safetensors"
DOCUMENTS = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "data/README.md",
    "checkpoints/README.md",
    "docs/trust.md",
    "docs/duplicates.md",
    "docs/experiments.md",
    "docs/performance.md",
    "docs/operations.md",
    "docs/scaling.md",
)
CLASSIFIER = "python -m classifier "
# Other commands → what tries them in their stead, None where a test would only repeat itself.
TRIED_AS: dict[str, str | None] = {
    "make app": "make --dry-run app",
    "make test": "make --dry-run test",
    "make official": "make --dry-run official",
    "make serve": "make --dry-run serve",
    "make replicas": "make --dry-run replicas",
    "sudo apt-get install -y nginx-light python3-venv make": None,
    "ELSEWHERE=elsewhere make weights": "make --dry-run weights",
    ". .venv/bin/activate": None,
    "CHECKPOINT=runs/photos/best.safetensors make app": "make --dry-run app",
    "curl --data-binary @rose.jpg http://127.0.0.1:8050/api/v1/classify": None,  # tests/web/api posts photos
}


def blocks(document: str, language: str) -> list[str]:
    """The fenced blocks of a language in a document."""
    text = (ROOT / document).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands(document: str) -> list[str]:
    """The lines of a document's sh blocks, without their comments."""
    lines = (line.partition(" #")[0].strip() for block in blocks(document, "sh") for line in block.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    words = shlex.split(command)
    if words[0] == "python":
        words[0] = sys.executable
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=300)


@pytest.fixture
def holiday(tmp_path: Path) -> Path:
    """A folder in which the README's commands find what they name."""
    if not CHECKPOINT.is_file():
        pytest.skip("NO CHECKPOINT: checkpoints/flowers102.safetensors is not here")
    for name in ("classifier", "checkpoints", "data"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "holiday").mkdir()
    Image.radial_gradient("L").convert("RGB").save(tmp_path / "rose.jpg")
    shutil.copy(tmp_path / "rose.jpg", tmp_path / "holiday" / "one.jpg")
    (tmp_path / "holiday" / "two.jpg").write_text("This is no photo.")
    return tmp_path


def test_the_table_of_settings_is_that_of_the_code():
    rows = [
        f"| `{each.variable}` | {f'`{each.default_text}`' if each.default_text else ''} | {each.help} |"
        for each in declarations(Settings)
    ]
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = text[text.index("| Variable | Default | Meaning |") :].partition("\n\n")[0].splitlines()[2:]
    assert table == rows, "README.md should have these rows:\n" + "\n".join(rows)


@pytest.mark.parametrize("document", ["README.md", "data/README.md"])
def test_every_command_is_one_that_is_tried(document: str):
    unknown = [
        command for command in commands(document) if not command.startswith(CLASSIFIER) and command not in TRIED_AS
    ]
    assert not unknown


@pytest.mark.parametrize("document", ["README.md", "data/README.md"])
def test_the_command_line_understands_every_command(document: str):
    for command in commands(document):
        if command.startswith(CLASSIFIER):
            words = shlex.split(command.removeprefix(CLASSIFIER).partition(" > ")[0])
            assert build_parser().parse_args(words).run, command  # wrong usage ends in SystemExit


@pytest.mark.parametrize(("command", "instead"), [(name, instead) for name, instead in TRIED_AS.items() if instead])
def test_make_knows_the_two_commands(command: str, instead: str):
    assert command in commands("README.md")
    done = run(instead, ROOT)
    assert done.returncode == 0, done.stderr
    assert "scripts/install.sh" in done.stdout


def test_make_alone_lists_every_command():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    listed = run("make", ROOT).stdout
    for target in re.findall(r"^([a-z]+):.* ## ", text, re.MULTILINE):
        assert re.search(rf"^  make {target} +\S", listed, re.MULTILINE), target


@pytest.mark.parametrize("command", [name for name in commands("README.md") if name.startswith(f"{CLASSIFIER}predict")])
def test_predicting_works_as_written(command: str, holiday: Path):
    done = run(command.partition(" > ")[0], holiday)
    if "--csv" in command:
        assert done.returncode == 1
        assert len((holiday / "answers.csv").read_text(encoding="utf-8").splitlines()) > 1
    elif "holiday" in command:
        assert done.returncode == 1
        assert ['"predictions"' in line for line in done.stdout.splitlines()] == [True, False]
    else:
        assert done.returncode == 0, done.stderr
        photo, verdict, *lines = done.stdout.splitlines()
        assert photo == "rose.jpg"
        assert verdict.startswith(("It is ", "It could be ", "This does not look like "))
        assert sum(line.rstrip(" █").endswith("%") for line in lines) == 5


def test_the_python_code_works_as_written(holiday: Path):
    predict, _ = blocks("README.md", "python")
    (holiday / "example.py").write_text(predict, encoding="utf-8")
    done = run("python example.py", holiday)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"\S.* \d+\.\d%\n", done.stdout)


def test_training_and_measuring_from_python_works_as_written(holiday: Path):
    plant(holiday / "photos", {"rose": 24, "tulip": 24})
    _, train = blocks("README.md", "python")
    # The same with fewer pixels: what is tried is that the doors fit together, not how well a run goes.
    (holiday / "example.py").write_text(train.replace("epochs=3", "epochs=1, sizes=(64,)"), encoding="utf-8")
    done = run("python example.py", holiday)
    assert done.returncode == 0, done.stderr
    first, *predicted = done.stdout.splitlines()
    assert re.fullmatch(r"\d+\.\d% of \d+ test photos are right\.", first)
    assert [line.partition(" ")[0] for line in predicted] == ["holiday/one.jpg", "holiday/two.jpg"]
    assert "This file is not a picture" in predicted[1]
    assert (holiday / "runs" / "photos" / "curves.html").is_file()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_to_files_lead_somewhere(document: str):
    text = (ROOT / document).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)\s#]+)[^)]*\)", text) + re.findall(r'src="([^"]+)"', text)
    local = [link for link in links if not re.match(r"[a-z]+:", link)]
    missing = [link for link in local if not (ROOT / document).parent.joinpath(link).exists()]
    assert not missing


def test_the_readme_opens_with_a_picture_of_the_site():
    opening = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n# ")[0]
    (picture,) = re.findall(r'src="([^"]+)"', opening)
    with Image.open(ROOT / picture) as image:
        assert image.width >= 800
    assert re.search(r'alt="\S[^"]+"', opening)
