"""How the site is built, kept so: which folders may import which, and names that say what a function returns."""

import ast
from collections import Counter

import pytest

from tests.test_architecture import imports, in_room

FEATURES = {"answer", "api", "classify", "dataset", "flower", "model"}
BELOW = {"frame", "server", "settings", "shared", "site"}
# Beside its own folder and those below.
ALSO = {"classify": {"answer"}, "api": {"answer"}}
SITE = in_room("web")
TREES = {name: ast.parse(file.read_text(encoding="utf-8")) for name, file in SITE.items()}
CREATE = [
    (name, node)
    for name, tree in TREES.items()
    for node in ast.walk(tree)
    if isinstance(node, ast.FunctionDef) and node.name.startswith("create_")
]


def folder(name: str) -> str:
    """web.shared.figures → shared; web.site → site."""
    return name.split(".")[1] if "." in name else ""


@pytest.mark.parametrize("name", sorted(SITE))
def test_features_import_what_is_below_them_and_no_other_feature(name: str):
    here = folder(name)
    used = {folder(other) for other in imports(SITE[name]) if other in SITE and folder(other) != here}
    if here in BELOW:
        assert used <= BELOW
    elif here in FEATURES:
        assert used <= BELOW | ALSO.get(here, set())


def test_every_folder_of_the_site_has_its_place():
    assert {folder(name) for name in SITE} == {"", "pages", "shell"} | FEATURES | BELOW


def test_no_function_that_creates_has_a_name_twice():
    twice = [name for name, count in Counter(node.name for _, node in CREATE).items() if count > 1]
    assert twice == []


@pytest.mark.parametrize(("suffix", "returns"), [("_figure", "go.Figure"), ("_section", "html.Section")])
def test_names_end_with_what_is_created(suffix: str, returns: str):
    for name, node in CREATE:
        assert node.name.endswith(suffix) == (ast.unparse(node.returns) == returns), f"{name}.{node.name}"


def is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def test_sentences_are_not_glued():
    """A sentence is one message: half of one cannot be translated."""
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            assert not (isinstance(node, ast.AugAssign) and is_text(node.value)), f"{name}, line {node.lineno}"
