"""The files that a browser loads as they are: their order, the icons that they name, what Python calls by name."""

import re
from pathlib import Path

import dash
import pytest

from web import ASSETS

STYLES = sorted((ASSETS / "css").iterdir())
SCRIPTS = sorted((ASSETS / "js").iterdir())


def test_files_are_linked_in_the_order_of_their_names(app: dash.Dash):
    page = app.server.test_client().get("/").text
    linked = re.findall(r"/assets/((?:css|js)/[^?\"]+)\?m=", page)
    assert linked == [f"css/{file.name}" for file in STYLES] + [f"js/{file.name}" for file in SCRIPTS]
    assert all(re.fullmatch(r"\d\d-[a-z-]+\.(css|js)", file.name) for file in STYLES + SCRIPTS)


def test_every_icon_is_there_and_used(app: dash.Dash):
    named = {
        (file.parent / url).resolve()
        for file in STYLES
        for url in re.findall(r'url\("([^"]+)"\)', file.read_text(encoding="utf-8"))
    }
    named |= {ASSETS / "icons" / name for name in re.findall(r'href="/assets/icons/([^"]+)"', app.index_string)}
    assert named == set((ASSETS / "icons").iterdir())


def test_scripts_define_what_python_calls_and_nothing_else(app: dash.Dash):
    functions = [callback["clientside_function"] for callback in app._callback_list if callback["clientside_function"]]
    called = {f["function_name"] for f in functions if not f["namespace"].startswith("_")}  # "_": written in Python
    code = "\n".join(file.read_text(encoding="utf-8") for file in SCRIPTS)
    blocks = re.findall(r"^  Object\.assign\(callbacks, \{\n(.*?)^  \}\);", code, re.DOTALL | re.MULTILINE)
    defined = re.findall(r"^    (?:async )?(\w+)\(.*\) \{$", "\n".join(blocks), re.MULTILINE)
    assert sorted(called) == sorted(defined)
    assert {f["namespace"] for f in functions if f["function_name"] in called} == {"florascope"}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_every_script_opens_with_the_stores_that_it_reads_and_writes(script: Path):
    opening = re.match(r"/\*.*?\*/", script.read_text(encoding="utf-8"), re.DOTALL)
    assert opening
    assert re.search(r"\bReads\b.*\b(Writes|writes no store)\b", opening.group(), re.DOTALL)
