import time
from pathlib import Path

import pytest

from benchmarks.photos import draw_photo
from benchmarks.training import BEFORE, LOOP, WAYS, Decoded, Speed, measure_ways, time_turn, to_result


def test_every_way_is_measured_in_turns_with_the_loop(tmp_path: Path) -> None:
    found = measure_ways(size=32, batches=1, rounds=2, backbone="test_efficientnet", folder=tmp_path, compiled=False)
    assert tuple(found) == WAYS
    assert WAYS[0] == LOOP
    for speeds in found.values():
        assert len(speeds) == 2
        assert all(speed.photos_per_s > 0 for speed in speeds)
        assert all(0 <= speed.busy < 1.5 for speed in speeds)
    assert [row[0] for row in to_result(found).tables[0].rows] == [way.name for way in WAYS]


def test_a_turn_lasts_from_before_the_first_photo_is_read_to_the_last_step() -> None:
    seen: list[int] = []

    def batches():
        for number in range(3):
            time.sleep(0.1)
            yield number

    def step(batch: int) -> None:
        time.sleep(0.1)
        seen.append(batch)

    assert 3 * 32 / 2 < time_turn(batches(), step).photos_per_s < 3 * 32 / 0.6
    assert seen == [0, 1, 2]
    assert time_turn(batches(), None).photos_per_s < 3 * 32 / 0.3


def test_ways_are_compared_with_the_loop_by_the_median_over_the_rounds() -> None:
    found = {way: [Speed(10, 0.9), Speed(20, 0.9), Speed(10, 0.7)] for way in WAYS}
    decoded = next(way for way in WAYS if way.decoded)
    found[BEFORE] = [Speed(8, 0.9), Speed(10, 0.9), Speed(8, 0.9)]
    found[decoded] = [Speed(12, 0.8), Speed(32, 0.8), Speed(20, 0.8)]
    result = to_result(found)
    assert result.figures == {"times_before": pytest.approx(1.25), "busy_percent": pytest.approx(90)}
    rows = {row[0]: row[1:] for row in result.tables[0].rows}
    assert rows[LOOP.name] == ("10", "", "90%")
    assert rows[decoded.name] == ("20", "1.6 ×", "80%")


def test_decoded_photos_are_cut_and_normalised(tmp_path: Path) -> None:
    file = tmp_path / "1.jpg"
    file.write_bytes(draw_photo((64, 48)))
    picture, target = Decoded([file], size=32)[0]
    assert (tuple(picture.shape), target) == ((3, 32, 32), 0)
