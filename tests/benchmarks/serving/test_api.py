"""The comparison of servers, with askers that need none."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from benchmarks.photos import SQUARE_PX, WIDE_PX, Photos
from benchmarks.report.parts import Options
from benchmarks.serving import api
from benchmarks.serving.api import GRADIO, SITE, Contender, contenders, figures, start, table, take_turns, times
from benchmarks.serving.servers import Running, Server
from benchmarks.serving.visitors import Traffic
from tests.making.tiny import plant_checkpoint

FAST, SLOW = Traffic((0.1,) * 20, 1.0, 20), Traffic((0.5,) * 2, 1.0, 2, refused=1)
FOUND = {(SITE, 1): [FAST], (SITE, 8): [FAST, FAST], (GRADIO, 8): [SLOW, SLOW]}


def test_the_table_has_percentiles_rates_and_the_ratio_by_visitors():
    rows = table(FOUND).rows
    assert [row[:2] for row in rows] == [(SITE, "1"), (SITE, "8"), (GRADIO, "8")]
    assert rows[2][2:8] == ("500", "500", "500", "2", "10", "0")
    assert rows[2][-1] == "2"
    assert all(len(row) == len(table(FOUND).columns) for row in rows)


def test_the_ratio_is_the_median_over_the_rounds():
    assert times([FAST, SLOW, FAST], [SLOW, SLOW, SLOW]) == 10
    assert times([FAST], [Traffic((), 1.0, 0, refused=5)]) == 0


def test_figures_are_those_that_were_measured():
    assert figures(FOUND) == {"answers_per_s": pytest.approx(20), "times_gradio": 10}
    assert figures({(SITE, 8): [FAST]}) == {"answers_per_s": pytest.approx(20)}
    assert figures({(GRADIO, 8): [SLOW]}) == {}


def test_what_cannot_be_started_becomes_a_note():
    notes, said = list[str](), list[str]()
    with ExitStack() as stack:
        assert start([Server("ghost", Path("/nowhere"), ())], stack, notes, say=said.append) == {}
    assert notes == ["Not measured: ghost."]
    assert "make bench" in said[-1]


def test_all_take_turns_in_every_round(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(api, "SECONDS", dict.fromkeys(api.VISITORS, 0.01))
    asked: list[str] = []

    def asker(name: str):
        return lambda port: lambda photo: asked.append(name)

    entered = [Contender(name, Server(name, Path("/nowhere"), ()), asker(name)) for name in ("a", "b")]
    started = {name: Running(Server(name, Path("/nowhere"), ()), 1, 0, 0.0) for name in ("a", "b")}
    photos = {SQUARE_PX: [b"a"]}
    found = take_turns(entered, started, photos, Options(Path("x"), quick=True, say=lambda _: None))
    assert set(found) == {(name, visitors) for name in ("a", "b") for visitors in api.VISITORS}
    assert {visitors: len(parts) for (_, visitors), parts in found.items()} == {1: 2, 8: 2, 64: 1}


def test_half_of_the_square_photos_get_a_confident_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path, _ = plant_checkpoint(tmp_path)
    monkeypatch.setattr(api, "choose_photos", lambda *_, size, count: Photos((b"photo",) * count, f"note {size}"))
    notes = list[str]()
    photos = api.make_photos(path, notes)
    assert {size: len(each) for size, each in photos.items()} == {SQUARE_PX: api.PHOTOS, WIDE_PX: api.PHOTOS}
    assert len(notes) == 2  # the same one is said once


def test_contenders_have_names_of_their_own():
    names = [each.name for each in contenders(Path("a.safetensors"))]
    assert len(set(names)) == len(names)
    assert {SITE, GRADIO} <= set(names)
