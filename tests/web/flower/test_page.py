from tests.web.conftest import visit


def test_a_flower_shows_its_training_photos_and_both_splits_apart(app, garden):
    content, _ = visit(app, "/flower/20")
    shown = [photo for photo in garden.of_class(20) if f"/photos/{photo.image_id}.webp" in content]
    assert {photo.splits["home"] for photo in shown} == {"train"}
    assert "Home split" in content
    assert "Away split" in content
    assert '"href": "/flower/11"' in content  # previous
    assert '"href": "/flower/3"' in content  # next, round to the first
