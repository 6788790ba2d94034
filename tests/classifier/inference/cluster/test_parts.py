import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from classifier.errors import OutputError, SettingError
from classifier.inference.cluster.parts import PLAN, Plan, make_plan, missing_parts, read_part
from classifier.inference.cluster.photos import Photo
from classifier.inference.cluster.storage import Place

WANTED = Plan(("s3://bucket/photos",), "a1b2", 5, "parquet", 3)
PHOTOS = [Photo(f"s3://bucket/photos/{number} caf\udce8.jpg", number) for number in range(8)]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place.of(str(tmp_path / "answers"))


def never() -> Iterator[Photo]:
    raise AssertionError("photos are not listed again")
    yield


def test_every_photo_is_in_one_part_and_listed_once(place: Place) -> None:
    listed: list[int] = []
    plan, begun = make_plan(place, WANTED, PHOTOS, step=listed.append)
    assert (plan.parts, plan.photos, begun, listed) == (3, 8, False, [3, 6, 8])
    assert list(itertools.chain.from_iterable(read_part(place, part) for part in range(3))) == PHOTOS
    assert make_plan(place, replace(WANTED, part_size=999), never()) == (plan, True), "the plan keeps its own size"


def test_parts_without_a_file_are_missing(place: Place) -> None:
    plan, _ = make_plan(place, WANTED, PHOTOS)
    assert missing_parts(place, plan) == [0, 1, 2]
    place.write(plan.file_of(1), b"rows")
    place.write(".part-000002.parquet.77.part", b"what a worker that was killed left")
    assert missing_parts(place, plan) == [0, 2]


def test_a_stop_while_listing_begins_the_list_again(place: Place) -> None:
    def stopped() -> Iterator[Photo]:
        yield from PHOTOS[:4]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_plan(place, WANTED, stopped())
    assert place.names() == {PLAN, "plan"}
    plan, begun = make_plan(place, WANTED, PHOTOS)
    assert (plan.photos, begun) == (8, False)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sources": ("s3://bucket/others",)}, "another photos"),
        ({"model": "a1b2+tta"}, "another checkpoint or --tta"),
        ({"top_k": 2}, "another --top-k"),
        ({"form": "csv"}, "another --parts-form"),
    ],
)
def test_a_folder_of_other_work_is_left_alone(place: Place, change: dict[str, object], words: str) -> None:
    make_plan(place, WANTED, PHOTOS)
    before = place.read(PLAN)
    with pytest.raises(SettingError, match=words):
        make_plan(place, replace(WANTED, **change), never())  # type: ignore[arg-type]
    assert place.read(PLAN) == before


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"schema": "florascope-parts-1"}', b"\xff", b'{"schema": 2}'])
def test_a_damaged_plan_is_refused_in_a_sentence(place: Place, content: bytes) -> None:
    place.write(PLAN, content)
    with pytest.raises(OutputError, match="damaged, or of another version"):
        make_plan(place, WANTED, never())
    assert place.read(PLAN) == content


def test_a_folder_with_something_else_is_left_alone(place: Place) -> None:
    place.write("thesis.docx", b"")
    with pytest.raises(OutputError, match=r"not empty \(thesis.docx\)"):
        make_plan(place, WANTED, never())
    assert place.names() == {"thesis.docx"}


@pytest.mark.parametrize("content", [b"{", b"7", b'[["a"]]', json.dumps([1]).encode()])
def test_a_damaged_list_is_refused_in_a_sentence(place: Place, content: bytes) -> None:
    plan, _ = make_plan(place, WANTED, PHOTOS)
    place.write("plan/000001.json", content)
    with pytest.raises(OutputError, match=r"plan/000001\.json is damaged"):
        read_part(place, 1)
    assert plan.parts == 3
