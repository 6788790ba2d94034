from pathlib import Path

from benchmarks.training import WAYS, Decoded, measure


def test_every_way_is_measured_against_the_loop(tmp_path: Path) -> None:
    rows = list(measure(size=32, batches=1, backbone="test_efficientnet", folder=tmp_path, compiled=False))
    assert rows[0][0] == "the loop as it is"
    assert {way.name for way in WAYS} < {name for name, _ in rows}
    assert all(photos > 0 for _, photos in rows)


def test_decoded_photos_are_cut_and_normalised(tmp_path: Path) -> None:
    from benchmarks.photos import draw_photo

    file = tmp_path / "1.jpg"
    file.write_bytes(draw_photo((64, 48)))
    picture, target = Decoded([file], size=32)[0]
    assert (tuple(picture.shape), target) == ((3, 32, 32), 0)
